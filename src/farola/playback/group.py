"""Stored fragments read to be covered: their pictures, their times, and what stands before them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from farola.base import Error, Kind
from farola.media import TICKS_PER_SECOND, ticks_to_us
from farola.model import RecordedUnit, Span
from farola.playback.footage import stored_samples
from farola.store import SegmentReader, StoredFragment

_MOST_FRAGMENTS = 200
_MOST_UNITS = 6_000
_MOST_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive fragments of one file, beginning with a key frame; the first `lead` are context.

    `units` are the pictures of all of them in decoding order, `lead_units` how many of those belong
    to the context. `times` are the other pictures' presentation times in order, and `end` the time
    at which the last of them ends, in ticks of the run.
    """

    fragments: tuple[StoredFragment, ...]
    lead: int
    units: list[RecordedUnit] = field(repr=False)
    lead_units: int
    times: list[int] = field(repr=False)
    end: int

    @property
    def shown(self) -> tuple[StoredFragment, ...]:
        return self.fragments[self.lead :]

    @property
    def lossy(self) -> bool:
        return any(fragment.lost for fragment in self.fragments)

    def wall_us(self, media: int) -> int:
        """UTC microsecond at which a picture was taken."""
        before = [one for one in self.shown if one.media_start <= media] or self.shown[:1]
        return before[-1].start_us + ticks_to_us(media - before[-1].media_start)

    def lasting(self, media: int, following: int | None) -> int:
        """Ticks that the picture at `media` is shown; `following` is the next one's time."""
        return max(1, (self.end if following is None else following) - media)


def span_of(fragments: Sequence[StoredFragment]) -> Span:
    """The wall time that the fragments show."""
    last = fragments[-1]
    return Span(fragments[0].start_us, last.start_us + ticks_to_us(last.duration))


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
) -> Group:
    """The fragments' pictures, decrypted; with `until_us` (UTC) up to the last shown before it.

    Raises NOT_FOUND when none is, TOO_LARGE for more than should be decoded at once.
    """
    if sum(fragment.plain_size for fragment in fragments) > _MOST_BYTES:
        raise Error(Kind.TOO_LARGE, "these pictures are too many to be covered at once")
    taken: list[RecordedUnit] = []
    lead_units = 0
    lasting = 0
    keep = None
    for number, fragment in enumerate(fragments):
        if number == lead:
            lead_units = len(taken)
        payload = reader.read(fragment)
        media, place = fragment.media_start, 0
        for sample in stored_samples(fragment):
            unit = payload[place : place + sample.size]
            taken.append(RecordedUnit(media + sample.cts, sample.key, unit))
            after_us = ticks_to_us(media + sample.cts - fragment.media_start)
            if number >= lead and (until_us is None or fragment.start_us + after_us < until_us):
                keep, lasting = len(taken), sample.duration
            media += sample.duration
            place += sample.size
    if keep is None:
        raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
    if len(taken) > _MOST_UNITS:
        raise Error(Kind.TOO_LARGE, "these pictures are too many to be covered at once")
    del taken[keep:]
    times = sorted({unit.media for unit in taken[lead_units:]})
    return Group(fragments, lead, taken, lead_units, times, times[-1] + _sane(lasting))


def picture_group(reader: SegmentReader, fragments: tuple[StoredFragment, ...], lead: int) -> Group:
    """As `read_group`, with the first picture of the first fragment that is not context alone."""
    whole = read_group(reader, fragments[: lead + 1], lead)
    first = whole.units[whole.lead_units]
    lasting = stored_samples(fragments[lead])[0].duration
    units = whole.units[: whole.lead_units + 1]
    end = first.media + _sane(lasting)
    return Group(whole.fragments, lead, units, whole.lead_units, [first.media], end)


def from_own_key(group: Group) -> Group:
    """The group without the context that decoding does not need."""
    at = group.lead_units
    while at > 0 and not (group.units[at].key):
        at -= 1
    left = group.lead_units - at
    return Group(group.fragments, group.lead, group.units[at:], left, group.times, group.end)


def times_of(fragment: StoredFragment) -> list[int]:
    """Presentation times of a fragment's pictures, in decoding order."""
    media, times = fragment.media_start, []
    for sample in stored_samples(fragment):
        times.append(media + sample.cts)
        media += sample.duration
    return times


def _sane(ticks: int) -> int:
    """What the last picture lasts, within what a player bears."""
    return min(max(1, ticks), 2 * TICKS_PER_SECOND)
