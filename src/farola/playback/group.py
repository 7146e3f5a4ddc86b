"""Stored fragments read to be covered: their pictures, their times, and what stands around them."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from farola.base import Error, Kind
from farola.media import TICKS_PER_SECOND, ticks_to_us
from farola.model import RecordedUnit, Span
from farola.playback.footage import stored_samples
from farola.playback.parts import follows, slice_start
from farola.store import SegmentReader, StoredFragment

_MOST_FRAGMENTS = 200
_MOST_UNITS = 6_000
_MOST_BYTES = 96 * 1024 * 1024
# Pictures after the last one that is shown are looked at for so long: who appears in them is
# covered before.
_TRAIL = TICKS_PER_SECOND * 42 // 100


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of consecutive fragments of one file, in decoding order from a key frame on.

    `shown` are the fragments in which the pictures at `times` lie: those that are given out, by
    presentation time, in order. What `units` holds besides them is context. `end` is the time at
    which the last of `times` ends. `frozen`: nothing was recorded in this stretch, and the one
    picture shown in it is an earlier one, to be shown from this time on. Times are ticks of the
    run.
    """

    shown: tuple[StoredFragment, ...]
    units: list[RecordedUnit] = field(repr=False)
    times: list[int] = field(repr=False)
    end: int
    lossy: bool
    frozen: int | None = None

    @property
    def lead(self) -> int:
        """How many units come before the first that is shown."""
        return next(at for at, unit in enumerate(self.units) if unit.media >= self.times[0])

    def wall_us(self, media: int) -> int:
        """UTC microsecond at which a picture was taken."""
        before = [one for one in self.shown if one.media_start <= media] or self.shown[:1]
        return before[-1].start_us + ticks_to_us(media - before[-1].media_start)

    def lasting(self, media: int, following: int | None) -> int:
        """Ticks that the picture at `media` is shown; `following` is the next one's time."""
        return max(1, (self.end if following is None else following) - media)

    def bare(self) -> "Group":
        """Without the context that decoding does not need."""
        first = self.lead
        while first > 0 and not self.units[first].key:
            first -= 1
        units = self.units[first : _needed(self.units, self.times[-1])]
        return replace(self, units=units)


def span_of(fragments: Sequence[StoredFragment], number: int = 0, slices: int = 1) -> Span:
    """The wall time that the fragments show, or slice `number` of `slices` of it."""
    last = fragments[-1]
    start_us = fragments[0].start_us
    lasting_us = last.start_us + ticks_to_us(last.duration) - start_us
    return Span(
        slice_start(start_us, lasting_us, number, slices),
        slice_start(start_us, lasting_us, number + 1, slices),
    )


def fragments_in(
    reader: SegmentReader, source: int, first: int, end: int
) -> tuple[tuple[StoredFragment, ...], int]:
    """The whole fragments from byte `source` to `end`, and how many of them lie before `first`.

    Raises NOT_FOUND when those bytes are not whole fragments that begin with a key frame.
    """
    found: list[StoredFragment] = []
    lead = None
    offset = source
    while offset < end and len(found) < _MOST_FRAGMENTS:
        if offset == first:
            lead = len(found)
        found.append(reader.fragment(offset))
        offset = found[-1].end
    if offset != end or lead is None or not found[0].key:
        raise Error(Kind.NOT_FOUND, "this camera has no such recording")
    return tuple(found), lead


def read_group(
    reader: SegmentReader,
    fragments: tuple[StoredFragment, ...],
    lead: int,
    *,
    until_us: int | None = None,
    number: int = 0,
    slices: int = 1,
    trail: int = _TRAIL,
) -> Group:
    """The pictures of the fragments after the first `lead`, and what stands around them.

    Pictures of `trail` ticks after the last are context too, where there are any. With `until_us`
    (UTC) only what is shown before it; with `slices` only that share of the time. Raises NOT_FOUND
    when nothing is, TOO_LARGE for more than should be decoded at once.
    """
    shown = fragments[lead:]
    units = _read(reader, fragments)
    if trail:
        units += _following(reader, shown[-1])
    times = sorted({time for fragment in shown for time in times_of(fragment)})
    lasting = stored_samples(shown[-1])[-1].duration
    natural = times[-1] + min(max(1, lasting), 2 * TICKS_PER_SECOND)
    low, high = 0, len(times)
    start, frozen = times[0], None
    if slices > 1:
        duration = sum(fragment.duration for fragment in shown)
        start = slice_start(times[0], duration, number, slices)
        low = bisect_left(times, start)
        if number + 1 < slices:
            high = bisect_left(times, slice_start(times[0], duration, number + 1, slices))
    if until_us is not None:
        wall = Group(shown, units, times, natural, False).wall_us
        high = min(high, bisect_left(times, until_us, key=wall))
    if low >= high:
        if slices == 1 or until_us is not None:
            raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
        low, frozen = high - 1, start
    end = times[high] if high < len(times) else natural
    group = Group(
        shown, units, times[low:high], max(end, start + 1), any(one.lost for one in fragments)
    )
    return replace(group, units=units[: _needed(units, group.times[-1] + trail)], frozen=frozen)


def picture_group(reader: SegmentReader, fragments: tuple[StoredFragment, ...], lead: int) -> Group:
    """As `read_group`, with the key frame of the first fragment that is not context alone."""
    fragments = fragments[: lead + 1]
    units = _read(reader, fragments)
    shown = fragments[lead:]
    samples = stored_samples(shown[0])
    media = shown[0].media_start + samples[0].cts
    return Group(
        shown,
        units[: _needed(units, media + _TRAIL)],
        [media],
        media + min(max(1, samples[0].duration), 2 * TICKS_PER_SECOND),
        any(one.lost for one in fragments),
    )


def times_of(fragment: StoredFragment) -> list[int]:
    """Presentation times of a fragment's pictures, in decoding order."""
    media, times = fragment.media_start, []
    for sample in stored_samples(fragment):
        times.append(media + sample.cts)
        media += sample.duration
    return times


def _read(reader: SegmentReader, fragments: tuple[StoredFragment, ...]) -> list[RecordedUnit]:
    """Their pictures, decrypted; raises TOO_LARGE for more than should be decoded at once."""
    if sum(fragment.plain_size for fragment in fragments) > _MOST_BYTES:
        raise Error(Kind.TOO_LARGE, "these pictures are too many to be covered at once")
    units: list[RecordedUnit] = []
    for fragment in fragments:
        payload, place = reader.read(fragment), 0
        for sample, media in zip(stored_samples(fragment), times_of(fragment), strict=True):
            unit = payload[place : place + sample.size]
            units.append(RecordedUnit(media, sample.key, unit))
            place += sample.size
    if len(units) > _MOST_UNITS:
        raise Error(Kind.TOO_LARGE, "these pictures are too many to be covered at once")
    return units


def _following(reader: SegmentReader, last: StoredFragment) -> list[RecordedUnit]:
    """The pictures of the fragment after the last one, where there is one and time goes on in it:
    its beginning is looked at.
    """
    try:
        following = reader.fragment(last.end)
        if follows(last.media_start + last.duration, following.media_start):
            return _read(reader, (following,))
    except Error:
        pass  # none yet, or damaged: those who want to see it will be told
    return []


def _needed(units: list[RecordedUnit], until: int) -> int:
    """How many units must be decoded to show everything up to the tick `until`."""
    return 1 + max(at for at, unit in enumerate(units) if unit.media <= until)
