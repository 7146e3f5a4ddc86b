"""One stream, recorded for ever: connect, record a run, say why it ended, wait, again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from farola.base import Backoff, Clock, Error, Kind, get_logger
from farola.model import CameraState, Phase
from farola.recorder.plan import StreamPlan
from farola.recorder.shelf import PlacedCut
from farola.recorder.take import Deliver, Take
from farola.recorder.writer import Writer
from farola.rtsp import Limits, Reader, Target, connect

_DELAYED_US = 10_000_000
_ANCHOR_SECONDS = 3.0
_WORKED_US = 15_000_000  # a run that lasted this long ends the backing off
_log = get_logger("recorder")

Resolve = Callable[[StreamPlan], Awaitable[Target]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a stream may be without a key frame, and the longest wait before trying again."""

    key_frame_us: int = 30_000_000
    backoff_most_us: int = 60_000_000


class StreamRecorder:
    """Records one stream until cancelled; whatever its camera does stays within it."""

    def __init__(
        self,
        plan: StreamPlan,
        resolve: Resolve,
        writer: Writer,
        clock: Clock,
        limits: Limits,
        reader: Reader,
        patience: Patience,
    ) -> None:
        self.plan = plan
        self._resolve = resolve
        self._writer = writer
        self._clock = clock
        self._limits = limits
        self._reader = reader
        self._patience = patience
        self._phase = Phase.CONNECTING
        self._reason: Kind | None = None
        self._detail = ""
        self._since_us = clock.wall_us()
        self._frames = 0  # of the runs before this one
        self._lost = 0
        self._reconnects = 0
        self._take: Take | None = None
        self._watch_stream: Callable[[bool], None] | None = None
        self._deliver: Deliver | None = None
        self._keys_only = False

    async def run(self) -> None:
        """Records until cancelled. Connects again after every end, with growing waits."""
        backoff = Backoff(most_us=self._patience.backoff_most_us)
        while True:
            started_us = self._clock.monotonic_us()
            try:
                await self._one_run()
                error = Error(Kind.CLOSED_BY_CAMERA, "the camera closed the connection")
            except Error as ended:
                error = ended
            if self._phase is Phase.LIVE:
                self._reconnects += 1
                if self._clock.monotonic_us() - started_us >= _WORKED_US:
                    backoff.reset()
            self._enter(Phase.GAP, error.kind, error.message)
            self._writer.missing(self.plan.key, error.kind, error.message, self._clock.wall_us())
            await asyncio.sleep(backoff.next_us() / 1_000_000)

    def watch(self, deliver: Deliver | None, *, keys_only: bool = False) -> None:
        """Begins or ends handing units to `deliver`, from the open fragment's key frame on.

        With `keys_only` only key frames, and the socket is read no sooner for it.
        """
        self._deliver = deliver
        self._keys_only = keys_only
        if self._watch_stream is not None:
            self._watch_stream(self._eager)
        if self._take is not None:
            if deliver is not None and not keys_only:
                self._take.replay(deliver)
            self._take.deliver = deliver
            self._take.keys_only = keys_only

    @property
    def _eager(self) -> bool:
        """Somebody watches live: read at once."""
        return self._deliver is not None and not self._keys_only

    def state(self) -> CameraState:
        """What this stream does now, in the console's words."""
        shelf = self._writer.shelf(self.plan.key)
        newest_us = shelf.newest_end_us if shelf else None
        lag_us = None if newest_us is None else max(0, self._clock.wall_us() - newest_us)
        phase, reason, detail = self._phase, self._reason, self._detail
        since_us = self._since_us
        refused = self._writer.refused(self.plan.key)
        if phase is Phase.LIVE and refused is not None:
            phase, reason, detail = Phase.GAP, refused.kind, refused.message
            since_us = refused.since_us
        elif phase is Phase.LIVE and lag_us is not None and lag_us > _DELAYED_US:
            phase = Phase.DELAYED
        take = self._take
        config = take.config if take else None
        return CameraState(
            camera_id=self.plan.camera_id,
            phase=phase,
            reason=reason,
            detail=detail,
            since_us=since_us,
            frames=self._frames + (take.frames if take else 0),
            bytes=shelf.bytes if shelf else 0,
            lost=self._lost + (take.lost if take else 0),
            gaps=shelf.gaps.count if shelf else 0,
            reconnects=self._reconnects,
            dropped=self._writer.dropped(self.plan.key),
            lag_us=lag_us,
            camera_offset_us=take.camera_offset_us if take else None,
            width=config.picture.width if config else 0,
            height=config.picture.height if config else 0,
            codec=config.rfc6381 if config else "",
        )

    async def _one_run(self) -> None:
        target = await self._resolve(self.plan)
        stream = await connect(target, limits=self._limits, clock=self._clock, reader=self._reader)
        reason = Kind.RECORDER_STOPPED
        take: Take | None = None
        try:
            take = self._take = Take(
                stream,
                self._clock,
                self._cut,
                lambda: self._enter(Phase.LIVE),
                key_frame_us=self._patience.key_frame_us,
            )
            take.deliver = self._deliver
            take.keys_only = self._keys_only
            self._watch_stream = stream.watch
            # Read at once at first: the earliest arrivals anchor the run in wall time.
            stream.watch(True)
            settling = asyncio.get_running_loop().call_later(
                _ANCHOR_SECONDS, lambda: stream.watch(self._eager)
            )
            try:
                await stream.play(take.unit)
            finally:
                settling.cancel()
            reason = Kind.CLOSED_BY_CAMERA
        except Error as error:
            reason = error.kind
            raise
        finally:
            self._take = self._watch_stream = None
            if take is not None:
                with suppress(Error):  # the last fragment is as far astray as what ended the run
                    take.finish()
                self._frames += take.frames
                self._lost += take.lost
                self._writer.end_run(
                    self.plan.key, reason, self._clock.wall_us(), take.camera_offset_us
                )
            await stream.close()

    def _cut(self, placed: PlacedCut) -> None:
        self._writer.append(self.plan.key, placed)

    def _enter(self, phase: Phase, reason: Kind | None = None, detail: str = "") -> None:
        if (phase, reason) == (self._phase, self._reason):
            return
        self._phase, self._reason, self._detail = phase, reason, detail
        self._since_us = self._clock.wall_us()
        _log.info(
            "camera",
            camera=self.plan.camera_id,
            stream=self.plan.stream,
            phase=phase,
            reason=reason,
            detail=detail,
        )
