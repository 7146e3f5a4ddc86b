"""Packed sample and fragment indexes: what a file and a catalogue row hold about their video.

Both are a version byte, a count and varints (LEB128, at most 64 bits); numbers that are usually
predictable are stored as the difference from the prediction, zigzag-coded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from farola.base import Error, Kind
from farola.media.ticks import ticks_to_us

MOST_SAMPLES = 65_536
MOST_FRAGMENTS = 65_536
_VERSION = 1
_MOST_SAMPLE_BYTES = 0x7FFF_FFFF


class Sample(NamedTuple):
    """One access unit: duration and `cts` (pts - dts, signed) in ticks, `size` in bytes."""

    duration: int
    size: int
    cts: int
    key: bool


@dataclass(frozen=True, slots=True)
class FragmentEntry:
    """One fragment of a segment file.

    `offset` is that of the fragment's header in the file and `size` its whole length on disk;
    `start_us` is wall time, `media_start` the first decode time in the run and `duration` the sum
    of the samples' durations, both in ticks; `key` tells that it begins with a key frame.
    """

    offset: int
    size: int
    sequence: int
    start_us: int
    media_start: int
    duration: int
    key: bool


def _put(out: bytearray, value: int) -> None:
    if value < 0 or value >> 64:
        raise Error(Kind.INVALID_INPUT, "an index holds a number that does not fit", value=value)
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _put_signed(out: bytearray, value: int) -> None:
    _put(out, value << 1 if value >= 0 else (-value << 1) - 1)


class _Numbers:
    """Varints from the front of `data`; damage is FILE_DAMAGED."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def version(self) -> None:
        if not self._data or self._data[0] != _VERSION:
            raise Error(Kind.FILE_DAMAGED, "an index has an unknown version")
        self._position = 1

    def count(self, most: int) -> int:
        """How many entries follow: never more than `most`, nor than bytes are left."""
        value = self.next()
        if value > min(most, len(self._data) - self._position):
            raise Error(Kind.FILE_DAMAGED, "an index promises too many entries", count=value)
        return value

    def next(self) -> int:
        value = shift = 0
        data, position = self._data, self._position
        try:
            while True:
                byte = data[position]
                position += 1
                value |= (byte & 0x7F) << shift
                if byte < 0x80:
                    break
                shift += 7
                if shift > 63:
                    raise Error(Kind.FILE_DAMAGED, "an index holds too long a number")
        except IndexError:
            raise Error(Kind.FILE_DAMAGED, "an index ends too early") from None
        if value >> 64:
            raise Error(Kind.FILE_DAMAGED, "an index holds too large a number")
        self._position = position
        return value

    def signed(self) -> int:
        value = self.next()
        return -((value + 1) >> 1) if value & 1 else value >> 1

    def finish(self) -> None:
        if self._position != len(self._data):
            raise Error(Kind.FILE_DAMAGED, "an index has bytes after its end")


def _check_sample(sample: Sample, kind: Kind) -> None:
    """The ranges of `trun`: 32 bits, `cts` signed; sizes stay below 2 GiB."""
    duration, size, cts, _ = sample
    if (
        not 0 <= duration <= 0xFFFF_FFFF
        or not 0 <= size <= _MOST_SAMPLE_BYTES
        or not -0x8000_0000 <= cts <= 0x7FFF_FFFF
    ):
        raise Error(kind, "a sample index holds impossible numbers")


def _check_fragment(row: FragmentEntry, kind: Kind) -> None:
    numbers = (row.offset, row.size, row.sequence, row.media_start, row.duration)
    if min(numbers) < 0 or max(*numbers, abs(row.start_us)) >> 56:
        raise Error(kind, "a fragment index holds impossible numbers")


def pack_samples(samples: Iterable[Sample]) -> bytes:
    """Raises INVALID_INPUT for numbers out of range or more than `MOST_SAMPLES`."""
    rows = list(samples)
    if len(rows) > MOST_SAMPLES:
        raise Error(Kind.INVALID_INPUT, "a fragment has too many samples", count=len(rows))
    out = bytearray((_VERSION,))
    _put(out, len(rows))
    duration = 0
    for sample in rows:
        _check_sample(sample, Kind.INVALID_INPUT)
        _put(out, sample.size << 1 | sample.key)
        _put_signed(out, sample.duration - duration)
        _put_signed(out, sample.cts)
        duration = sample.duration
    return bytes(out)


def unpack_samples(packed: bytes) -> list[Sample]:
    """Raises FILE_DAMAGED for anything that `pack_samples` cannot have written."""
    numbers = _Numbers(packed)
    numbers.version()
    samples: list[Sample] = []
    duration = 0
    for _ in range(numbers.count(MOST_SAMPLES)):
        size = numbers.next()
        duration += numbers.signed()
        sample = Sample(duration, size >> 1, numbers.signed(), bool(size & 1))
        _check_sample(sample, Kind.FILE_DAMAGED)
        samples.append(sample)
    numbers.finish()
    return samples


def pack_fragments(entries: Iterable[FragmentEntry]) -> bytes:
    """Raises INVALID_INPUT for numbers out of range or more than `MOST_FRAGMENTS`."""
    rows = list(entries)
    if len(rows) > MOST_FRAGMENTS:
        raise Error(Kind.INVALID_INPUT, "a segment has too many fragments", count=len(rows))
    out = bytearray((_VERSION,))
    _put(out, len(rows))
    offset = sequence = start_us = media_start = 0
    for row in rows:
        _check_fragment(row, Kind.INVALID_INPUT)
        _put(out, row.size)
        _put_signed(out, row.offset - offset)
        _put_signed(out, row.sequence - sequence)
        _put_signed(out, row.start_us - start_us)
        _put_signed(out, row.media_start - media_start)
        _put(out, row.duration << 1 | row.key)
        offset, sequence, start_us, media_start = _following(row)
    return bytes(out)


def unpack_fragments(packed: bytes) -> list[FragmentEntry]:
    """Raises FILE_DAMAGED for anything that `pack_fragments` cannot have written."""
    numbers = _Numbers(packed)
    numbers.version()
    entries: list[FragmentEntry] = []
    offset = sequence = start_us = media_start = 0
    for _ in range(numbers.count(MOST_FRAGMENTS)):
        size = numbers.next()
        offset += numbers.signed()
        sequence += numbers.signed()
        start_us += numbers.signed()
        media_start += numbers.signed()
        tail = numbers.next()
        row = FragmentEntry(
            offset, size, sequence, start_us, media_start, tail >> 1, bool(tail & 1)
        )
        _check_fragment(row, Kind.FILE_DAMAGED)
        entries.append(row)
        offset, sequence, start_us, media_start = _following(row)
    numbers.finish()
    return entries


def _following(row: FragmentEntry) -> tuple[int, int, int, int]:
    """Offset, sequence, wall and media start that the next fragment most likely has."""
    return (
        row.offset + row.size,
        row.sequence + 1,
        row.start_us + ticks_to_us(row.duration),
        row.media_start + row.duration,
    )
