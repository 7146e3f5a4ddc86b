"""A recorder process's side of the socket: obeys plans and watches, reports states and units."""

import asyncio
from base64 import b64encode
from dataclasses import asdict
from typing import Any

from farola.model import Attention, StreamKind
from farola.recorder import wire
from farola.recorder.plan import StreamPlan
from farola.recorder.recorder import Recorder
from farola.recorder.take import Deliver, WatchedUnit
from farola.recorder.writer import StreamKey

_REPORT_SECONDS = 1.0
_MOST_UNSENT = 16 << 20  # a server that does not read loses watched pictures, never recorded ones


async def serve(
    recorder: Recorder,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    stop: asyncio.Event,
) -> None:
    """Serves until the server says STOP or goes away, or `stop` is set."""
    desk = _Desk(recorder, writer)
    reports = asyncio.create_task(desk.report())
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            message = asyncio.create_task(wire.read(reader))
            await asyncio.wait((message, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not message.done():
                message.cancel()
                return
            received = message.result()
            if received is None or received[0] is wire.Type.STOP:
                return
            await desk.obey(received[0], received[1])
    finally:
        stopping.cancel()
        reports.cancel()
        await asyncio.gather(reports, stopping, return_exceptions=True)
        writer.close()


class _Desk:
    def __init__(self, recorder: Recorder, writer: asyncio.StreamWriter) -> None:
        self._recorder = recorder
        self._writer = writer

    async def obey(self, kind: wire.Type, head: Any) -> None:
        match kind:
            case wire.Type.PLAN:
                await self._recorder.apply(StreamPlan.from_json(plan) for plan in head["plans"])
            case wire.Type.WATCH:
                key = (head["camera"], StreamKind(head["stream"]))
                self._recorder.watch(key, Attention(head["attention"]), self._sender(key))
            case _:
                pass  # a newer server's message: nothing here obeys it

    async def report(self) -> None:
        """Tells the server once a second what each stream and the disk are doing."""
        while True:
            self._send(
                wire.pack(
                    wire.Type.STATES,
                    {
                        "streams": [
                            {"stream": stream, **asdict(state)}
                            for stream, state in self._recorder.states()
                        ],
                        "alarms": [asdict(alarm) for alarm in self._recorder.alarms()],
                    },
                )
            )
            await asyncio.sleep(_REPORT_SECONDS)

    def _sender(self, key: StreamKey) -> Deliver:
        """Sends one watched stream's units; a fresh configuration goes ahead of its first unit."""
        told: tuple[str, object] | None = None
        waits_for_key = False

        def deliver(unit: WatchedUnit) -> None:
            nonlocal told, waits_for_key
            if self._writer.transport.get_write_buffer_size() > _MOST_UNSENT:
                waits_for_key = True
            if waits_for_key and not unit.key:
                return
            waits_for_key = False
            if told != (unit.run_id, unit.config):
                told = (unit.run_id, unit.config)
                told_head = {
                    "camera": key[0],
                    "stream": key[1],
                    "run": unit.run_id,
                    "codec": unit.config.codec,
                    "sets": [b64encode(each).decode() for each in unit.config.parameter_sets],
                }
                self._send(wire.pack(wire.Type.CONFIG, told_head))
            head = {
                "camera": key[0],
                "stream": key[1],
                "media": unit.media,
                "wall_us": unit.wall_us,
                "key": unit.key,
            }
            self._send(wire.pack(wire.Type.UNIT, head, unit.payload))

        return deliver

    def _send(self, message: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(message)
