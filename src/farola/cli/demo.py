"""`farola demo`."""

import os
from pathlib import Path
from typing import Annotated

import typer


def _default_data() -> Path:
    given = os.environ.get("XDG_DATA_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else Path.home() / ".local/share"
    return base / "farola" / "demo"


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the console.")] = 8600,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Directory for recordings; ~/.local/share/farola/demo unless given.",
            show_default=False,
        ),
    ] = None,
    password: Annotated[
        str | None,
        typer.Option(
            help="Password of everybody; a new one each time unless given.", show_default=False
        ),
    ] = None,
    video: Annotated[
        Path | None,
        typer.Option(
            help="A video of a street to show instead of the usual footage.", show_default=False
        ),
    ] = None,
) -> None:
    """Start a small town with four simulated cameras on this machine.

    Needs no configuration. The footage is OpenCV's sample of a campus street, fetched once.
    """
    from farola.app.demo import PEOPLE, DemoOptions, demo_cameras, run_demo
    from farola.app.town import TownReady
    from farola.base import SystemClock, configure_logs
    from farola.cli.running import run

    configure_logs("warning")

    told: dict[str, int] = {}

    def progress(label: str, percent: int) -> None:
        if percent == 100 or percent >= told.get(label, -25) + 25:
            told[label] = percent
            typer.echo(f"  {label}: {percent} %", err=True)

    def ready(town: TownReady) -> None:
        typer.echo(f"Farola is at {town.url}")
        typer.echo(f"sign in: supervisora / {town.password}")
        others = ", ".join(name for name in PEOPLE if name != "supervisora")
        typer.echo(f"  with the same password: {others}")
        typer.echo("Stop with Ctrl-C.")

    cameras = demo_cameras(video, progress)
    options = DemoOptions(port, data or _default_data(), password, video)
    run(run_demo(options, cameras, SystemClock(), ready))
