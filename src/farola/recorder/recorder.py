"""Everything one recorder process does: its streams, its disk and its catalogue rows."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from farola.base import Clock, Error, Kind, get_logger
from farola.model import Alarm, Attention, CameraState, StreamKind
from farola.recorder.gaps import GapBook
from farola.recorder.plan import StreamPlan
from farola.recorder.room import Room
from farola.recorder.rows import Rows, RowStore
from farola.recorder.shelf import KeySource, Shelf
from farola.recorder.stream_recorder import Patience, Resolve, StreamRecorder
from farola.recorder.take import Deliver
from farola.recorder.writer import StreamKey, Writer
from farola.rtsp import Limits, Reader
from farola.store import Syncer, SyncPolicy

_log = get_logger("recorder")


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """`root` holds the segment files; `segment_us` is how long one may be.

    `queue_bytes` of one stream may wait for the disk, which keeps `min_free_bytes` in reserve.
    """

    root: Path
    segment_us: int
    queue_bytes: int
    min_free_bytes: int
    sync: SyncPolicy
    patience: Patience


class Recorder:
    """Records the planned streams, each in its own task, until the `async with` block ends."""

    def __init__(
        self,
        settings: RecorderSettings,
        keys: KeySource,
        store: RowStore,
        resolve: Resolve,
        clock: Clock,
        limits: Limits,
        reader: Reader,
    ) -> None:
        self._settings = settings
        self._keys = keys
        self._resolve = resolve
        self._clock = clock
        self._limits = limits
        self._reader = reader
        self._rows = Rows(store, clock)
        self._syncer = Syncer(settings.sync, self._sync_failed)
        room = Room(settings.root, settings.min_free_bytes, clock)
        self._writer = Writer(clock, settings.queue_bytes, room, self._shelf)
        self._streams: dict[StreamKey, StreamRecorder] = {}
        self._plans: dict[StreamKey, StreamPlan] = {}
        self._watchers: dict[StreamKey, tuple[Attention, Deliver]] = {}
        self._tasks: dict[StreamKey, asyncio.Task[None]] = {}

    async def __aenter__(self) -> "Recorder":
        self._rows.start()
        self._writer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for key in self._streams:
            self._writer.missing(
                key, Kind.RECORDER_STOPPED, "the recorder was stopped", self._clock.wall_us()
            )
        await asyncio.to_thread(self._writer.stop)
        await asyncio.to_thread(self._syncer.close)
        await asyncio.to_thread(self._rows.stop)

    async def apply(self, plans: Iterable[StreamPlan]) -> None:
        """Records exactly these streams from now on; a stream whose address stays is not cut.

        The shelf of a stream looks at its plan for each file: another retention class holds from
        the next file on.
        """
        wanted = {plan.key: plan for plan in plans}
        ending = []
        for key, recorder in list(self._streams.items()):
            plan = wanted.get(key)
            if plan is None or not plan.reached_like(recorder.plan):
                ending.append((key, self._tasks.pop(key), plan is None))
                ending[-1][1].cancel()
                del self._streams[key]
        await asyncio.gather(*(task for _, task, _ in ending), return_exceptions=True)
        for key, _, gone in ending:
            if gone:
                self._writer.missing(
                    key, Kind.CAMERA_DISABLED, "the camera was switched off", self._clock.wall_us()
                )
        for key, plan in wanted.items():
            self._plans[key] = plan
            if key not in self._streams:
                stream = StreamRecorder(
                    plan,
                    self._resolve,
                    self._writer,
                    self._clock,
                    self._limits,
                    self._reader,
                    self._settings.patience,
                )
                self._streams[key] = stream
                self._hand_to(stream, key)
                self._tasks[key] = asyncio.create_task(self._supervise(stream))

    def watch(self, key: StreamKey, attention: Attention, deliver: Deliver) -> None:
        """Begins or ends handing a stream's units to `deliver`, also after it is planned anew."""
        known = self._watchers.get(key)
        if known is not None and known[0] is attention:
            return  # asked again after a change of plans: nothing is to be handed over twice
        if attention is Attention.NONE:
            self._watchers.pop(key, None)
        else:
            self._watchers[key] = (attention, deliver)
        stream = self._streams.get(key)
        if stream is not None:
            self._hand_to(stream, key)

    def _hand_to(self, stream: StreamRecorder, key: StreamKey) -> None:
        attention, deliver = self._watchers.get(key, (Attention.NONE, None))
        stream.watch(deliver, keys_only=attention is Attention.KEYS)

    def states(self) -> list[tuple[StreamKind, CameraState]]:
        return [(key[1], stream.state()) for key, stream in self._streams.items()]

    def alarms(self) -> list[Alarm]:
        """What keeps this recorder from its work at present."""
        return [alarm for alarm in (self._writer.alarm, self._rows.alarm) if alarm is not None]

    async def _supervise(self, stream: StreamRecorder) -> None:
        """A stream's task is restarted whatever ends it: a defect costs one camera a moment."""
        while True:
            try:
                await stream.run()
            except Exception:  # noqa: BLE001 - the supervisor's
                _log.exception("a stream's recorder failed", camera=stream.plan.camera_id)
                await asyncio.sleep(5)

    def _shelf(self, key: StreamKey) -> Shelf:
        plan = self._plans[key]
        gaps = GapBook(
            plan.camera_id,
            plan.stream,
            self._rows.gap,
            covered_until_us=plan.covered_until_us,
            open_gap=plan.open_gap,
        )
        return Shelf(
            self._settings.root,
            self._keys,
            self._rows,
            gaps,
            plan.camera_id,
            plan.stream,
            self._settings.segment_us,
            self._syncer,
            lambda: self._plans[key].retention_class,
        )

    def _sync_failed(self, error: Error) -> None:
        _log.error("a segment could not be forced to the disk", message=error.message)
