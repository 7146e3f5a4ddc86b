"""The stand-alone verifier as outsiders run it: a copy elsewhere, the public files, a checkpoint.

It runs in an interpreter without this project's packages.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_world import KEY, LOOK, ORIGIN, Secret, fill, open_ledger

import farola.ledger
from farola.ledger import Ledger, NoteKey, Publisher
from farola.ledger.verify_ledger import ed25519_verify
from farola.merkle import (
    COSIGNATURE,
    Checkpoint,
    Note,
    ProofText,
    Tile,
    entry_bundle,
    hash_leaf,
    root_of,
    unpack_bundle,
)

SOURCE = Path(farola.ledger.__file__).with_name("verify_ledger.py")
WITNESS = NoteKey("ombudsman.example", Secret(b"w" * 32), COSIGNATURE)


def verify(directory: Path, *arguments: str) -> tuple[int, str]:
    """Runs a copy of the verifier from another directory; its status and what it said."""
    directory.mkdir(exist_ok=True)
    copy = directory / "verify_ledger.py"
    shutil.copy(SOURCE, copy)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(copy), *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        env={},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The public files of 700 entries."""
    with open_ledger(tmp_path / "private") as ledger:
        fill(ledger, 600)
        publisher = Publisher(ledger, tmp_path / "public")
        publisher.publish(ledger.checkpoint())
        shutil.copy(tmp_path / "public" / "checkpoint", tmp_path / "older")
        fill(ledger, 100)
        note = ledger.checkpoint()
        publisher.publish(note, [WITNESS.cosign(note.text, 1_800_000_000)])
    return tmp_path / "public"


def check(log: Path, *more: str) -> tuple[int, str]:
    return verify(log.parent / "outside", "tiles", str(log), "--key", str(log / "key"), *more)


def test_a_good_log_is_accepted(log: Path) -> None:
    status, said = check(
        log, "--witness", str(WITNESS.verifier), "--since", str(log.parent / "older")
    )
    assert status == 0, said
    assert f"700 entries of {ORIGIN}" in said


def test_a_missing_witness_is_noticed(log: Path) -> None:
    other = NoteKey("press.example", Secret(b"p" * 32), COSIGNATURE)
    status, said = check(log, "--witness", str(other.verifier))
    assert (status, "press.example" in said) == (1, True)


def test_another_key_is_refused(log: Path) -> None:
    stranger = NoteKey(ORIGIN, Secret(b"x" * 32))
    status, said = verify(
        log.parent / "outside", "tiles", str(log), "--key", str(stranger.verifier)
    )
    assert (status, "no good signature" in said) == (1, True)


def rewrite(log: Path, bundle: int, leaves: list[bytes], *, level_0: bool) -> None:
    tile = Tile(None, bundle, 256 if (bundle + 1) * 256 <= 700 else 700 % 256)
    (log / tile.path).write_bytes(entry_bundle(leaves))
    if level_0:
        level = Tile(0, bundle, tile.width)
        (log / level.path).write_bytes(b"".join(hash_leaf(leaf) for leaf in leaves))


def leaves_of(log: Path, bundle: int) -> list[bytes]:
    width = 256 if (bundle + 1) * 256 <= 700 else 700 % 256
    return list(unpack_bundle((log / Tile(None, bundle, width).path).read_bytes()))


def edited(leaf: bytes) -> bytes:
    return leaf.replace(b'"kind":"look"', b'"kind":"note"')


def test_an_edited_entry_is_named(log: Path) -> None:
    leaves = leaves_of(log, 1)
    leaves[44] = edited(leaves[44])
    rewrite(log, 1, leaves, level_0=False)
    assert check(log) == (
        1,
        "REFUSED: entry 300 is wrong: it is not the one that was hashed: it was changed\n",
    )


def test_a_leaf_of_other_types_is_named(log: Path) -> None:
    leaves = leaves_of(log, 1)
    leaves[44] = re.sub(rb'"ts":\d+', b'"ts":"x"', leaves[44])
    rewrite(log, 1, leaves, level_0=True)
    assert check(log) == (1, "REFUSED: entry 300 is wrong: it is not an entry\n")


def test_a_removed_entry_is_named(log: Path) -> None:
    leaves = leaves_of(log, 0)
    del leaves[17]
    rewrite(log, 0, [*leaves, leaves[-1]], level_0=True)
    status, said = check(log)
    assert status == 1
    assert "entry 17 is wrong: it says that it is entry 18" in said


def test_reordered_entries_are_named(log: Path) -> None:
    leaves = leaves_of(log, 2)
    leaves[3], leaves[4] = leaves[4], leaves[3]
    rewrite(log, 2, leaves, level_0=True)
    status, said = check(log)
    assert (status, "entry 515 is wrong" in said) == (1, True)


def test_missing_entries_are_named(log: Path) -> None:
    rewrite(log, 2, leaves_of(log, 2)[:100], level_0=False)
    assert check(log) == (1, "REFUSED: entry 612 is missing\n")


