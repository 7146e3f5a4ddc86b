"""Bytes for a player: parts, init segments and key frames, made while they are read.

Fragments lie encrypted and without any box; the `moof` before each payload is written from its
stored sample index at this moment.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from farola.base import Error, Kind
from farola.gate import Footage, KeyFrame
from farola.media import (
    CodecConfig,
    FragmentEntry,
    PictureLimit,
    Sample,
    init_segment,
    movie_fragment,
    ticks_to_us,
    unpack_samples,
)
from farola.model import Span
from farola.playback.names import PartName
from farola.playback.shelf import check_owner
from farola.playback.strip import Strip
from farola.store import Keys, SegmentHeader, SegmentReader, StoredFragment, scan

_MOST_FRAGMENTS = 1000  # of one part; ours have a dozen at most
_BEYOND_ANY_FILE = 1 << 62
# What was accepted when it was recorded is played; a decoder has limits of its own.
_ANY_SIZE = PictureLimit(65_535, 65_535)


@lru_cache(maxsize=256)
def config_of(coding: tuple[str, tuple[bytes, ...]]) -> CodecConfig:
    """The codec configuration of a segment's codec and parameter sets."""
    codec, sets = coding
    return CodecConfig.from_parameter_sets(codec, sets, _ANY_SIZE)


def read_init(root: Path, camera_id: str, path: PurePosixPath) -> bytes:
    """The init segment for a file; needs no key, since no picture is in it."""
    header = scan(root / path, _BEYOND_ANY_FILE).header
    check_asked(header, camera_id, path)
    return init_segment(config_of((header.codec, header.parameter_sets)))


def read_part(root: Path, keys: Keys, camera_id: str, name: PartName) -> Footage:
    """One part: a moof and mdat for each fragment, its length known from the headers alone."""
    with SegmentReader.open(root / name.path, keys) as reader:
        check_asked(reader.header, camera_id, name.path)
        fragments = _fragments(reader, name)
    heads = [_head(fragment) for fragment in fragments]
    size = sum(map(len, heads)) + sum(fragment.plain_size for fragment in fragments)

    def chunks() -> Iterator[bytes]:
        with SegmentReader.open(root / name.path, keys) as reader:
            for head, fragment in zip(heads, fragments, strict=True):
                yield head
                yield from reader.iter_payload(fragment)

    last = fragments[-1]
    span = Span(fragments[0].start_us, last.start_us + ticks_to_us(last.duration))
    return Footage(camera_id, span, chunks(), size)


def read_key_frame(
    root: Path, keys: Keys, camera_id: str, strip: Strip[FragmentEntry], entry: FragmentEntry
) -> KeyFrame:
    """The first picture of a fragment as an MP4 of one sample."""
    with SegmentReader.open(root / strip.path, keys) as reader:
        check_owner(reader.header, camera_id, strip.path)
        fragment = reader.fragment(entry.offset)
        first = stored_samples(fragment)[0]
        payload = reader.read(fragment, 0, first.size)
    alone = first._replace(cts=0)
    data = init_segment(config_of(strip.coding)) + movie_fragment(1, 0, [alone]) + payload
    return KeyFrame(camera_id, entry.start_us + ticks_to_us(first.cts), data)


def stored_samples(fragment: StoredFragment) -> list[Sample]:
    """The fragment's samples; raises FILE_DAMAGED unless they fill its payload exactly."""
    samples = unpack_samples(fragment.samples)
    if not samples or sum(sample.size for sample in samples) != fragment.plain_size:
        raise Error(Kind.FILE_DAMAGED, "A sample index does not match its fragment")
    return samples


def _head(fragment: StoredFragment) -> bytes:
    return movie_fragment(fragment.sequence, fragment.media_start, stored_samples(fragment))


def _fragments(reader: SegmentReader, name: PartName) -> list[StoredFragment]:
    """The whole fragments that fill the name's bytes; NOT_FOUND when they do not."""
    found: list[StoredFragment] = []
    offset = name.first
    while offset < name.end and len(found) < _MOST_FRAGMENTS:
        found.append(reader.fragment(offset))
        offset = found[-1].end
    if offset != name.end:
        raise Error(Kind.NOT_FOUND, "this camera has no such recording")
    return found


def check_asked(header: SegmentHeader, camera_id: str, path: PurePosixPath) -> None:
    """What somebody asked for by name is not there unless it is this camera's."""
    try:
        check_owner(header, camera_id, str(path))
    except Error:
        raise Error(Kind.NOT_FOUND, "this camera has no such recording") from None
