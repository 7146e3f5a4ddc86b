"""`farola person`: accounts, from the machine itself."""

from typing import Annotated

import typer

from farola.cli.options import ConfigOption, load

person_app = typer.Typer(help="Accounts: add somebody, or replace a forgotten password.")

_Name = Annotated[str, typer.Argument(help="The name that the person signs in with.")]
_Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        hide_input=True,
        confirmation_prompt=True,
        help="At least 12 characters; asked for when it is not given.",
        show_default=False,
    ),
]


@person_app.command("add")
def add(name: _Name, password: _Password, config: ConfigOption = None) -> None:
    """Add an account."""
    from farola.access import SignIn
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    settings, clock = load(config), SystemClock()
    with (
        open_parts(settings, clock, create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        catalog, hours = parts.catalog, settings.sessions.hours
        sign_in = SignIn(catalog.people, catalog.sessions, clock, hours=hours, acts=ledger)
        typer.echo(f"added {sign_in.add_person(name, password).name}")


@person_app.command("password")
def password(name: _Name, password: _Password, config: ConfigOption = None) -> None:
    """Replace a forgotten password; all of the person's sessions end."""
    from farola.access import SignIn
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    settings, clock = load(config), SystemClock()
    with (
        open_parts(settings, clock, create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        catalog, hours = parts.catalog, settings.sessions.hours
        sign_in = SignIn(catalog.people, catalog.sessions, clock, hours=hours, acts=ledger)
        sign_in.set_password(name, password)
        typer.echo(f"replaced the password of {name}")
