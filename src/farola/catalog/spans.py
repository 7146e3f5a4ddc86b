"""Arithmetic of recorded spans: merging, cutting, counting per day. Pure; no SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from farola.base import Error
from farola.media import ticks_to_us, unpack_fragments
from farola.model import Gap, Span

# Spans that lie this close are one: camera clocks and rounding leave holes that are none.
TOLERANCE_US = 100_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A day of the local calendar and how many microseconds of it were recorded."""

    day: date
    recorded_us: int


def merge(bounds: Iterable[tuple[int, int]], tolerance_us: int = TOLERANCE_US) -> list[Span]:
    """Starts and ends, in any order, as disjoint spans by start; empty ones vanish."""
    merged: list[Span] = []
    for start_us, end_us in sorted(bounds):
        if end_us <= start_us:
            continue
        if merged and start_us - merged[-1].end_us <= tolerance_us:
            if end_us > merged[-1].end_us:
                merged[-1] = Span(merged[-1].start_us, end_us)
        else:
            merged.append(Span(start_us, end_us))
    return merged


def clip(spans: Iterable[Span], within: Span) -> list[Span]:
    """The parts of `spans` inside `within`."""
    cut = (
        Span(max(span.start_us, within.start_us), min(span.end_us, within.end_us)) for span in spans
    )
    return [span for span in cut if span.end_us > span.start_us]


def fragment_bounds(index: bytes) -> list[tuple[int, int]] | None:
    """Start and end of every fragment in a packed index; None when it cannot be read."""
    try:
        entries = unpack_fragments(index)
    except Error:
        return None
    return [(entry.start_us, entry.start_us + ticks_to_us(entry.duration)) for entry in entries]


def doubtful(
    bounds: Sequence[tuple[int, int]], within: Span, gaps: Sequence[Gap]
) -> list[tuple[int, int]]:
    """The segments that may not be recorded from end to end where it matters.

    These are the ones that an edge of `within` cuts and the ones that a gap lies in; of the
    others start and end tell everything.
    """
    found = []
    for start_us, end_us in bounds:
        cut = start_us < within.start_us < end_us or start_us < within.end_us < end_us
        if cut or any(
            gap.start_us < end_us - TOLERANCE_US
            and (gap.end_us is None or gap.end_us > start_us + TOLERANCE_US)
            for gap in gaps
        ):
            found.append((start_us, end_us))
    return found


def per_day(spans: Iterable[Span], zone: tzinfo) -> list[RecordedDay]:
    """How much of each local day the disjoint `spans` cover; days without any are left out.

    A day is 23 to 25 hours long where clocks change; it ends at the next local midnight.
    """
    counted: dict[date, int] = {}
    for span in spans:
        start_us = span.start_us
        while start_us < span.end_us:
            day = (_EPOCH + timedelta(microseconds=start_us)).astimezone(zone).date()
            end_us = min(_midnight_us(day + timedelta(days=1), zone), span.end_us)
            end_us = max(end_us, start_us + 1)  # where a zone skips or repeats midnight
            counted[day] = counted.get(day, 0) + end_us - start_us
            start_us = end_us
    return [RecordedDay(day, counted[day]) for day in sorted(counted)]


def _midnight_us(day: date, zone: tzinfo) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (midnight.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