def test_rebuilt_leaves_are_bounded_by_the_tile_above(log: Path) -> None:
    leaves = leaves_of(log, 1)
    leaves[44] = edited(leaves[44])
    rewrite(log, 1, leaves, level_0=True)
    status, said = check(log)
    assert (status, "an entry from 256 to 511 is wrong" in said) == (1, True)


@pytest.fixture
def rebuilt(log: Path, tmp_path: Path) -> Path:
    """The same log with entry 300 edited, every tile made anew and the checkpoint signed anew."""
    leaves = [leaf for bundle in range(3) for leaf in leaves_of(log, bundle)]
    leaves[300] = edited(leaves[300])
    with open_ledger(tmp_path / "forged") as ledger:
        fill(ledger, 700)

    class Forged(Ledger):
        def entries(self, start: int, stop: int):  # type: ignore[no-untyped-def]
            from farola.model import Entry

            return [Entry(at, 0, LOOK, leaves[at], None) for at in range(start, stop)]

        def hashes(self, level: int, start: int, stop: int) -> list[bytes]:
            return [root_of(leaves[at << level : (at + 1) << level]) for at in range(start, stop)]

    from farola.base import ManualClock

    forged = Forged.open(tmp_path / "forged", KEY, ManualClock(), create=True)
    note = KEY.note(str(Checkpoint(ORIGIN, 700, root_of(leaves))))
    Publisher(forged, tmp_path / "forged-public").publish(note)
    forged.close()
    return tmp_path / "forged-public"


def test_a_log_rebuilt_and_signed_anew_does_not_continue_an_older_checkpoint(
    log: Path, rebuilt: Path
) -> None:
    assert check(rebuilt)[0] == 0  # nobody could tell by this copy alone
    status, said = check(rebuilt, "--since", str(log.parent / "older"))
    assert (status, "one of the first 600 entries is wrong" in said) == (1, True)
    status, said = check(rebuilt, "--against", str(log))
    assert (status, "entry 300 is wrong: it differs" in said) == (1, True)
    status, said = check(rebuilt, "--checkpoint", str(log / "checkpoint"))
    assert (status, "the log was rebuilt" in said) == (1, True)


def test_a_log_that_shrank_is_refused(log: Path) -> None:
    newest = log / "checkpoint"
    shutil.copy(newest, log.parent / "newest")
    shutil.copy(log.parent / "older", newest)
    status, said = check(log, "--since", str(log.parent / "newest"))
    assert (status, "the log shrank" in said) in {(1, True), (2, False)}
    assert status != 0


def test_what_cannot_be_read_is_said(log: Path, tmp_path: Path) -> None:
    assert verify(tmp_path / "o", "tiles", str(log), "--key", "x")[0] == 2
    assert verify(tmp_path / "o", "tiles", str(tmp_path), "--key", str(log / "key"))[0] == 2
    (log / "checkpoint").write_text("nothing\n\nof the sort\n", "utf-8")
    assert check(log)[0] == 2


def test_one_opened_entry(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "private") as ledger:
        fill(ledger, 40)
        note, opening = ledger.checkpoint(), ledger.opening(23)
        assert opening is not None
        salt, body = opening
        proof = ProofText(23, tuple(ledger.inclusion_proof(23, 40)), note)
        opened = {
            "leaf": ledger.entry(23).leaf.decode(),
            "salt": salt.hex(),
            "body": body,
            "proof": str(proof),
        }
    file = tmp_path / "entry.json"
    key = str(KEY.verifier)

    def asked(value: dict[str, object]) -> tuple[int, str]:
        file.write_text(json.dumps(value), "utf-8")
        return verify(tmp_path / "outside", "entry", str(file), "--key", key)

    assert asked(opened)[0] == 0
    status, said = asked({**opened, "body": {**body, "person": "somebody else"}})
    assert (status, "not the one that entry 23 commits to" in said) == (1, True)
    status, said = asked({**opened, "proof": str(proof).replace("index 23", "index 24")})
    assert status == 1
    assert asked({})[0] == 2


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [  # RFC 8032, section 7.1, tests 1 to 3
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_its_ed25519_is_rfc_8032s(public: str, message: str, signature: str) -> None:
    key, text, given = (bytes.fromhex(each) for each in (public, message, signature))
    assert ed25519_verify(key, text, given)
    assert not ed25519_verify(key, text + b"x", given)
    assert not ed25519_verify(key, text, given[:-1] + bytes([given[-1] ^ 0x10]))
    assert not ed25519_verify(bytes(32), text, given)
    assert not ed25519_verify(key, text, given[:32] + b"\xff" * 32)


def test_it_imports_nothing_of_ours() -> None:
    source = SOURCE.read_text("utf-8")
    assert "farola." not in source
    assert "import farola" not in source


def test_a_note_by_two_is_one_note() -> None:
    note = KEY.note("a\n")
    assert Note.parse(str(note.signed(WITNESS.cosign("a\n", 5)))).text == "a\n"
