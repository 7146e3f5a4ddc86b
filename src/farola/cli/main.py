"""Gathers the commands, and tells every failure in one sentence."""

import sys

import typer

from farola import __version__
from farola.base import Error
from farola.cli.camera import camera_app
from farola.cli.check import check
from farola.cli.demo import demo
from farola.cli.keys import keys_app
from farola.cli.ledger import ledger_app
from farola.cli.models import models_app
from farola.cli.person import person_app
from farola.cli.record import record
from farola.cli.redact import detect, redact
from farola.cli.retention import hold_app, retention_app
from farola.cli.serve import serve
from farola.cli.sim_command import sim
from farola.cli.witness import witness_app

app = typer.Typer(
    name="farola",
    help="A city camera platform that lights the street and does not learn your name.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(demo)
app.command()(record)
app.add_typer(camera_app, name="camera")
app.add_typer(person_app, name="person")
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")
app.add_typer(ledger_app, name="ledger")
app.add_typer(witness_app, name="witness")
app.add_typer(retention_app, name="retention")
app.add_typer(hold_app, name="hold")
app.command()(redact)
app.command()(detect)
app.command()(check)
app.command()(sim)


@app.command()
def version() -> None:
    """Print the version and leave."""
    typer.echo(__version__)


def main() -> None:
    """Runs the command line; exit status 1 for a failure that was told, 2 for wrong arguments."""
    try:
        app()
    except Error as error:
        typer.echo(f"farola: {error.message} [{error.kind}]", err=True)
        sys.exit(1)
