"""The tree against its definition, and proofs of every kind against every corruption."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    hash_children,
    hash_leaf,
    inclusion_proof,
    range_hash,
    root_of,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from farola.merkle.tree import Nodes

SIZES = st.integers(1, 200)
LEAVES = [f"entry {number}".encode() for number in range(200)]


def nodes(level: int, index: int) -> bytes:
    """Complete subtrees by the definition."""
    width = 1 << level
    return root_of(LEAVES[index * width : (index + 1) * width])


ANY: Nodes = nodes


def test_the_root_is_rfc_6962s() -> None:
    """The published roots over the published leaves (also in `vectors.jsonl`)."""
    leaves = [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"]
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256().digest()
    assert root_of(leaves[:1]).hex().startswith("6e340b9cffb37a98")
    assert root_of(leaves[:3]).hex().startswith("aeb6bcfe274b70a1")
    assert root_of(leaves).hex().startswith("5dc9da79a70659a9")


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = hash_leaf(b"a"), hash_leaf(b"b")
    assert hash_leaf(left + right) != hash_children(left, right)


@given(SIZES)
def test_a_root_from_subtrees_is_the_root(size: int) -> None:
    assert tree_root(ANY, size) == root_of(LEAVES[:size])


def test_the_root_of_nothing() -> None:
    assert tree_root(ANY, 0) == EMPTY_ROOT


@given(SIZES, st.data())
def test_every_entry_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(ANY, index, size)
    verify_inclusion(index, size, hash_leaf(LEAVES[index]), proof, root_of(LEAVES[:size]))


@given(SIZES, st.data())
def test_nothing_else_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(ANY, index, size), root_of(LEAVES[:size])
    leaf = hash_leaf(LEAVES[index])
    other = data.draw(st.integers(0, size).filter(lambda each: each != index))
    with pytest.raises(ValueError, match=r"."):
        verify_inclusion(other, size, leaf, proof, root)
    with pytest.raises(ValueError, match=r"."):
        verify_inclusion(index, size, hash_leaf(b"another"), proof, root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof]
        bent[place] = bytes([bent[place][0] ^ 1]) + bent[place][1:]
        with pytest.raises(ValueError, match="another root"):
            verify_inclusion(index, size, leaf, bent, root)


@given(SIZES, SIZES)
def test_every_longer_tree_continues_the_shorter(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = consistency_proof(ANY, old, new)
    verify_consistency(old, new, root_of(LEAVES[:old]), root_of(LEAVES[:new]), proof)


@given(SIZES, SIZES, st.data())
def test_a_rewritten_tree_continues_nothing(one: int, other: int, data: st.DataObject) -> None:
    """An entry edited, removed or reordered within what was seen, and all hashes made anew."""
    old, new = sorted((one, other))
    changed = LEAVES[:new]
    place = data.draw(st.integers(0, old - 1))
    how = data.draw(st.sampled_from(["edited", "removed", "reordered"]))
    if how == "edited":
        changed[place] = b"something else"
    elif how == "removed":
        changed = changed[:place] + changed[place + 1 :] + [b"one more"]
    else:
        partner = (place + 1) % new
        if partner == place:
            return
        changed[place], changed[partner] = changed[partner], changed[place]
    if changed[:old] == LEAVES[:old]:
        return

    def rewritten(level: int, index: int) -> bytes:
        width = 1 << level
        return root_of(changed[index * width : (index + 1) * width])

    proof = consistency_proof(rewritten, old, new)
    with pytest.raises(ValueError, match=r"."):
        verify_consistency(old, new, root_of(LEAVES[:old]), root_of(changed), proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (7, 3)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no entry"):
        inclusion_proof(ANY, index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 2)])
def test_no_proof_of_the_impossible(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="continues"):
        consistency_proof(ANY, old, new)


def test_a_range_is_the_tree_over_its_leaves() -> None:
    assert range_hash(ANY, 4, 7) == root_of(LEAVES[4:7])
