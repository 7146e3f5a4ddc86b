"""`farola person`: accounts, from the machine itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from farola.cli.options import ConfigOption, load

if TYPE_CHECKING:
    from pathlib import Path

    from farola.access import Access
    from farola.model import Assignment, Person

person_app = typer.Typer(help="Accounts: add somebody, give roles, replace what was lost.")

_Name = Annotated[str, typer.Argument(help="The name that the person signs in with.")]
_Password = Annotated[
    str,
    typer.Option(
        prompt=True,
        hide_input=True,
        confirmation_prompt=True,
        help="At least 10 characters; asked for when it is not given.",
        show_default=False,
    ),
]
_Roles = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="operator, dispatcher, supervisor, custodian, privacy_officer, auditor or "
        "administrator; for one group of cameras ROLE:GROUP-ID. May be repeated.",
    ),
]


@contextmanager
def _access(config: "Path | None") -> "Iterator[Access]":
    from farola.access import Access
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    settings, clock = load(config), SystemClock()
    with (
        open_parts(settings, clock, create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        yield Access.over(
            parts.catalog,
            parts.keystore,
            clock,
            settings.sessions,
            ledger,
            identity=settings.identity,
        )


@person_app.command("add")
def add(name: _Name, password: _Password, role: _Roles, config: ConfigOption = None) -> None:
    """Add an account."""
    roles = _roles(role)
    with _access(config) as access:
        person, _ = access.people.add(None, name, roles, password)
    typer.echo(f"added {person.name}: {_told(roles)}")


@person_app.command("roles")
def roles_(name: _Name, role: _Roles, config: ConfigOption = None) -> None:
    """Replace somebody's roles."""
    roles = _roles(role)
    with _access(config) as access:
        person = _named(access, name)
        access.people.change(None, person.id, roles, disabled=person.disabled)
    typer.echo(f"{person.name}: {_told(roles)}")


@person_app.command("identity")
def identity_(
    name: _Name,
    identity: Annotated[
        str, typer.Argument(help="The person's subject at the identity provider; '' for none.")
    ],
    config: ConfigOption = None,
) -> None:
    """Join an account with a person at the town's identity provider."""
    with _access(config) as access:
        person = _named(access, name)
        access.people.change(
            None, person.id, person.assignments, disabled=person.disabled, identity=identity
        )
    typer.echo(f"{name} signs in as {identity}" if identity else f"{name} is joined with nobody")


@person_app.command("list")
def list_(config: ConfigOption = None) -> None:
    """List the accounts and their roles."""
    with _access(config) as access:
        people = access.people.list()
    for person in people:
        off = "  (disabled)" if person.disabled else ""
        typer.echo(f"{person.id}  {person.name}: {_told(person.assignments)}{off}")


@person_app.command("password")
def password(name: _Name, password: _Password, config: ConfigOption = None) -> None:
    """Replace a forgotten password; second factors and all of the person's sessions end."""
    with _access(config) as access:
        access.people.reset(None, _named(access, name).id, password)
    typer.echo(f"replaced the password of {name}")


def _named(access: "Access", name: str) -> "Person":
    from farola.base import Error, Kind

    for person in access.people.list():
        if person.name.casefold() == name.strip().casefold():
            return person
    raise Error(Kind.NOT_FOUND, "nobody has this name")


def _roles(texts: list[str]) -> "frozenset[Assignment]":
    from farola.model import Assignment, Role

    found = set()
    for text in texts:
        role, _, group = text.partition(":")
        if role not in set(Role):
            raise typer.BadParameter(f"{role} is no role; there are: {', '.join(Role)}")
        found.add(Assignment(Role(role), group or None))
    return frozenset(found)


def _told(roles: "frozenset[Assignment]") -> str:
    named = [
        each.role.value if each.group_id is None else f"{each.role.value}:{each.group_id}"
        for each in roles
    ]
    return ", ".join(sorted(named)) or "no role"
