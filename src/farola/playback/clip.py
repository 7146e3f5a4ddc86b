"""A span as one ordinary MP4: planned from the stored sample indexes, then streamed in order.

Time goes on without a break: what was not recorded is not in the file, and a run begins where the
one before it ended. A change of codec configuration becomes a further sample description; the new
parameter sets also stand in front of the first picture that needs them, since browsers give their
decoder only the first description. Nothing else is added, dropped or reordered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from farola.base import Error, Kind, get_logger
from farola.gate import Footage
from farola.media import (
    CodecConfig,
    FragmentEntry,
    MovieTable,
    Sample,
    length_prefixed,
    ticks_to_us,
)
from farola.model import Span
from farola.playback.footage import config_of, stored_samples
from farola.playback.shelf import check_owner
from farola.playback.strip import Piece
from farola.store import Keys, SegmentReader, StoredFragment

_log = get_logger("playback")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`lead` and then the payload's first `size` bytes of the fragment at `offset`."""

    path: str
    offset: int
    size: int
    lead: bytes


class _Plan:
    """What the file will hold: sample tables, and where each chunk's bytes come from."""

    def __init__(self) -> None:
        self.table = MovieTable()
        self.chunks: list[_Chunk] = []
        self.start_us = self.end_us = 0
        self._configs: list[CodecConfig] = []
        self._description = 0

    def add(self, piece: Piece[FragmentEntry], samples: list[Sample]) -> None:
        """Append the samples, the first of the piece's fragment."""
        size = sum(sample.size for sample in samples)
        lead = self._describe(piece.strip.coding)
        if lead:
            first = samples[0]
            samples = [first._replace(size=first.size + len(lead)), *samples[1:]]
        self.table.add(samples, self._description)
        entry = piece.item
        self.chunks.append(_Chunk(piece.strip.path, entry.offset, size, lead))
        end_us = entry.start_us + ticks_to_us(sum(sample.duration for sample in samples))
        if len(self.chunks) == 1:
            self.start_us, self.end_us = entry.start_us, end_us
        self.start_us = min(self.start_us, entry.start_us)
        self.end_us = max(self.end_us, end_us)

    def head(self) -> bytes:
        return self.table.head(tuple(self._configs))

    def _describe(self, coding: tuple[str, tuple[bytes, ...]]) -> bytes:
        """Switch to the coding's description; the sets to put in front when it changed."""
        config = config_of(coding)
        before = self._description
        if config not in self._configs:
            if self._configs and config.codec is not self._configs[0].codec:
                raise Error(
                    Kind.CODEC_UNSUPPORTED,
                    "the camera changed its codec in this span; ask for the spans one by one",
                )
            self._configs.append(config)
        self._description = self._configs.index(config) + 1
        return (
            length_prefixed(config.parameter_sets) if before not in {0, self._description} else b""
        )


def make_clip(
    root: Path, keys: Keys, camera_id: str, pieces: list[Piece[FragmentEntry]], span: Span
) -> Footage:
    """The pieces as one MP4 of known length, cut after the last picture before `span.end_us`.

    Reads every fragment's header, about 0.1 ms each, before the first byte is given out. Damaged
    fragments are left out together with what depends on them. Raises NOT_FOUND when nothing is
    left, TOO_LARGE, CODEC_UNSUPPORTED when the span holds H.264 and H.265.
    """
    plan = _Plan()
    broken = False
    for piece, fragment in _stored(root, keys, camera_id, pieces):
        broken = fragment is None or (broken and not piece.item.key)
        if fragment and not broken:
            samples = _before(stored_samples(fragment), piece.item, span.end_us)
            if samples:
                plan.add(piece, samples)
    if not plan.chunks:
        raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
    head = plan.head()
    size = len(head) + plan.table.payload_bytes
    return Footage(
        camera_id, Span(plan.start_us, plan.end_us), _stream(root, keys, head, plan.chunks), size
    )


def _stored(
    root: Path, keys: Keys, camera_id: str, pieces: list[Piece[FragmentEntry]]
) -> Iterator[tuple[Piece[FragmentEntry], StoredFragment | None]]:
    """Each piece with its authentic header; None for a damaged one, which the log names."""
    at = 0
    while at < len(pieces):
        path = pieces[at].strip.path
        with SegmentReader.open(root / path, keys) as reader:
            check_owner(reader.header, camera_id, path)
            while at < len(pieces) and pieces[at].strip.path == path:
                piece = pieces[at]
                at += 1
                try:
                    fragment = reader.fragment(piece.item.offset)
                    stored_samples(fragment)
                except Error as error:
                    if error.kind is not Kind.FILE_DAMAGED:
                        raise
                    _log.warning("fragment left out", path=path, offset=piece.item.offset)
                    yield piece, None
                else:
                    yield piece, fragment


def _before(samples: list[Sample], entry: FragmentEntry, end_us: int) -> list[Sample]:
    """The samples up to the last one, in decode order, that is shown before `end_us`."""
    dts, keep = 0, 0
    for number, sample in enumerate(samples, 1):
        if entry.start_us + ticks_to_us(dts + sample.cts) < end_us:
            keep = number
        dts += sample.duration
    return samples[:keep]


def _stream(root: Path, keys: Keys, head: bytes, chunks: list[_Chunk]) -> Iterator[bytes]:
    yield head
    at = 0
    while at < len(chunks):
        path = chunks[at].path
        with SegmentReader.open(root / path, keys) as reader:
            while at < len(chunks) and chunks[at].path == path:
                chunk = chunks[at]
                at += 1
                if chunk.lead:
                    yield chunk.lead
                yield from reader.iter_payload(chunk, 0, chunk.size)
