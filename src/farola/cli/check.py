"""`farola check`."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from farola.cli.options import ConfigOption, JsonOption, load


def check(
    config: ConfigOption = None,
    rebuild: Annotated[
        bool, typer.Option(help="Make the catalogue's rows again from the files.")
    ] = False,
    read_all: Annotated[
        bool, typer.Option(help="Read every file and check each fragment's hash: slow.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check that catalogue, files and ledger agree; exit status 1 when they do not.

    May run while the server records. Nothing is changed without --rebuild, and a file never.
    """
    from farola.app.checking import check_town, rebuild_town
    from farola.app.ledger import accept_restored, check_not_lost, has_ledger, open_ledger
    from farola.app.parts import open_parts
    from farola.app.sealing import check_seals
    from farola.base import SystemClock

    with open_parts(load(config), SystemClock(), create=False) as parts:
        if rebuild:
            with open_ledger(parts, trusting=True) as ledger:
                accept_restored(parts, ledger, "made again from the files")
            done = rebuild_town(parts)
            if not as_json:
                typer.echo(
                    f"rebuilt: {done.cameras} cameras, {done.runs} runs, {done.segments} segments; "
                    f"forgotten: {done.forgotten}"
                )
        findings = check_town(parts, read_all=read_all)
        if has_ledger(parts.settings):
            with open_ledger(parts) as ledger:
                findings += check_seals(parts, ledger, read_all=read_all)
        else:
            check_not_lost(parts)
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(each) for each in findings]}))
    else:
        for each in findings:
            typer.echo(f"{each.kind}: {each.subject}: {each.message}")
        typer.echo("all is well" if not findings else f"{len(findings)} findings")
    if findings:
        raise typer.Exit(1)
