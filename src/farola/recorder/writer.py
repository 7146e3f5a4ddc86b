"""The one thread of a recorder process that touches its disk.

The event loop hands fragments over through a queue and never waits. The queue is bounded in bytes
for each stream: a disk that cannot keep up costs counted fragments and a visible gap, not the
cameras' connections, and one stream's burst not another's fragments.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from farola.base import Clock, Error, Kind, get_logger
from farola.model import Alarm, StreamKind
from farola.recorder.room import Room
from farola.recorder.shelf import PlacedCut, Shelf

type StreamKey = tuple[str, StreamKind]

_RETRY_US = 2_000_000
_log = get_logger("recorder")


@dataclass(frozen=True, slots=True)
class _Append:
    key: StreamKey
    placed: PlacedCut
    bytes: int


@dataclass(frozen=True, slots=True)
class _Missing:
    key: StreamKey
    reason: Kind
    detail: str
    now_us: int


@dataclass(frozen=True, slots=True)
class _EndRun:
    key: StreamKey
    reason: Kind
    end_us: int
    camera_offset_us: int | None


class Writer:
    """Takes fragments and the reasons for their absence, in order, stream by stream."""

    def __init__(
        self, clock: Clock, queue_bytes: int, room: Room, shelf: Callable[[StreamKey], Shelf]
    ) -> None:
        self._clock = clock
        self._room = room
        self._queue_bytes = queue_bytes
        self._new_shelf = shelf
        self._shelves: dict[StreamKey, Shelf] = {}
        self._alarms: dict[StreamKey, Alarm] = {}
        self._retry_us: dict[StreamKey, int] = {}
        self._dropped: dict[StreamKey, int] = {}
        self._queue: deque[_Append | _Missing | _EndRun] = deque()
        self._waiting_bytes: dict[StreamKey, int] = {}
        self._ready = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="farola-writer", daemon=True)

    @property
    def alarm(self) -> Alarm | None:
        """What keeps the disk from taking some stream's fragments, None while it takes all."""
        return next(iter(self._alarms.values()), None)

    def shelf(self, key: StreamKey) -> Shelf | None:
        """The stream's shelf for reading its counters, None before its first message."""
        return self._shelves.get(key)

    def refused(self, key: StreamKey) -> Alarm | None:
        """Why this stream's newest fragment is not on disk."""
        return self._alarms.get(key)

    def dropped(self, key: StreamKey) -> int:
        """Fragments of this stream that a full queue or a failing disk refused."""
        return self._dropped.get(key, 0)

    def start(self) -> None:
        self._thread.start()

    def append(self, key: StreamKey, placed: PlacedCut) -> None:
        """Queues a fragment, or drops and counts it when the queue is full."""
        size = placed.cut.size
        with self._ready:
            waiting = self._waiting_bytes.get(key, 0)
            if not waiting or waiting + size <= self._queue_bytes:
                self._waiting_bytes[key] = waiting + size
                self._queue.append(_Append(key, placed, size))
                self._ready.notify()
                return
        self._dropped[key] = self._dropped.get(key, 0) + 1
        self.missing(
            key, Kind.DISK_SLOW, "the disk does not keep up with the cameras", placed.start_us
        )

    def missing(self, key: StreamKey, reason: Kind, detail: str, now_us: int) -> None:
        """Queues the reason why nothing of this stream is being recorded."""
        with self._ready:
            self._queue.append(_Missing(key, reason, detail, now_us))
            self._ready.notify()

    def end_run(
        self, key: StreamKey, reason: Kind, end_us: int, camera_offset_us: int | None
    ) -> None:
        with self._ready:
            self._queue.append(_EndRun(key, reason, end_us, camera_offset_us))
            self._ready.notify()

    def stop(self) -> None:
        """Writes what waits and ends the thread."""
        with self._ready:
            self._stopping = True
            self._ready.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._stopping:
                    self._ready.wait()
                if not self._queue:
                    return
                job = self._queue.popleft()
            shelf = self._shelves.get(job.key)
            if shelf is None:
                shelf = self._shelves[job.key] = self._new_shelf(job.key)
            match job:
                case _Append():
                    self._append(shelf, job)
                    with self._ready:
                        self._waiting_bytes[job.key] -= job.bytes
                case _Missing():
                    shelf.gaps.missing(job.reason, job.detail, job.now_us)
                case _EndRun():
                    self._guard(
                        job.key,
                        partial(shelf.end_run, job.reason, job.end_us, job.camera_offset_us),
                    )

    def _append(self, shelf: Shelf, job: _Append) -> None:
        """Writes a fragment; while the disk refuses, tries again only every two seconds."""
        refused = self._alarms.get(job.key)
        if refused is not None and self._clock.monotonic_us() < self._retry_us[job.key]:
            self._dropped[job.key] = self._dropped.get(job.key, 0) + 1
            return
        error = self._guard(job.key, partial(self._write, shelf, job.placed))
        if error is not None:
            self._dropped[job.key] = self._dropped.get(job.key, 0) + 1
            shelf.gaps.missing(error.kind, error.message, job.placed.start_us)

    def _write(self, shelf: Shelf, placed: PlacedCut) -> None:
        self._room.check()
        shelf.append(placed)

    def _guard(self, key: StreamKey, act: Callable[[], None]) -> Error | None:
        try:
            act()
        except Error as error:
            self._pause(key, error)
            return error
        except Exception:  # noqa: BLE001 - the supervisor's: the thread's end would end all recording
            _log.exception("a defect in the writer", camera=key[0])
            defect = Error(Kind.INTERNAL, "a defect keeps pictures off the disk: the log says more")
            self._pause(key, defect)
            return defect
        alarm = self._alarms.pop(key, None)
        if alarm is not None:
            _log.info("recording goes on", camera=key[0], after=alarm.kind)
        return None

    def _pause(self, key: StreamKey, error: Error) -> None:
        self._retry_us[key] = self._clock.monotonic_us() + _RETRY_US
        known = self._alarms.get(key)
        if known is None or known.kind is not error.kind:
            _log.error("recording pauses", camera=key[0], kind=error.kind, message=error.message)
            self._alarms[key] = Alarm(error.kind, error.message, self._clock.wall_us())
