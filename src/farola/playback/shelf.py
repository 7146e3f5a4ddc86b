"""Finding what was recorded: the catalogue's rows, the files' headers, an open file's newest."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from farola.base import Error, Kind, get_logger
from farola.media import FragmentEntry, unpack_fragments
from farola.model import Segment, Span, StreamKind
from farola.playback.parts import Part
from farola.playback.strip import Strip, Timed
from farola.store import LONGEST_SEGMENT_US, Scan, SegmentHeader, StoredFragment, scan, segment_path

# An open segment's row may tell an end that is long past; its file began at most one longest
# segment before any instant that it holds. The minute allows for its last fragment and for a clock
# that is set while it lasts.
_LOOK_BACK_US = LONGEST_SEGMENT_US + 60_000_000
_KEPT_STRIPS = 512

_log = get_logger("playback")


class Recorded(Protocol):
    """What playback asks of the catalogue."""

    def segments(self, camera_id: str, stream: StreamKind, span: Span) -> list[Segment]:
        """Segments that touch the span."""
        ...


type Cutter = Callable[[Sequence[FragmentEntry], bool], tuple[Part, ...]]
"""Cuts a segment's fragments into parts; with True the last one is not complete."""


class Shelf:
    """Recorded segments by camera and span. Threads may share it."""

    def __init__(self, recorded: Recorded, root: Path, cutter: Cutter) -> None:
        self._recorded = recorded
        self._root = root
        self._cutter = cutter
        self._kept: OrderedDict[tuple[str, int], Strip[Part]] = OrderedDict()
        self._lock = threading.Lock()

    def parts(self, camera_id: str, stream: StreamKind, span: Span) -> list[Strip[Part]]:
        """The span's segments cut into parts; those of finished segments are kept for next time."""
        strips = []
        for segment in self._segments(camera_id, stream, span):
            name = segment.path, segment.size
            with self._lock:
                strip = self._kept.get(name)
            if strip is None:
                strip = self._strip(segment, partial(self._cut, segment.open))
                if strip and not segment.open:
                    self._keep(name, strip)
            if strip:
                strips.append(strip)
        return strips

    def fragments(
        self, camera_id: str, stream: StreamKind, span: Span
    ) -> list[Strip[FragmentEntry]]:
        """The span's segments with every fragment."""
        found = (self._strip(segment, tuple) for segment in self._segments(camera_id, stream, span))
        return [strip for strip in found if strip]

    def newest(
        self, camera_id: str, stream: StreamKind, span: Span
    ) -> Iterator[Strip[FragmentEntry]]:
        """As `fragments`, the newest segment first, each read when it is asked for."""
        segments = self._segments(camera_id, stream, span)
        for segment in sorted(segments, key=lambda one: one.start_us, reverse=True):
            strip = self._strip(segment, tuple)
            if strip:
                yield strip

    def _segments(self, camera_id: str, stream: StreamKind, span: Span) -> list[Segment]:
        wide = Span(max(0, span.start_us - _LOOK_BACK_US), span.end_us)
        return self._recorded.segments(camera_id, stream, wide)

    def _cut(self, growing: bool, rows: list[FragmentEntry]) -> tuple[Part, ...]:
        return self._cutter(rows, growing)

    def _keep(self, name: tuple[str, int], strip: Strip[Part]) -> None:
        with self._lock:
            self._kept[name] = strip
            self._kept.move_to_end(name)
            while len(self._kept) > _KEPT_STRIPS:
                self._kept.popitem(last=False)

    def _strip[T: Timed](
        self, segment: Segment, items: Callable[[list[FragmentEntry]], tuple[T, ...]]
    ) -> Strip[T] | None:
        """The file behind a row; None, and a line in the log, when it is gone or damaged."""
        try:
            found, rows = self._look(segment)
        except Error as error:
            if error.kind not in {Kind.NOT_FOUND, Kind.FILE_DAMAGED}:
                raise
            _log.warning("segment left out", path=segment.path, kind=error.kind, why=error.message)
            return None
        header = found.header
        coding = header.codec, header.parameter_sets
        return Strip(segment.path, header.run_id, header.number, coding, items(rows))

    def _look(self, segment: Segment) -> tuple[Scan, list[FragmentEntry]]:
        """The row's fragments and those that the file holds beyond them."""
        path = self._root / segment.path
        try:
            rows = unpack_fragments(segment.index) if segment.index else []
        except Error:
            rows = []  # the file itself tells the same
        found = scan(path, segment.size if rows else None)
        check_owner(found.header, segment.camera_id, segment.path)
        rows += [_entry(fragment) for fragment in found.fragments]
        return found, rows


def check_owner(header: SegmentHeader, camera_id: str, path: str) -> None:
    """Raise FILE_DAMAGED unless the file is the camera's and lies where its header says."""
    if header.camera_id != camera_id or str(segment_path(header)) != path:
        raise Error(Kind.FILE_DAMAGED, "The segment file lies in a wrong place", path=path)


def _entry(fragment: StoredFragment) -> FragmentEntry:
    return FragmentEntry(
        fragment.offset,
        fragment.size,
        fragment.sequence,
        fragment.start_us,
        fragment.media_start,
        fragment.duration,
        fragment.key,
    )
