"""Tiles (C2SP tlog-tiles): the log as static files that anyone may fetch and keep.

A tile of level L holds up to 256 hashes of complete subtrees of 256^L leaves; the bundles of
entries lie beside them. A full tile never changes again; a partial one is named by its width.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WIDTH = 256
_LEVELS = 8
_LENGTH = struct.Struct(">H")
_MOST_ENTRY = (1 << 16) - 1


@dataclass(frozen=True, slots=True)
class Tile:
    """`level` None is a bundle of entries; `width` counts the hashes or entries."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Relative to the log's address, such as `tile/0/x001/234.p/17`."""
        level = "entries" if self.level is None else str(self.level)
        digits = f"{self.index % 1000:03d}"
        rest = self.index // 1000
        while rest:
            digits = f"x{rest % 1000:03d}/{digits}"
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{digits}{partial}"

    def nodes(self) -> tuple[int, range]:
        """The tree level and the indices of the subtrees whose hashes stand here, in order."""
        if self.level is None:
            raise ValueError("a bundle of entries holds no hashes")
        first = self.index * WIDTH
        return self.level * _LEVELS, range(first, first + self.width)


def tiles_of(size: int, known: int = 0) -> Iterator[Tile]:
    """The tiles and bundles of a tree of `size` that one of `known` does not have as they are."""
    level: int | None
    for level in (None, *range((max(size, 1).bit_length() - 1) // _LEVELS + 1)):
        shift = 0 if level is None else level * _LEVELS
        have, had = size >> shift, known >> shift
        for index in range(had // WIDTH, -(-have // WIDTH)):
            width = min(WIDTH, have - index * WIDTH)
            if index * WIDTH + width > had:
                yield Tile(level, index, width)


def entry_bundle(entries: Iterable[bytes]) -> bytes:
    """Each entry after its length in two bytes, most significant first. Raises ValueError."""
    packed = bytearray()
    for entry in entries:
        if len(entry) > _MOST_ENTRY:
            raise ValueError("an entry of over 65,535 bytes")
        packed += _LENGTH.pack(len(entry)) + entry
    return bytes(packed)


def unpack_bundle(data: bytes) -> Sequence[bytes]:
    """The entries of a bundle; raises ValueError."""
    entries: list[bytes] = []
    place = 0
    while place < len(data):
        if place + _LENGTH.size > len(data):
            raise ValueError("a bundle ends within a length")
        (length,) = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size
        if place + length > len(data):
            raise ValueError("a bundle ends within an entry")
        entries.append(data[place : place + length])
        place += length
    return entries
