"""A recorder process: `python -m farola.app.recorder_process DESCRIPTOR`.

Started by the server's pool with one end of a socket pair. Its settings come over the socket, so
that no secret stands in its arguments or environment.
"""

import asyncio
import signal
import socket
import sys
from typing import Any

import uvloop

from farola.app.parts import open_parts, recorder_settings
from farola.app.reach import Reach, limits_of
from farola.base import Error, SystemClock, configure_logs, get_logger
from farola.config import Settings
from farola.recorder import Recorder, serve, wire
from farola.rtsp import Reader


def setup_of(settings: Settings) -> dict[str, Any]:
    """The settings as the first message carries them, with the secret that a recorder needs."""
    values = settings.model_dump(mode="json")
    url = settings.catalog.url
    values["catalog"]["url"] = url.get_secret_value() if url else None
    values["metrics"]["token"] = None
    return values


async def _run(descriptor: int) -> int:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    first = await wire.read(reader)
    if first is None or first[0] is not wire.Type.SETUP:
        return 2
    settings = Settings.parse(first[1])
    configure_logs(settings.logs.level, settings.logs.style)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, stop.set)
    clock = SystemClock()
    try:
        with open_parts(settings, clock, create=False) as parts:
            async with Recorder(
                recorder_settings(settings, parts.root),
                parts.keystore,
                parts.catalog,
                Reach(settings.network).plan,
                clock,
                limits_of(settings.recorder),
                Reader(interval_us=settings.recorder.read_interval_ms * 1_000),
            ) as recorder:
                await serve(recorder, reader, writer, stop)
    except Error as error:
        get_logger("recorder").error("cannot record", kind=error.kind, message=error.message)
        return 1
    return 0


def main() -> None:
    sys.exit(uvloop.run(_run(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
