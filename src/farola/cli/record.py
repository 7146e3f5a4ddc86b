"""`farola record`."""

import asyncio
import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from farola.cli.options import JsonOption, source


def record(
    urls: Annotated[
        list[str], typer.Argument(help="rtsp://[USER:PASSWORD@]HOST[:PORT]/PATH", metavar="URL...")
    ],
    data: Annotated[
        Path, typer.Option(help="Directory for recordings; the keys lie beside it in NAME.keys.")
    ] = Path("farola-data"),
    seconds: Annotated[
        int | None, typer.Option(min=1, help="Stop after so long; else record until interrupted.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record cameras without a server, in one process.

    Cameras on this machine itself and on any network are allowed: whoever starts this chose the
    address. Recordings are encrypted, and a server can be started on the same directory later.
    """
    from farola.app import record as recording
    from farola.base import SystemClock, configure_logs
    from farola.cli.running import run

    configure_logs("warning")
    settings = recording.settings_for(data)
    sources = [source(url) for url in urls]

    async def work() -> recording.RecordReport:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        return await recording.record(sources, settings, seconds, stop, SystemClock())

    report = run(work())
    if as_json:
        typer.echo(json.dumps(asdict(report)))
        return
    for camera in report.cameras:
        typer.echo(
            f"{camera.url}: {camera.frames} frames, {camera.bytes / 1e6:.1f} MB, "
            f"{camera.lost} packets lost, {camera.gaps} gaps"
        )
    typer.echo(
        f"{report.cpu_seconds:.2f} s of CPU in {report.wall_seconds:.1f} s, "
        f"{report.max_rss_bytes / 1e6:.0f} MB of memory at most"
    )
