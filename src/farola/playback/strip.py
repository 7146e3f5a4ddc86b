"""Recorded film laid out in playing order, and which of it a span needs. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from farola.media import ticks_to_us
from farola.model import Span
from farola.playback.parts import follows


class Timed(Protocol):
    """A fragment or a part: wall start, decode start and duration, whether a key frame begins."""

    @property
    def start_us(self) -> int: ...
    @property
    def media_start(self) -> int: ...
    @property
    def duration(self) -> int: ...
    @property
    def key(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Strip[T: Timed]:
    """One segment file: `items` are its fragments or its parts, in order.

    `coding` is codec and parameter sets: pieces of equal coding decode with one init segment.
    """

    path: str
    run_id: str
    number: int
    coding: tuple[str, tuple[bytes, ...]]
    items: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class Piece[T: Timed]:
    """An item in playing order; `joined`: it continues the piece before it without a break."""

    strip: Strip[T]
    item: T
    joined: bool


def in_playing_order[T: Timed](strips: Sequence[Strip[T]]) -> list[Strip[T]]:
    """Run after run by where each begins, never interleaved, although their wall times may overlap.

    They overlap when the wall clock was set back; then the later run is played after the earlier
    one, wall time jumps back once, and nothing is left out or shown twice.
    """
    begins: dict[str, int] = {}
    for strip in strips:
        if strip.items:
            start_us = strip.items[0].start_us
            begins[strip.run_id] = min(begins.get(strip.run_id, start_us), start_us)
    filled = [strip for strip in strips if strip.items]
    return sorted(filled, key=lambda strip: (begins[strip.run_id], strip.run_id, strip.number))


def choose[T: Timed](
    strips: Sequence[Strip[T]], span: Span, within: Span | None = None
) -> list[Piece[T]]:
    """The pieces that show `span`, each unbroken row of them beginning with a key frame.

    A row whose first piece in the span begins without one is lengthened back to the nearest; where
    none is recorded, it begins at the next. No piece reaches out of `within`.
    """
    rows = _rows(strips)
    chosen: list[Piece[T]] = []
    for row in rows:
        wanted = [
            at
            for at, piece in enumerate(row)
            if _shows(piece.item, span) and _inside(piece.item, within)
        ]
        if not wanted:
            continue
        first, last = wanted[0], wanted[-1]
        while first > 0 and not row[first].item.key and _inside(row[first - 1].item, within):
            first -= 1
        while first <= last and not row[first].item.key:
            first += 1
        for at in range(first, last + 1):
            chosen.append(Piece(row[at].strip, row[at].item, joined=at > first))
    return chosen


def _rows[T: Timed](strips: Sequence[Strip[T]]) -> list[list[Piece[T]]]:
    """Pieces in playing order, cut where run, coding or decode time break."""
    rows: list[list[Piece[T]]] = []
    before: Piece[T] | None = None
    for strip in in_playing_order(strips):
        for item in sorted(strip.items, key=attrgetter("media_start")):
            joined = (
                before is not None
                and before.strip.run_id == strip.run_id
                and before.strip.coding == strip.coding
                and follows(before.item.media_start + before.item.duration, item.media_start)
            )
            if not joined:
                rows.append([])
            before = Piece(strip, item, joined)
            rows[-1].append(before)
    return rows


def _shows(item: Timed, span: Span) -> bool:
    return item.start_us < span.end_us and item.start_us + ticks_to_us(item.duration) > (
        span.start_us
    )


def _inside(item: Timed, within: Span | None) -> bool:
    if within is None:
        return True
    end_us = item.start_us + ticks_to_us(item.duration)
    return within.start_us <= item.start_us and end_us <= within.end_us
