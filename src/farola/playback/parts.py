"""Cutting a segment's fragments into the parts of a playlist. Pure functions.

A segment is always cut from its beginning, whatever span was asked for. So a part has one name in
every playlist, a cache can keep it, and a playlist that grows only ever gets parts added.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from farola.media import TICKS_PER_SECOND, FragmentEntry, ticks_to_us

# A part ends before the next key frame once it lasts this long; with fragments of at most two
# seconds that gives parts of less than six.
_LONG_ENOUGH = TICKS_PER_SECOND * 7 // 2
# Without any key frame for so long a part ends all the same, so that a player need not wait.
_TOO_LONG = TICKS_PER_SECOND * 20

# Decode times that miss each other by less count as continuous: one lost picture is no reason to
# restart a decoder, and players step over a hole of this size by themselves.
_MOST_HOLE = TICKS_PER_SECOND // 2
_MOST_OVERLAP = TICKS_PER_SECOND // 100


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive fragments of one file, from byte `first` to `end`.

    Times as in `FragmentEntry`. `key`: it begins with a key frame. `complete`: no fragment will be
    added to it.
    """

    first: int
    end: int
    start_us: int
    media_start: int
    duration: int
    key: bool
    complete: bool

    @property
    def end_us(self) -> int:
        return self.start_us + ticks_to_us(self.duration)


def follows(media_end: int, media_start: int) -> bool:
    """Whether decode time goes on, within a run, where it ended."""
    return -_MOST_OVERLAP <= media_start - media_end <= _MOST_HOLE


def cut(entries: Sequence[FragmentEntry], growing: bool) -> tuple[Part, ...]:
    """The parts of a segment; with `growing` the last one is not complete."""
    parts: list[Part] = []
    rows: list[FragmentEntry] = []
    for entry in entries:
        if rows and _ends_before(rows, entry):
            parts.append(_part(rows, complete=True))
            rows = []
        rows.append(entry)
    if rows:
        parts.append(_part(rows, complete=not growing))
    return tuple(parts)


def _ends_before(rows: list[FragmentEntry], entry: FragmentEntry) -> bool:
    first, last = rows[0], rows[-1]
    lasting = last.media_start + last.duration - first.media_start
    return (
        (entry.key and lasting >= _LONG_ENOUGH)
        or lasting >= _TOO_LONG
        or entry.offset != last.offset + last.size
        or not follows(last.media_start + last.duration, entry.media_start)
    )


def _part(rows: list[FragmentEntry], *, complete: bool) -> Part:
    first, last = rows[0], rows[-1]
    return Part(
        first.offset,
        last.offset + last.size,
        first.start_us,
        first.media_start,
        last.media_start + last.duration - first.media_start,
        first.key,
        complete,
    )
