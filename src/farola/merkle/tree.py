"""The tree of RFC 6962, section 2.1: hashes of leaves, of nodes, of ranges and of the whole.

A complete subtree of 2^level leaves is addressed as (level, index): it holds the leaves from
index * 2^level on. Only complete subtrees are ever kept, so nothing that was kept changes again.
"""

import hashlib
from collections.abc import Callable, Sequence

type Nodes = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index)."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_leaf(data: bytes) -> bytes:
    """32 bytes; the prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2: where the tree divides."""
    return 1 << ((size - 1).bit_length() - 1)


def range_hash(nodes: Nodes, start: int, stop: int) -> bytes:
    """The hash over the leaves `start` up to `stop`, a range that lies so in some tree."""
    size = stop - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + split(size)
    return hash_children(range_hash(nodes, start, middle), range_hash(nodes, middle, stop))


def tree_root(nodes: Nodes, size: int) -> bytes:
    """The root over the first `size` leaves."""
    return range_hash(nodes, 0, size) if size else EMPTY_ROOT


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves' data, computed by the definition."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return hash_leaf(leaves[0])
    middle = split(len(leaves))
    return hash_children(root_of(leaves[:middle]), root_of(leaves[middle:]))
