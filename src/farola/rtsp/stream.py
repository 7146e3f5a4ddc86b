"""A playing stream: one RTSP session, which is one run, from its socket to its access units."""

import asyncio
import secrets
from collections.abc import Callable

from farola.base import Clock, Error, Kind
from farola.rtsp.client import Client, Stage
from farola.rtsp.connection import Connection
from farola.rtsp.depacketiser import Depacketiser
from farola.rtsp.h264 import H264Depacketiser
from farola.rtsp.h265 import H265Depacketiser
from farola.rtsp.incoming import Incoming
from farola.rtsp.message import Message
from farola.rtsp.reader import Reader
from farola.rtsp.reception import Reception
from farola.rtsp.rtcp import SenderReport
from farola.rtsp.target import Limits
from farola.rtsp.unit import AccessUnit, Counters
from farola.rtsp.watchdog import Watchdog

_MAX_READS = 4  # of the shared buffer's size, in one visit; the rest waits in the kernel


class Stream:
    """An open session that is ready to play, made by `connect`.

    `codec` is "h264" or "h265"; `parameter_sets` those of the session description, possibly none.
    """

    def __init__(
        self,
        connection: Connection,
        client: Client,
        *,
        rest: bytes,
        limits: Limits,
        clock: Clock,
        reader: Reader,
    ) -> None:
        description = client.described
        video = description.video
        self.codec = video.codec
        self.parameter_sets = video.parameter_sets
        self.audio_offered = description.audio_offered
        self._connection = connection
        self._client = client
        self._limits = limits
        self._clock = clock
        self._reader = reader
        self._rest = rest
        self._done: asyncio.Future[None] | None = None
        self._eager = False
        self._closed = False
        kind = H264Depacketiser if video.codec == "h264" else H265Depacketiser
        self._depacketiser: Depacketiser = kind(
            video.codec,
            payload_type=video.payload_type,
            channel=client.channels[0],
            parameter_sets=video.parameter_sets,
            max_unit_bytes=limits.unit_bytes,
        )
        self._reception = Reception(self._depacketiser, own_ssrc=secrets.randbits(32))
        self._incoming = Incoming(
            self._depacketiser,
            channels=client.channels,
            payload_type=video.payload_type,
            on_message=self._on_message,
            on_rtcp=self._reception.on_rtcp,
        )
        self._watchdog = Watchdog(limits, session_timeout_s=client.session_timeout_s)

    @property
    def buffer(self) -> bytearray:
        """Where units are appended. Inside `on_unit` the consumer may put another in its place."""
        return self._depacketiser.buffer

    @buffer.setter
    def buffer(self, buffer: bytearray) -> None:
        self._depacketiser.buffer = buffer

    @property
    def sender_report(self) -> SenderReport | None:
        """What the camera's clock said last; None if it never did."""
        return self._reception.sender_report

    @property
    def counters(self) -> Counters:
        depacketiser, sequence = self._depacketiser, self._depacketiser.sequence
        return Counters(
            packets=sequence.received,
            bytes=depacketiser.bytes,
            units=depacketiser.units,
            lost=sequence.lost,
            duplicates=sequence.duplicates,
            reordered=sequence.late,
            malformed=depacketiser.malformed,
            skipped_bytes=self._incoming.skipped_bytes,
        )

    def watch(self, eager: bool) -> None:
        """Read at once because somebody watches live, or only at every visit."""
        self._eager = eager
        if self._done is not None:
            self._reader.watch(self, eager=eager)

    async def play(self, on_unit: Callable[[AccessUnit], None]) -> None:
        """Play until the stream ends, which raises an Error that tells why.

        `on_unit` is called between two turns of the loop; what it raises ends the stream and is
        raised here. Cancelling is the clean way to stop; `close` comes after it.
        """
        if self._done is not None or self._closed:
            raise Error(Kind.CONFLICT, "the stream has already played")
        self._done = asyncio.get_running_loop().create_future()
        self._depacketiser.on_unit = on_unit
        self._watchdog.start(self._clock.monotonic_us())
        self._connection.write(self._client.play())
        self._reader.add(self)
        self._reader.watch(self, eager=self._eager)
        try:
            await self._done
        finally:
            self._reader.remove(self)

    async def close(self) -> None:
        """Say TEARDOWN, wait a little for the answer, and close the socket."""
        if self._closed:
            return
        self._closed = True
        self._reader.remove(self)
        if self._done is not None and not self._done.done():
            self._done.set_exception(Error(Kind.RECORDER_STOPPED, "the stream was closed"))
        try:
            async with asyncio.timeout(self._limits.teardown_us / 1_000_000):
                await self._say_goodbye()
        except (TimeoutError, Error):
            pass  # The socket is closed all the same, and the camera's session times out.
        finally:
            self._connection.close()

    async def _say_goodbye(self) -> None:
        self._depacketiser.on_unit = _ignore
        if request := self._client.teardown():
            self._connection.write(request)
            # Unread packets would turn the close into a reset, before the camera has heard us.
            while await self._connection.receive():
                pass

    def fileno(self) -> int:
        return self._connection.fileno()

    def visit(self, shared: memoryview) -> None:
        """Called by the reader: take and handle what has arrived. Never raises."""
        if self._done is None or self._done.done():
            return
        try:
            self._read(shared)
        except Exception as error:  # noqa: BLE001 - not swallowed: `play` raises it
            self._done.set_exception(error)

    def _read(self, shared: memoryview) -> None:
        connection, arrival_us = self._connection, self._clock.wall_us()
        for _ in range(_MAX_READS):
            rest = self._rest
            kept = len(rest)
            if kept:
                shared[:kept] = rest
                count = connection.read_into(shared[kept:])
            else:
                count = connection.read_into(shared)
            if count <= 0:
                break
            end = kept + count
            position = self._incoming.feed(shared, 0, end, arrival_us)
            self._rest = bytes(shared[position:end])
            if end < len(shared):
                break
        if count == 0:
            self._depacketiser.flush()
            raise Error(Kind.CLOSED_BY_CAMERA, "the camera closed the connection")
        now_us = self._clock.monotonic_us()
        if now_us >= self._watchdog.due_us:
            self._check(now_us)

    def _check(self, now_us: int) -> None:
        client, depacketiser = self._client, self._depacketiser
        wishes = self._watchdog.check(
            now_us,
            playing=client.stage is Stage.PLAYING,
            packets=depacketiser.sequence.received,
            units=depacketiser.units,
        )
        out = client.keep_alive() if wishes.keep_alive else b""
        if wishes.report:
            out += self._reception.report(client.channels[1], self._clock.wall_us())
        self._connection.write(out)

    def _on_message(self, message: Message) -> None:
        out = self._client.receive(message)
        if out:
            self._connection.write(out)


def _ignore(unit: AccessUnit) -> None:
    """The stream is closing."""
