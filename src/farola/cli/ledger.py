"""`farola ledger`: read it, prove entries of it, check it."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from farola.cli.options import ConfigOption, JsonOption, load

ledger_app = typer.Typer(help="The ledger of everything of consequence: read, prove, check.")


@ledger_app.command("show")
def show(
    count: Annotated[int, typer.Option(help="How many of the newest entries.")] = 20,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """The newest entries with what they say, for who may read this machine."""
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        entries = ledger.entries(max(0, ledger.size - count), ledger.size)
    for entry in entries:
        if as_json:
            line = {"index": entry.index, "ts_us": entry.ts_us, "kind": entry.kind.value}
            typer.echo(json.dumps({**line, "body": entry.body}, ensure_ascii=False))
        else:
            at = datetime.fromtimestamp(entry.ts_us // 1_000_000, UTC)
            body = "(erased)" if entry.body is None else json.dumps(entry.body, ensure_ascii=False)
            typer.echo(f"{entry.index:>8}  {at:%Y-%m-%dT%H:%M:%SZ}  {entry.kind.value:18}  {body}")


@ledger_app.command("key")
def key(config: ConfigOption = None) -> None:
    """The verifier key by which outsiders check this ledger: publish it widely."""
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        typer.echo(ledger.verifier)


@ledger_app.command("checkpoint")
def checkpoint(
    config: ConfigOption = None,
    qr: Annotated[
        Path | None,
        typer.Option(help="Write the note as a QR code (SVG) as well, to carry it on paper."),
    ] = None,
) -> None:
    """Sign the present tree, give it out and print the note."""
    from farola.app.ledger import give_out, open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        give_out(parts, ledger)
        published = parts.settings.public_directory / "ledger" / "checkpoint"
        note = published.read_text("utf-8")
    typer.echo(note, nl=False)
    if qr is not None:
        from farola.papers import code_svg

        qr.write_text(code_svg(note), "utf-8")


@ledger_app.command("proof")
def proof(
    index: Annotated[int, typer.Argument(help="The entry's number.")],
    config: ConfigOption = None,
) -> None:
    """Open one entry: leaf, salt, body and proof as JSON, for `verify_ledger.py entry`.

    Whoever gets it can read what the entry says.
    """
    from farola.app.ledger import open_ledger, opened_entry
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        typer.echo(json.dumps(opened_entry(ledger, index), ensure_ascii=False, indent=2))


@ledger_app.command("verify")
def verify(
    place: Annotated[
        str | None,
        typer.Argument(help="Directory or address of a log's public files; else this town's."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="The log's verifier key; else this town's.")
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="An older checkpoint that the log must continue.")
    ] = None,
    against: Annotated[str | None, typer.Option(help="Another copy of the log.")] = None,
    config: ConfigOption = None,
) -> None:
    """Check every entry and hash, with the stand-alone verifier; exit status 1 when refused."""
    from farola.app.ledger import give_out, open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    if place is None or key is None:
        with (
            open_parts(load(config), SystemClock(), create=False) as parts,
            open_ledger(parts) as ledger,
        ):
            key = key or ledger.verifier
            if place is None:
                give_out(parts, ledger)
                place = str(parts.settings.public_directory / "ledger")
    more = [] if since is None else ["--since", str(since)]
    more += [] if against is None else ["--against", against]
    with as_file(files("farola.ledger") / "verify_ledger.py") as script:
        done = subprocess.run(
            [sys.executable, "-I", str(script), "tiles", place, "--key", key, *more], check=False
        )
    if done.returncode:
        raise typer.Exit(done.returncode)


@ledger_app.command("report-key")
def report_key(config: ConfigOption = None) -> None:
    """The verifier key of the auditors' reports."""
    from farola.app.auditing import AuditDesk
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        typer.echo(AuditDesk(parts, ledger).verifier)


@ledger_app.command("check-report")
def check_report(
    report: Annotated[Path, typer.Argument(help="An auditor's report, a PDF.")],
    key: Annotated[str, typer.Option(help="The verifier key that `report-key` prints.")],
) -> None:
    """Check that a report is whole and was signed with that key; exit status 1 otherwise."""
    from farola.app.auditing import check_sealed
    from farola.ledger import parse_verifier

    check_sealed(report.read_bytes(), parse_verifier(key))
    typer.echo("the report is whole and signed")


@ledger_app.command("accept-restore")
def accept_restore(
    reason: Annotated[str, typer.Option(help="Why an older catalogue was put back.")],
    config: ConfigOption = None,
) -> None:
    """Accept a catalogue that is older than the ledger; all sessions end, and it is on record."""
    from farola.app.ledger import accept_restored, open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts, trusting=True) as ledger,
    ):
        ended = accept_restored(parts, ledger, reason)
    typer.echo(f"accepted; {ended} sessions ended")
