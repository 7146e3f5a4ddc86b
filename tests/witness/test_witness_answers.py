"""What a witness says to good and to dishonest logs (C2SP tlog-witness)."""

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farola.base import Error, Kind, ManualClock
from farola.ledger import NoteKey, NoteVerifier, parse_verifier
from farola.merkle import (
    Checkpoint,
    Note,
    Signature,
    consistency_proof,
    opened,
    root_of,
    unpack_cosignature,
)
from farola.witness import Answer, Witness, WitnessStore

NOW_S = 1_795_500_000


class Secret:
    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


LOG = NoteKey("town.example/ledger", Secret(b"l" * 32))
LEAVES = [f"entry {number}".encode() for number in range(60)]


@pytest.fixture
def store(tmp_path: Path) -> WitnessStore:
    store = WitnessStore(tmp_path)
    store.create("ombudsman.example/w1")
    store.watch(LOG.verifier)
    return store


@pytest.fixture
def witness(store: WitnessStore) -> Witness:
    return Witness(store, ManualClock(NOW_S * 1_000_000))


def ask(
    witness: Witness, old: int, new: int, leaves: list[bytes] = LEAVES, key: NoteKey = LOG
) -> Answer:
    def nodes(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    proof = consistency_proof(nodes, old, new) if 0 < old <= new else []
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    note = key.note(str(Checkpoint(key.name, new, root_of(leaves[:new]))))
    return witness.add_checkpoint(("\n".join(lines) + f"\n\n{note}").encode())


def test_a_growing_log_is_cosigned(witness: Witness) -> None:
    for old, new in ((0, 5), (5, 5), (5, 17), (17, 60)):
        answer = ask(witness, old, new)
        assert answer.status == 200, answer.body
        text = str(Checkpoint(LOG.name, new, root_of(LEAVES[:new])))
        note = Note(text, tuple(Signature.parse(line) for line in answer.body.splitlines()))
        (signature,) = opened(note, [parse_verifier(witness.verifier)])
        assert unpack_cosignature(signature.signature)[0] == NOW_S


@pytest.mark.parametrize("how", ["edited", "removed", "reordered"])
def test_a_rewritten_log_is_noticed(witness: Witness, how: str) -> None:
    """Rebuilt and signed anew by whoever holds the log's key."""
    assert ask(witness, 0, 40).status == 200
    changed = list(LEAVES)
    if how == "edited":
        changed[7] = b"something else"
    elif how == "removed":
        del changed[7]
        changed.append(b"one more")
    else:
        changed[7], changed[8] = changed[8], changed[7]
    assert ask(witness, 40, 60, changed).status == 422
    assert ask(witness, 40, 40, changed).status == 409
    assert ask(witness, 0, 60, changed) == Answer(409, "40\n", "text/x.tlog.size")
    assert ask(witness, 40, 60).status == 200  # the honest log goes on


def test_a_shrunk_log_is_noticed(witness: Witness) -> None:
    assert ask(witness, 0, 40).status == 200
    assert ask(witness, 40, 20).status == 400
    assert ask(witness, 20, 20) == Answer(409, "40\n", "text/x.tlog.size")


def test_it_remembers_across_starts(store: WitnessStore, witness: Witness) -> None:
    assert ask(witness, 0, 40).status == 200
    again = Witness(store, ManualClock())
    assert ask(again, 0, 60).status == 409
    assert ask(again, 40, 60).status == 200
    assert again.verifier == witness.verifier


def test_it_stores_before_it_answers(
    store: WitnessStore, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails means no cosignature: else a crash could make it sign two histories."""

    def fails(origin: str, note: Note) -> None:
        raise Error(Kind.DISK_FULL, "no room")

    monkeypatch.setattr(store, "remember", fails)
    with pytest.raises(Error):
        ask(witness, 0, 5)


def test_a_witness_that_forgot_says_so(tmp_path: Path, witness: Witness) -> None:
    assert ask(witness, 0, 5).status == 200
    (seen,) = (tmp_path / "logs").glob("*.seen")
    seen.write_bytes(b"nothing")
    with pytest.raises(Error) as raised:
        ask(witness, 0, 5)
    assert raised.value.kind is Kind.FILE_DAMAGED


def test_strangers_are_turned_away(witness: Witness) -> None:
    assert ask(witness, 0, 5, key=NoteKey("other.example", Secret(b"o" * 32))).status == 404
    assert ask(witness, 0, 5, key=NoteKey(LOG.name, Secret(b"o" * 32))).status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0",
        b"old x\n\n",
        b"old 0\n!\n\n",
        b"old 0\n\nnothing\n",
        b"\xff\n\n",
        b"old -1\n\n",
    ],
)
def test_what_is_malformed_is_refused(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status == 400


def test_a_proof_of_nothing_is_refused(witness: Witness) -> None:
    note = LOG.note(str(Checkpoint(LOG.name, 5, root_of(LEAVES[:5]))))
    body = f"old 0\n{base64.b64encode(b'x' * 32).decode()}\n\n{note}".encode()
    assert witness.add_checkpoint(body).status == 422


def test_one_witness_in_one_place_and_one_key_for_one_log(store: WitnessStore) -> None:
    with pytest.raises(Error) as raised:
        store.create("another.example")
    assert raised.value.kind is Kind.CONFLICT
    for name in ("", "a b", "a+b"):
        with pytest.raises(Error) as raised:
            store.create(name)
        assert raised.value.kind is Kind.INVALID_INPUT
    store.watch(LOG.verifier)
    with pytest.raises(Error) as raised:
        store.watch(NoteVerifier(LOG.name, b"k" * 32))
    assert raised.value.kind is Kind.CONFLICT
    with pytest.raises(Error) as raised:
        parse_verifier("nothing")
    assert raised.value.kind is Kind.INVALID_INPUT
