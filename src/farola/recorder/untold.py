"""Gaps that a crash left untold or unended.

Rows travel to the catalogue a moment after the fragments that they tell of. A kill in between
leaves files that reach into a gap which the catalogue still holds open, or a hole between two
recordings that no gap names.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from farola.base import Kind
from farola.media import ticks_to_us, unpack_fragments
from farola.model import Gap, Segment, Span, StreamKind

_FAR_US = 366 * 86_400_000_000
_NO_HOLE_US = 100_000  # rounding and a run's new anchor leave holes that are none


class Recordings(Protocol):
    """What mending needs of the catalogue."""

    def segments(self, camera_id: str, stream: StreamKind, span: Span) -> list[Segment]: ...
    def gaps(self, camera_id: str, stream: StreamKind, span: Span) -> list[Gap]: ...
    def save_gap(self, gap: Gap) -> None: ...
    def end_gap(self, camera_id: str, stream: StreamKind, end_us: int) -> None: ...


def mend_gaps(
    recordings: Recordings, camera_id: str, stream: StreamKind, since_us: int, now_us: int
) -> None:
    """Makes the stream's gaps fit its recordings from `since_us` on.

    A gap that lasts ends where the next recording begins, holes get one with reason
    `recorder_killed`, and such a gap lasts from the newest recording's end unless another does.
    """
    span = Span(max(since_us - 1, 0), max(since_us, now_us) + _FAR_US)
    recorded = sorted(
        (entry.start_us, entry.start_us + ticks_to_us(entry.duration))
        for segment in recordings.segments(camera_id, stream, span)
        for entry in unpack_fragments(segment.index)
    )
    if not recorded:
        return
    lasting = _lasting(recordings.gaps(camera_id, stream, span))
    if lasting is not None:
        later = [start_us for start_us, _ in recorded if start_us >= lasting.start_us]
        if later:
            recordings.end_gap(camera_id, stream, later[0])
    gaps = recordings.gaps(camera_id, stream, span)
    for hole in untold_holes(recorded, gaps):
        recordings.save_gap(
            Gap(camera_id, stream, hole.start_us, hole.end_us, Kind.RECORDER_KILLED, "")
        )
    newest_us = max(end_us for _, end_us in recorded)
    if _lasting(gaps) is None and newest_us < now_us:
        recordings.save_gap(Gap(camera_id, stream, newest_us, None, Kind.RECORDER_KILLED, ""))


def untold_holes(recorded: Sequence[tuple[int, int]], gaps: Sequence[Gap]) -> Iterator[Span]:
    """What lies between recordings (starts and ends, by start) and in none of the gaps."""
    until_us = recorded[0][0]
    for (_, end_us), (start_us, _) in pairwise(recorded):
        until_us = max(until_us, end_us)
        told_us = until_us
        for gap in gaps:
            if gap.start_us >= start_us or (gap.end_us is not None and gap.end_us <= told_us):
                continue
            if gap.start_us - told_us > _NO_HOLE_US:
                yield Span(told_us, gap.start_us)
            told_us = start_us if gap.end_us is None else gap.end_us
        if start_us - told_us > _NO_HOLE_US:
            yield Span(told_us, start_us)


def _lasting(gaps: Sequence[Gap]) -> Gap | None:
    return next((gap for gap in gaps if gap.end_us is None), None)
