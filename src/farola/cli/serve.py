"""`farola serve`."""

import typer

from farola.cli.options import ConfigOption, load


def serve(config: ConfigOption = None) -> None:
    """Record the cameras and serve the console, until interrupted.

    The first start makes the account `admin` and prints its password once.
    """
    from farola.app.town import TownReady, run_town
    from farola.base import SystemClock
    from farola.cli.running import run

    def ready(town: TownReady) -> None:
        typer.echo(f"Farola is at {town.url}")
        if town.password is not None:
            typer.echo(f"sign in: {town.name} / {town.password}")
            typer.echo("This password is shown once. Change it under Settings.")

    run(run_town(load(config), SystemClock(), ready))
