"""Notes, checkpoints, cosignatures, tiles and proofs as text, against the published examples.

The keys are those of C2SP's and of Go's `sumdb/note` documentation.
"""

import base64
from contextlib import suppress

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from farola.merkle import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    ProofText,
    Signature,
    Tile,
    entry_bundle,
    hash_leaf,
    inclusion_proof,
    key_id,
    opened,
    pack_cosignature,
    root_of,
    signed_message,
    tiles_of,
    unpack_bundle,
    unpack_cosignature,
)

# Go, golang.org/x/mod/sumdb/note, the package's example.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNED = (
    TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
    "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


class Key:
    """A verifier of plain Ed25519 signatures, from the text form of the key."""

    def __init__(self, text: str) -> None:
        self.name, identity, encoded = text.split("+", 2)
        data = base64.b64decode(encoded)
        assert data[0] == ED25519
        self.key_id = bytes.fromhex(identity)
        self._key = Ed25519PublicKey.from_public_bytes(data[1:])
        assert key_id(self.name, ED25519, data[1:]) == self.key_id

    def verify(self, text: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(signature, text)
        except InvalidSignature:
            return False
        return True


def test_gos_note_opens() -> None:
    note = Note.parse(SIGNED)
    assert note.text == TEXT
    assert str(note) == SIGNED
    assert [each.name for each in opened(note, [Key(PETER)])] == ["PeterNeumann"]


def test_a_changed_text_does_not_open() -> None:
    note = Note.parse(SIGNED.replace("answer", "Answer"))
    with pytest.raises(ValueError, match="wrong"):
        opened(note, [Key(PETER)])


def test_a_note_by_strangers_alone_does_not_open() -> None:
    note = Note.parse(SIGNED)
    with pytest.raises(ValueError, match="no signature"):
        opened(note, [])


def test_a_strangers_further_signature_is_passed_over() -> None:
    note = Note.parse(SIGNED).signed(Signature("EnochRoot", b"abcd", b"x" * 64))
    assert len(opened(note, [Key(PETER)])) == 1


def test_a_repeated_signature_counts_once() -> None:
    note = Note.parse(SIGNED)
    assert len(opened(note.signed(*note.signatures), [Key(PETER)])) == 1


@pytest.mark.parametrize(
    "bad",
    [
        "",
        TEXT,
        TEXT + "\n",
        SIGNED[:-1],
        SIGNED.replace("\n\n", "\n"),
        SIGNED.replace("— ", "- "),
        SIGNED.replace("— PeterNeumann", "— Peter+Neumann"),
        SIGNED.replace("— PeterNeumann", "—  "),
        SIGNED.replace("x08go/", "x08go!"),
        SIGNED.replace("then", "then\r"),
        SIGNED.replace("AM=\n", "AN=\n"),
        SIGNED + "\n",
        TEXT + "\n— PeterNeumann x08gow==\n",
        TEXT + "\n" + "— PeterNeumann AAAAAAA=\n" * 101,
        b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
    ],
)
def test_what_is_not_a_note_is_refused(bad: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Note.parse(bad)


@given(st.text() | st.binary())
def test_parsing_a_note_ends_in_a_note_or_a_value_error(data: str | bytes) -> None:
    try:
        note = Note.parse(data)
    except ValueError:
        return
    text = data.decode() if isinstance(data, bytes) else data
    assert str(note) == text


# C2SP tlog-checkpoint, the specification's example.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_specifications_checkpoint() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert str(checkpoint) == EXAMPLE
    assert str(Checkpoint.parse(EXAMPLE + "more\n")) == EXAMPLE + "more\n"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        EXAMPLE[:-1],
        EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", "020852163"),
        EXAMPLE.replace("20852163", "2085216٣"),
        EXAMPLE.replace("CsUY", "CsU"),
        EXAMPLE.replace("CsUY", "Cs*Y"),
        EXAMPLE + "\n",
        "\n" + EXAMPLE,
    ],
)
def test_what_is_not_a_checkpoint_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Checkpoint.parse(bad)


def test_a_cosignature_holds_its_time() -> None:
    packed = pack_cosignature(1_679_315_147, b"s" * 64)
    assert unpack_cosignature(packed) == (1_679_315_147, b"s" * 64)
    assert signed_message(EXAMPLE, 5) == b"cosignature/v1\ntime 5\n" + EXAMPLE.encode()
    with pytest.raises(ValueError, match="length"):
        unpack_cosignature(packed[:-1])
    assert key_id("w", COSIGNATURE, b"k" * 32) != key_id("w", ED25519, b"k" * 32)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 999), "tile/1/999"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 1234067, 8), "tile/0/x001/x234/067.p/8"),
        (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_old_and_new_tiles_are_all_tiles(one: int, other: int) -> None:
    """What a follower has, and what it is told to fetch, are together what there is."""
    known, size = sorted((one, other))
    before, more = set(tiles_of(known)), set(tiles_of(size, known))
    assert set(tiles_of(size)) - before == more - before
    for tile in more:
        if tile.level is not None:
            level, indices = tile.nodes()
            assert (indices[-1] + 1) << level <= size


def test_the_tiles_of_70000_entries() -> None:
    paths = [tile.path for tile in tiles_of(70_000)]
    assert "tile/entries/273.p/112" in paths
    assert "tile/0/273.p/112" in paths
    assert "tile/1/001.p/17" in paths
    assert "tile/2/000.p/1" in paths
    assert len(paths) == 274 + 274 + 2 + 1


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    data = entry_bundle(entries)
    assert unpack_bundle(data) == entries
    for cut in {1, len(data) // 2}:
        if 0 < cut < len(data):
            with suppress(ValueError):
                assert unpack_bundle(data[:cut]) == entries[: len(unpack_bundle(data[:cut]))]


def test_an_entry_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="65,535"):
        entry_bundle([b"x" * 65_536])


def test_a_proof_as_text() -> None:
    leaves = [bytes([number]) for number in range(11)]

    def nodes(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    checkpoint = Checkpoint("town.example/ledger", 11, root_of(leaves))
    note = Note(str(checkpoint), (Signature("town.example/ledger", b"abcd", b"s" * 64),))
    proof = ProofText(4, tuple(inclusion_proof(nodes, 4, 11)), note, leaves[4])
    read = ProofText.parse(str(proof))
    assert read == proof
    assert read.verify(hash_leaf(leaves[4])) == checkpoint
    with pytest.raises(ValueError, match="another root"):
        read.verify(hash_leaf(leaves[5]))
    for bad in ("", str(proof)[1:], str(proof).replace("index 4", "index x")):
        with pytest.raises(ValueError, match=r"."):
            ProofText.parse(bad)
