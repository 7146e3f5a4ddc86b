"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from farola.config import Settings

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


def load(config: Path | None) -> Settings:
    """The settings, with logs configured as they say."""
    from farola.base import configure_logs

    settings = Settings.load(config)
    configure_logs(settings.logs.level, settings.logs.style)
    return settings
