"""Cutting a segment's fragments into the parts of a playlist. Pure functions.

A segment is always cut from its beginning, whatever span was asked for. So a part has one name in
every playlist, a cache can keep it, and a playlist that grows only ever gets parts added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from farola.media import TICKS_PER_SECOND, FragmentEntry, ticks_to_us

# A part ends before the next key frame once it lasts this long; with fragments of at most two
# seconds that gives parts of less than six.
_LONG_ENOUGH = TICKS_PER_SECOND * 7 // 2
# Without any key frame for so long a part ends all the same, so that a player need not wait.
_TOO_LONG = TICKS_PER_SECOND * 20
# Covered parts are short, because a player shows nothing before it has a whole one. Each of them
# begins with a key frame of our own, so one may also end where the camera sent none.
_COVERED_LONG_ENOUGH = TICKS_PER_SECOND
_COVERED_TOO_LONG = TICKS_PER_SECOND * 6
# What is looked at before a covered part, so that whoever was seen there is not forgotten in it.
_MOST_CONTEXT = TICKS_PER_SECOND * 4
# A picture that needs more than so many fragments before it to be decoded is not worth the wait.
_MOST_REACH = 60

# Decode times that miss each other by less count as continuous: one lost picture is no reason to
# restart a decoder, and players step over a hole of this size by themselves.
_MOST_HOLE = TICKS_PER_SECOND // 2
_MOST_OVERLAP = TICKS_PER_SECOND // 100


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive fragments of one file, from byte `first` to `end`.

    Times as in `FragmentEntry`. `key`: it begins with a key frame. `complete`: no fragment will be
    added to it. `source` is the byte from which on it is decoded, before `first` where pictures
    before it are needed for that.
    """

    first: int
    end: int
    start_us: int
    media_start: int
    duration: int
    key: bool
    complete: bool
    source: int

    @property
    def end_us(self) -> int:
        return self.start_us + ticks_to_us(self.duration)


def follows(media_end: int, media_start: int) -> bool:
    """Whether decode time goes on, within a run, where it ended."""
    return -_MOST_OVERLAP <= media_start - media_end <= _MOST_HOLE


def cut(entries: Sequence[FragmentEntry], growing: bool) -> tuple[Part, ...]:
    """The parts of a segment; with `growing` the last one is not complete."""
    rows = list(_cut(entries, _LONG_ENOUGH, _TOO_LONG))
    return tuple(
        _part(entries, row, row.start, entries[row.start].key, growing and row is rows[-1])
        for row in rows
    )


def cut_covered(entries: Sequence[FragmentEntry], growing: bool) -> tuple[Part, ...]:
    """The parts of a segment's covered rendition.

    Each is decoded from a key frame on, so `key` tells of each whether there is one in reach.
    """
    rows = list(_cut(entries, _COVERED_LONG_ENOUGH, _COVERED_TOO_LONG))
    parts = []
    for row in rows:
        source = source_of(entries, row.start)
        start = row.start if source is None else source
        parts.append(_part(entries, row, start, source is not None, growing and row is rows[-1]))
    return tuple(parts)


def source_of(entries: Sequence[FragmentEntry], at: int) -> int | None:
    """The number of the fragment from which on fragment `at` is decoded to be covered.

    That is the group of pictures before it, where it directly follows and is not long; else the
    fragment's own key frame. None where no key frame is in reach.
    """
    own = _key_before(entries, at)
    if own is None or own == 0 or not _continues(entries[own - 1], entries[own]):
        return own
    before = _key_before(entries, own - 1)
    if before is None:
        return own
    lasting = entries[own].media_start - entries[before].media_start
    return before if lasting <= _MOST_CONTEXT else own


def _key_before(entries: Sequence[FragmentEntry], at: int) -> int | None:
    """The nearest fragment at or before `at` with a key frame, in one unbroken row with it."""
    for number in range(at, max(-1, at - _MOST_REACH), -1):
        if entries[number].key:
            return number
        if number == 0 or not _continues(entries[number - 1], entries[number]):
            return None
    return None


def _cut(entries: Sequence[FragmentEntry], long_enough: int, too_long: int) -> Iterator[range]:
    """Rows of fragments as ranges of their numbers."""
    first = 0
    for at in range(1, len(entries)):
        last = entries[at - 1]
        lasting = last.media_start + last.duration - entries[first].media_start
        if (
            (entries[at].key and lasting >= long_enough)
            or lasting >= too_long
            or not _continues(last, entries[at])
        ):
            yield range(first, at)
            first = at
    if entries:
        yield range(first, len(entries))


def _continues(last: FragmentEntry, entry: FragmentEntry) -> bool:
    return entry.offset == last.offset + last.size and follows(
        last.media_start + last.duration, entry.media_start
    )


def _part(
    entries: Sequence[FragmentEntry], row: range, source: int, key: bool, open_: bool
) -> Part:
    first, last = entries[row[0]], entries[row[-1]]
    return Part(
        first=first.offset,
        end=last.offset + last.size,
        start_us=first.start_us,
        media_start=first.media_start,
        duration=last.media_start + last.duration - first.media_start,
        key=key,
        complete=not open_,
        source=entries[source].offset,
    )
