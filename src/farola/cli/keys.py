"""`farola keys`: the keystore's state, backups, and a new root."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farola.cli.options import ConfigOption, JsonOption, load

if TYPE_CHECKING:
    from farola.app.key_care import KeyStatus

keys_app = typer.Typer(help="Keys: their state, a backup, putting one back, a new root.")

_PaperOption = Annotated[
    bool,
    typer.Option("--paper", help="The root alone, as one line with a checksum, instead of a file."),
]


@keys_app.command("status")
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Tell what the keystore holds, also when it does not open; no secret is shown.

    Exit status 1 when something is wrong with it.
    """
    from farola.app import key_care

    found = key_care.status_of(load(config))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        _show(found)
    if not found.sound:
        raise typer.Exit(1)


@keys_app.command("backup")
def backup(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The file to write; it must not exist."),
    ] = None,
    with_epochs: Annotated[
        bool,
        typer.Option(
            "--with-epochs",
            help="Also the keys of recorded hours. Such a copy can read them after their "
            "destruction: destroy it within the retention time.",
        ),
    ] = False,
    paper: _PaperOption = False,
    config: ConfigOption = None,
) -> None:
    """Write the root and what the town signs with into a file that a passphrase opens.

    The passphrase is asked for: arguments can be read by everybody on the machine.
    """
    from farola.app import key_care
    from farola.base import SystemClock

    if paper:
        if path is not None or with_epochs:
            raise typer.BadParameter("--paper prints the root and writes no file")
        typer.echo(key_care.paper(load(config), SystemClock()))
        typer.echo("whoever reads this line has the root: lock it away", err=True)
        return
    path = _file(path)
    settings = load(config)
    passphrase = typer.prompt(
        "Passphrase (six words, or 20 characters)", hide_input=True, confirmation_prompt=True
    )
    count = key_care.backup(settings, SystemClock(), path, passphrase, with_epochs=with_epochs)
    typer.echo(f"wrote {path} ({count} files)")
    if with_epochs:
        typer.echo("it can read recorded hours: destroy it before their retention ends", err=True)


@keys_app.command("restore")
def restore(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A file that `farola keys backup` wrote."),
    ] = None,
    paper: _PaperOption = False,
    config: ConfigOption = None,
) -> None:
    """Put a backup back where there is no root key. Never overwrites one."""
    from farola.app import key_care

    settings = load(config)
    if paper:
        if path is not None:
            raise typer.BadParameter("--paper reads no file")
        key_care.restore_paper(settings, typer.prompt("The line on the paper"))
        typer.echo(f"put the root back into {settings.storage.keys}")
        return
    path = _file(path)
    count = key_care.restore(settings, path, typer.prompt("Passphrase", hide_input=True))
    typer.echo(f"put {count} files back into {settings.storage.keys}")


@keys_app.command("rotate")
def rotate(config: ConfigOption = None) -> None:
    """Give everything a new root key, while the town stands still. Finishes an interrupted one."""
    from farola.app import key_care
    from farola.base import SystemClock

    before, after = key_care.rotate(load(config), SystemClock())
    typer.echo(f"root {before[:16]}… is gone; the new one is {after[:16]}…")
    typer.echo("make a new backup: the old one opens nothing any more")


def _file(path: Path | None) -> Path:
    if path is None:
        raise typer.BadParameter("name a FILE, or say --paper")
    return path


def _show(found: "KeyStatus") -> None:
    lines = {
        "keystore": f"{found.directory} (mode {found.mode})",
        "root": f"{(found.fingerprint or 'unknown')[:16]}  {found.root}",
        "data": _DATA[found.fits_data],
        "hours": f"{found.epochs} readable",
        "destroyed": str(found.destroyed),
        "holds": str(found.holds),
        "signing": ", ".join(found.signing) or "none",
        "backed up": _time(found.backed_up_us),
        "new root": _time(found.rotated_us),
    }
    if found.epochs:
        lines["hours"] += f" ({found.oldest} to {found.newest})"
    for name, text in lines.items():
        typer.echo(f"{name:11}  {text}")
    for name in found.exposed:
        typer.echo(f"others may read {name}: run chmod")
    for name in found.unopened:
        typer.echo(f"the root does not open {name}")
    for name in found.leftovers:
        typer.echo(f"left by an interrupted act: {name}")
    if found.interrupted:
        typer.echo("a new root was interrupted: finish it with `farola keys rotate`")


_DATA = {None: "not recorded yet", True: "recorded with this root", False: "of another root"}


def _time(us: int | None) -> str:
    if us is None:
        return "never"
    return f"{datetime.fromtimestamp(us // 1_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"
