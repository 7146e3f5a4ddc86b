"""Cutting a segment's fragments into the parts of a playlist. Pure functions.

A segment is always cut from its beginning, whatever span was asked for. So a part has one name in
every playlist, a cache can keep it, and a playlist that grows only ever gets parts added.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from farola.media import TICKS_PER_SECOND, FragmentEntry, ticks_to_us

# A part ends before the next key frame once it lasts this long; with fragments of at most two
# seconds that gives parts of less than six.
_LONG_ENOUGH = TICKS_PER_SECOND * 7 // 2
# Without any key frame for so long a part ends all the same, so that a player need not wait.
_TOO_LONG = TICKS_PER_SECOND * 20
# Covered parts are short, because a player shows nothing before it has a whole one. Each of them
# begins with a key frame of our own, so one may begin anywhere.
_COVERED = TICKS_PER_SECOND
# But where the camera's own key frame is far back, all of that is decoded for each of them.
_SHARE_OF_REACH = 4
MOST_SLICES = 9  # of one fragment, which lasts two seconds at most
# What is decoded before a covered part only to be looked at: a short group of pictures at most.
_MOST_CONTEXT = TICKS_PER_SECOND * 11 // 10
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
    before it are needed for that. A covered part may be the slice number `slice` of `slices` of
    its fragment, by time.
    """

    first: int
    end: int
    start_us: int
    media_start: int
    duration: int
    key: bool
    complete: bool
    source: int
    slice: int = 0
    slices: int = 1

    @property
    def end_us(self) -> int:
        return self.start_us + ticks_to_us(self.duration)


def follows(media_end: int, media_start: int) -> bool:
    """Whether decode time goes on, within a run, where it ended."""
    return -_MOST_OVERLAP <= media_start - media_end <= _MOST_HOLE


def cut(entries: Sequence[FragmentEntry], growing: bool) -> tuple[Part, ...]:
    """The parts of a segment; with `growing` the last one is not complete."""
    rows = list(_cut(entries, _ends))
    return tuple(
        _part(entries, row, row.start, entries[row.start].key, growing and row is rows[-1])
        for row in rows
    )


def cut_covered(entries: Sequence[FragmentEntry], growing: bool) -> tuple[Part, ...]:
    """The parts of a segment's covered rendition, of about a second each.

    Each is decoded from a key frame on, so `key` tells of each whether there is one in reach.
    """
    rows = list(_cut(entries, _covered_ends))
    parts: list[Part] = []
    for row in rows:
        source = source_of(entries, row.start)
        start = row.start if source is None else source
        part = _part(entries, row, start, source is not None, growing and row is rows[-1])
        parts += _slices(part) if len(row) == 1 else [part]
    return tuple(parts)


def slice_start(start: int, duration: int, number: int, slices: int) -> int:
    """The tick at which slice `number` of `slices` of what lasts from `start` on begins."""
    return start + duration * number // slices


def _slices(part: Part) -> list[Part]:
    """A long fragment's part as several, each showing the next share of its time."""
    count = min(max(1, (part.duration + _COVERED // 2) // _COVERED), MOST_SLICES)
    starts = [slice_start(0, part.duration, number, count) for number in range(count + 1)]
    return [
        replace(
            part,
            start_us=part.start_us + ticks_to_us(begin),
            media_start=part.media_start + begin,
            duration=end - begin,
            slice=number,
            slices=count,
        )
        for number, (begin, end) in enumerate(pairwise(starts))
    ]


def source_of(entries: Sequence[FragmentEntry], at: int) -> int | None:
    """The number of the fragment from which on fragment `at` is decoded to be covered.

    That is the fragment's own key frame, or one up to a second before it, where all that lies
    between was recorded. None where no key frame is in reach.
    """
    own = _key_before(entries, at)
    if own is None:
        return None
    source = own
    while source > 0 and _continues(entries[source - 1], entries[source]):
        before = _key_before(entries, source - 1)
        if before is None:
            break
        if entries[own].media_start - entries[before].media_start > _MOST_CONTEXT:
            break
        source = before
    return source


def _key_before(entries: Sequence[FragmentEntry], at: int) -> int | None:
    """The nearest fragment at or before `at` with a key frame, in one unbroken row with it."""
    for number in range(at, max(-1, at - _MOST_REACH), -1):
        if entries[number].key:
            return number
        if number == 0 or not _continues(entries[number - 1], entries[number]):
            return None
    return None


type _Ends = Callable[[Sequence[FragmentEntry], int, int], bool]
"""Whether a part that begins with fragment `first` ends before fragment `at`."""


def _ends(entries: Sequence[FragmentEntry], first: int, at: int) -> bool:
    lasting = _lasting(entries, first, at)
    return (entries[at].key and lasting >= _LONG_ENOUGH) or lasting >= _TOO_LONG


def _covered_ends(entries: Sequence[FragmentEntry], first: int, at: int) -> bool:
    lasting = _lasting(entries, first, at)
    if lasting < _COVERED:
        return False
    key = _key_before(entries, first)
    reach = _lasting(entries, first if key is None else key, at)
    return entries[at].key or lasting * _SHARE_OF_REACH >= reach


def _lasting(entries: Sequence[FragmentEntry], first: int, at: int) -> int:
    last = entries[at - 1]
    return last.media_start + last.duration - entries[first].media_start


def _cut(entries: Sequence[FragmentEntry], ends: _Ends) -> Iterator[range]:
    """Rows of fragments as ranges of their numbers."""
    first = 0
    for at in range(1, len(entries)):
        if not _continues(entries[at - 1], entries[at]) or ends(entries, first, at):
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
