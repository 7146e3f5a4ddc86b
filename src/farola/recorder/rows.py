"""Catalogue rows on their way: gathered, coalesced, written in one transaction, tried again.

Recording never waits for the catalogue: the segment files alone are enough, and whatever a crash
leaves unwritten here is found again in them (docs/design/storage-format.md).
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Protocol

from farola.base import Clock, Error, Kind, get_logger
from farola.model import Alarm, Gap, Run, Segment, StreamKind

_FLUSH_SECONDS = 1.0
_RETRY_SECONDS = 2.0
_TRY_AGAIN = frozenset(
    {
        Kind.CATALOG_LOCKED,
        Kind.CATALOG_FAILED,
        Kind.DISK_FULL,
        Kind.DISK_READ_ONLY,
        Kind.DISK_FAILED,
    }
)
_log = get_logger("recorder")


class Recordings(Protocol):
    """The rows that a recorder writes; each call stores or replaces one."""

    def begin_run(self, run: Run) -> None: ...
    def save_segment(self, segment: Segment) -> None: ...
    def save_gap(self, gap: Gap) -> None: ...
    def end_gap(self, camera_id: str, stream: StreamKind, end_us: int) -> None: ...


class RowStore(Protocol):
    """What the recorder needs of the catalogue."""

    @property
    def recordings(self) -> Recordings: ...
    def batch(self) -> AbstractContextManager[object]: ...


class Rows:
    """A thread that brings rows into the catalogue; the latest of each wins.

    What waits is bounded by nature: a run, a segment and a gap stand here once, in their last form.
    """

    def __init__(self, store: RowStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._segments: dict[str, Segment] = {}
        self._gaps: dict[tuple[str, StreamKind, int], Gap] = {}
        self._stop = threading.Event()
        self._alarm: Alarm | None = None
        self._thread = threading.Thread(target=self._work, name="farola-rows", daemon=True)

    @property
    def alarm(self) -> Alarm | None:
        """Why rows cannot be written at present, None while they can."""
        return self._alarm

    @property
    def waiting(self) -> int:
        return len(self._runs) + len(self._segments) + len(self._gaps)

    def start(self) -> None:
        self._thread.start()

    def run(self, run: Run) -> None:
        with self._lock:
            self._runs[run.id] = run

    def segment(self, segment: Segment) -> None:
        with self._lock:
            self._segments[segment.path] = segment

    def gap(self, gap: Gap) -> None:
        with self._lock:
            self._gaps[gap.camera_id, gap.stream, gap.start_us] = gap

    def stop(self) -> None:
        """Writes what waits, if the catalogue takes it, and ends the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        pause = _FLUSH_SECONDS
        while not self._stop.wait(pause):
            pause = _FLUSH_SECONDS if self._flush() else _RETRY_SECONDS
        self._flush()

    def _flush(self) -> bool:
        with self._lock:
            runs, self._runs = self._runs, {}
            segments, self._segments = self._segments, {}
            gaps, self._gaps = self._gaps, {}
        if not (runs or segments or gaps):
            return True
        writes = [
            *(partial(self._store.recordings.begin_run, run) for run in runs.values()),
            *(partial(self._store.recordings.save_segment, each) for each in segments.values()),
            *(partial(self._save_gap, gap) for gap in gaps.values()),
        ]
        try:
            try:
                self._write(writes)
            except Error as error:
                if error.kind in _TRY_AGAIN:
                    raise
                self._write_singly(writes)
        except Error as error:
            if self._alarm is None:
                _log.error("catalogue rows wait", kind=error.kind, message=error.message)
                self._alarm = Alarm(error.kind, error.message, self._clock.wall_us())
            with self._lock:  # what came meanwhile is newer
                self._runs = runs | self._runs
                self._segments = segments | self._segments
                self._gaps = gaps | self._gaps
            return False
        if self._alarm is not None:
            _log.info("catalogue rows are written again")
            self._alarm = None
        return True

    def _write(self, writes: Sequence[Callable[[], None]]) -> None:
        try:
            with self._store.batch():
                for write in writes:
                    write()
        except Error:
            raise
        except Exception as defect:  # the supervisor's: the thread's end would lose every later row
            _log.exception("a defect in writing catalogue rows")
            raise Error(Kind.INTERNAL, "a defect keeps rows out of the catalogue") from defect

    def _write_singly(self, writes: Sequence[Callable[[], None]]) -> None:
        """One row that the catalogue will never take must not keep the others out."""
        for write in writes:
            try:
                self._write([write])
            except Error as error:
                if error.kind in _TRY_AGAIN:
                    raise
                _log.error("a catalogue row was refused", kind=error.kind, message=error.message)

    def _save_gap(self, gap: Gap) -> None:
        if gap.end_us is not None and gap.end_us <= gap.start_us:
            self._store.recordings.end_gap(gap.camera_id, gap.stream, gap.end_us)
        else:
            self._store.recordings.save_gap(gap)
