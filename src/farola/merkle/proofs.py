"""Proofs that an entry is in a tree, and that one tree continues another: made and checked.

Making follows RFC 6962, sections 2.1.1 and 2.1.2; checking follows RFC 9162, sections 2.1.3.2 and
2.1.4.2. Checking raises ValueError with the reason and returns nothing: a proof that nobody asks
about cannot be taken for a good one.
"""

from collections.abc import Sequence

from farola.merkle.tree import Nodes, hash_children, range_hash, split

_HASH = 32


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes beside the way from leaf `index` to the root over `size` leaves.

    Raises ValueError for an index that the tree does not hold.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + split(stop - start)
        if index < middle:
            path.append(range_hash(nodes, middle, stop))
            stop = middle
        else:
            path.append(range_hash(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The hashes that show the tree of `new` leaves to begin with the tree of `old` leaves.

    Empty for the same size. Raises ValueError unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"no tree of {new} continues one of {old}")
    path: list[bytes] = []
    start, stop, whole = 0, new, True
    while stop > old:
        middle = start + split(stop - start)
        if old <= middle:
            path.append(range_hash(nodes, middle, stop))
            stop = middle
        else:
            path.append(range_hash(nodes, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(nodes, start, stop))
    return path[::-1]


def verify_inclusion(
    index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises ValueError unless the proof leads from the leaf to the root."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    _check_sizes([leaf_hash, root, *proof])
    way, last, digest = index, size - 1, leaf_hash
    for each in proof:
        if last == 0:
            raise ValueError("the proof is too long")
        if way & 1 or way == last:
            digest = hash_children(each, digest)
            while not way & 1 and way:
                way >>= 1
                last >>= 1
        else:
            digest = hash_children(digest, each)
        way >>= 1
        last >>= 1
    if last:
        raise ValueError("the proof is too short")
    if digest != root:
        raise ValueError("the proof leads to another root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises ValueError unless the tree of `new` leaves begins with the one of `old` leaves.

    Nothing is consistent with an empty tree, since everything would be.
    """
    if not 0 < old <= new:
        raise ValueError(f"no tree of {new} can be shown to continue one of {old}")
    if old == new:
        if proof:
            raise ValueError("trees of one size need no proof")
        if old_root != new_root:
            raise ValueError("two trees of one size with different roots")
        return
    if not proof:
        raise ValueError("the proof is empty")
    _check_sizes([old_root, new_root, *proof])
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    way, last = old - 1, new - 1
    while way & 1:
        way >>= 1
        last >>= 1
    first = second = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ValueError("the proof is too long")
        if way & 1 or way == last:
            first = hash_children(each, first)
            second = hash_children(each, second)
            while not way & 1 and way:
                way >>= 1
                last >>= 1
        else:
            second = hash_children(second, each)
        way >>= 1
        last >>= 1
    if last:
        raise ValueError("the proof is too short")
    if first != old_root:
        raise ValueError("the proof leads to another old root")
    if second != new_root:
        raise ValueError("the proof leads to another new root")


def _check_sizes(hashes: Sequence[bytes]) -> None:
    if any(len(each) != _HASH for each in hashes):
        raise ValueError(f"a hash is not {_HASH} bytes long")
