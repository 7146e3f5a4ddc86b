"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from farola.app.sources import Source, parse_url
from farola.config import Settings
from farola.model import Credentials

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="The configuration file, farola.toml; by default the one that FAROLA_CONFIG names.",
        show_default=False,
    ),
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def source(url: str) -> Source:
    """The camera that a URL means. A password that the URL leaves out is asked for: arguments
    can be read by everybody on the machine.
    """
    found = parse_url(url)
    if found.login is None or found.login.password:
        return found
    password = typer.prompt(f"Password of {found.login.username} at {found.shown}", hide_input=True)
    return Source(found.address, Credentials(found.login.username, password))


def load(config: Path | None) -> Settings:
    """The settings, with logs configured as they say."""
    from farola.base import configure_logs

    settings = Settings.load(config)
    configure_logs(settings.logs.level, settings.logs.style)
    return settings
