"""`farola camera add|list|test`."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from farola.cli.options import ConfigOption, JsonOption, load, source

camera_app = typer.Typer(help="Cameras: add one, list them, test a connection.")

_Url = Annotated[
    str, typer.Argument(help="rtsp://[USER@]HOST[:PORT]/PATH; the password is asked for.")
]


@camera_app.command("add")
def add(
    url: _Url,
    name: Annotated[str, typer.Option(help="A short name, unique in the town.")],
    place: Annotated[str, typer.Option(help="What a person would call the spot.")],
    purpose: Annotated[str, typer.Option(help="What the camera is for.")],
    legal_basis: Annotated[str, typer.Option(help="The law or ordinance that allows it.")],
    office: Annotated[str, typer.Option(help="The office that answers for it.")],
    contact: Annotated[str, typer.Option(help="Whom people turn to about it.")] = "",
    assessment: Annotated[
        str, typer.Option(help="Where its impact assessment is found, such as a file number.")
    ] = "",
    retention_class: Annotated[
        str, typer.Option(help="One of the classes in [retention], or the standard one.")
    ] = "standard",
    density: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pixels a metre that the purpose needs: 25 to detect people, "
            "62 to observe, 125 to recognise who is known, 250 to identify.",
        ),
    ] = None,
    sub_url: Annotated[
        str | None, typer.Option(help="The small second stream's URL, on the same credentials.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Add a camera. A running server begins to record it within half a minute.

    Live it is seen once its papers are complete and a privacy officer approved them.
    """
    from farola.app.cameras import CameraDesk
    from farola.app.ledger import begin, open_ledger
    from farola.app.parts import open_parts
    from farola.base import SystemClock
    from farola.model import Body, CameraDraft, EntryKind, Papers

    camera = source(url)
    sub = source(sub_url).address if sub_url else None
    papers = Papers(purpose, legal_basis, office, contact, assessment, retention_class, density)
    draft = CameraDraft(name, place, camera.address, sub, papers, enabled=True)
    with (
        open_parts(load(config), SystemClock(), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        act: Body = {"what": "added", "name": name, "place": place, "why": "farola camera add"}
        ledger.append(EntryKind.CAMERA_CHANGED, act)
        added = CameraDesk(parts, changed=lambda: None).add(draft, camera.login)
    typer.echo(f"added {added.id} ({added.name})")


@camera_app.command("list")
def list_(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the cameras."""
    from farola.app.parts import open_parts
    from farola.base import SystemClock

    with open_parts(load(config), SystemClock(), create=False) as parts:
        cameras = parts.catalog.cameras.list()
    if as_json:
        typer.echo(
            json.dumps([asdict(camera) for camera in cameras], ensure_ascii=False, default=sorted)
        )
        return
    for camera in cameras:
        state = "on" if camera.enabled else "off"
        typer.echo(f"{camera.id}  {state:3}  {camera.name}  ({camera.place})  {camera.main.url()}")
    if not cameras:
        typer.echo("no cameras yet: farola camera add --help")


@camera_app.command("test")
def ask(url: _Url, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Connect to a camera once and say what it offers, or why not; exit status 1 when it fails."""
    from farola.app.asking import ask_camera
    from farola.base import SystemClock

    settings = load(config)
    camera = source(url)
    found = asyncio.run(ask_camera(camera.address, camera.login, settings, SystemClock()))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    elif found.ok:
        rate = found.frame_rate
        shown = f", {rate[0] / rate[1]:g} pictures a second" if rate else ""
        size = f", {found.width} x {found.height}" if found.width else ""
        typer.echo(f"{camera.shown} answers: {found.codec}{size}{shown} ({found.elapsed_ms} ms)")
        if found.audio_offered:
            typer.echo("It offers sound as well, which Farola never asks for.")
    else:
        typer.echo(f"{camera.shown}: {found.detail} [{found.reason}]", err=True)
    if not found.ok:
        raise typer.Exit(1)
