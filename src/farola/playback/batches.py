"""Cuts the pieces of a span into batches that are covered one after another. Pure functions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from farola.media import TICKS_PER_SECOND, FragmentEntry
from farola.playback.parts import source_of
from farola.playback.strip import Piece

# Long enough that the context before each batch costs little, short enough to be held in memory.
_LONG_ENOUGH = TICKS_PER_SECOND * 8
_TOO_LONG = TICKS_PER_SECOND * 20


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive fragments of one file, decoded from byte `source` on.

    `joined`: time goes on from the batch before.
    """

    pieces: Sequence[Piece[FragmentEntry]]
    source: int
    joined: bool

    @property
    def path(self) -> str:
        return self.pieces[0].strip.path

    @property
    def first(self) -> int:
        return self.pieces[0].item.offset

    @property
    def end(self) -> int:
        return self.pieces[-1].item.offset + self.pieces[-1].item.size


def batches(
    pieces: Sequence[Piece[FragmentEntry]], long_enough: int = _LONG_ENOUGH
) -> Iterator[Batch]:
    """The pieces in order; those that no key frame leads to are left out."""
    skipped = False
    for run in _runs(pieces, long_enough):
        items = run[0].strip.items
        source = source_of(items, items.index(run[0].item))
        if source is not None:
            yield Batch(run, items[source].offset, run[0].joined and not skipped)
        skipped = source is None


def smaller(batch: Batch) -> list[Batch]:
    """What is left to try of a batch in which something is damaged, in order; nothing at last."""
    groups = list(batches(batch.pieces, 0))
    if len(groups) > 1:
        return groups
    if batch.source < batch.first and batch.pieces[0].item.key:
        return [replace(batch, source=batch.first)]
    return []


def _runs(
    pieces: Sequence[Piece[FragmentEntry]], long_enough: int
) -> Iterator[Sequence[Piece[FragmentEntry]]]:
    begin = 0
    for at in range(1, len(pieces)):
        before, piece = pieces[at - 1], pieces[at]
        lasting = piece.item.media_start - pieces[begin].item.media_start
        if (
            not piece.joined
            or piece.strip is not before.strip
            or piece.item.offset != before.item.offset + before.item.size
            or (lasting >= long_enough and piece.item.key)
            or lasting >= _TOO_LONG
        ):
            yield pieces[begin:at]
            begin = at
    if pieces:
        yield pieces[begin:]
