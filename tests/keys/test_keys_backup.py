"""Backups open with their passphrase and whole, and cost a hostile file's reader nothing."""

import functools
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.keys import Keystore, Root, backup, pack_backup, unpack_backup
from farola.keys.backup import backup_files, check_passphrase, read_backup, write_backup
from farola.keys.paper import paper_line, read_paper
from farola.keys.restoring import put_back
from farola.keys.root import root_line

NOON_US = 1_795_521_600_000_000  # 2026-11-24 12:00 UTC
PHRASE = "una luz en cada esquina del pueblo"
SECRET = bytes(range(32))
FILES = {"root.key": root_line(SECRET), "signing/ledger.key": bytes(49)}


def refused(kind: Kind) -> pytest.RaisesExc[Error]:
    return pytest.RaisesExc(Error, check=lambda error: error.kind is kind)


@pytest.fixture(scope="module")
def packed() -> bytes:
    return pack_backup(FILES, PHRASE)


@pytest.fixture
def stretched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same passphrase and salt are stretched once: else hundreds of tries take minutes."""
    monkeypatch.setattr(backup, "_stretched", functools.cache(backup._stretched))


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    store = Keystore.open(tmp_path / "keys", create=True)
    key = store.new_data_key("cam-1", NOON_US)
    store.hold("hld-1", [(key.epoch, key.wrapped)])
    store.signing_key("ledger", create=True)
    return store


def test_it_opens_again(packed: bytes) -> None:
    assert unpack_backup(packed, PHRASE) == FILES
    assert SECRET.hex().encode() not in packed
    assert pack_backup(FILES, PHRASE)[-16:] != packed[-16:]


@pytest.mark.usefixtures("stretched_once")
def test_cut_off_anywhere_it_does_not_open(packed: bytes) -> None:
    for size in range(len(packed)):
        with refused(Kind.KEY_WRONG):
            unpack_backup(packed[:size], PHRASE)
    with refused(Kind.KEY_WRONG):
        unpack_backup(packed + b"\0", PHRASE)


@pytest.mark.usefixtures("stretched_once")
def test_with_any_byte_changed_it_does_not_open(
    packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A changed salt is stretched anew each time: the true stretching once, a false one after it.
    true = backup._stretched
    salt = bytes.fromhex(json.loads(packed.partition(b"\n")[0])["salt"])
    monkeypatch.setattr(
        backup, "_stretched", lambda phrase, its: true(phrase, its) if its == salt else bytes(32)
    )
    for place in range(len(packed)):
        for bit in range(8):
            changed = bytearray(packed)
            changed[place] ^= 1 << bit
            with refused(Kind.KEY_WRONG):
                unpack_backup(bytes(changed), PHRASE)


def test_another_passphrase(packed: bytes) -> None:
    for phrase in ("", PHRASE + " ", PHRASE.upper()):
        with refused(Kind.KEY_WRONG):
            unpack_backup(packed, phrase)


@pytest.mark.parametrize(
    "told",
    [
        {"n": 1 << 40},
        {"n": 2},
        {"r": 1 << 30},
        {"p": 1 << 20},
        {"n": -1},
        {"n": "131072"},
        {"n": 131072.0},
        {"n": None},
        {"salt": ""},
        {"salt": "00" * 400},
        {"nonce": ""},
        {"format": "farola-keys-2"},
        {"more": 1},
    ],
)
def test_other_parameters_are_never_stretched_with(
    packed: bytes, told: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(backup, "_stretched")
    line, _, sealed = packed.partition(b"\n")
    hostile = json.dumps(json.loads(line) | told).encode() + b"\n" + sealed
    with refused(Kind.KEY_WRONG):
        unpack_backup(hostile, PHRASE)


@given(st.binary(max_size=400))
def test_what_is_no_backup(data: bytes) -> None:
    with refused(Kind.KEY_WRONG):
        unpack_backup(data, PHRASE)


def test_an_endless_file_is_read_as_far_as_a_backup_goes() -> None:
    """In a process that may not have more memory than that."""
    script = (
        "import resource\nfrom pathlib import Path\n"
        "from farola.base import Error\nfrom farola.keys.backup import read_backup\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({1 << 30}, {1 << 30}))\n"
        "try:\n    read_backup(Path('/dev/zero'))\n"
        "except Error as error:\n    print(error.kind)\n"
    )
    assert resource.getrlimit(resource.RLIMIT_AS)[1] < 0
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "key_wrong"


def test_none_is_made_that_could_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_MOST_BYTES", 400)
    with refused(Kind.TOO_LARGE):
        pack_backup({**FILES, "holds/hld-1.held": bytes(400)}, PHRASE)


def test_no_such_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with refused(Kind.NOT_FOUND):
            read_backup(path)


@pytest.mark.parametrize("phrase", ["", "a lamp on a corner", "a" * 40, "ab" * 20, "\ud800" * 30])
def test_weak_passphrases(phrase: str) -> None:
    with refused(Kind.INVALID_INPUT):
        pack_backup(FILES, phrase)


def test_six_words_are_enough() -> None:
    check_passphrase("sol mar pan luz rio voz")


def test_one_spelling_of_what_looks_the_same() -> None:
    composed, apart = "la pe\u00f1a del a\u00f1o nuevo", "la pen\u0303a del an\u0303o nuevo"
    assert unpack_backup(pack_backup(FILES, composed), apart) == FILES


def test_it_is_written_once_and_for_its_owner(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / "town.keys"
    write_backup(path, packed)
    assert path.stat().st_mode & 0o777 == 0o600
    with refused(Kind.CONFLICT):
        write_backup(path, b"another")
    assert path.read_bytes() == packed
    assert list(tmp_path.iterdir()) == [path]
    with refused(Kind.DISK_FAILED):
        write_backup(tmp_path / "no" / "town.keys", packed)


def test_without_hours_no_byte_of_an_hours_key_is_in_it(keystore: Keystore) -> None:
    directory = keystore.directory
    files = backup_files(directory, with_epochs=False)
    assert set(files) == {"root.key", "root.check", "signing/ledger.key"}
    inside = b"".join(unpack_backup(pack_backup(files, PHRASE), PHRASE).values())
    key = keystore._epochs.key("2026-11-24T12.standard")
    secrets = [key, *(path.read_bytes()[9:] for path in directory.glob("epochs/*.key"))]
    secrets += [path.read_bytes()[9:] for path in directory.glob("holds/*")]
    assert len(secrets) == 4
    for secret in secrets:
        assert secret not in inside


def test_a_keystore_without_holds(tmp_path: Path) -> None:
    store = Keystore.open(tmp_path / "keys", create=True)
    assert set(backup_files(store.directory, with_epochs=True)) == {"root.key", "root.check"}


def test_a_lost_root_is_put_back_beside_what_went_on(keystore: Keystore) -> None:
    """The mark and a hold's list are newer than the backup's, and an hour is gone since."""
    directory = keystore.directory
    (directory / "ledger.mark").write_bytes(b"old")
    kept, gone = (keystore.new_data_key("cam-1", NOON_US + i * 3_600_000_000) for i in (1, 2))
    files = backup_files(directory, with_epochs=True)
    (directory / "ledger.mark").write_bytes(b"new")
    keystore.hold("hld-1", [(kept.epoch, kept.wrapped)])
    keystore.destroy_epoch(gone.epoch)
    keystore.destroy_epoch(kept.epoch)
    (directory / "root.key").unlink()
    put_back(directory, files, keystore.fingerprint)
    assert (directory / "ledger.mark").read_bytes() == b"new"
    assert not (directory / "epochs" / f"{gone.epoch}.key").exists()
    again = Keystore.open(directory, create=False)
    assert again.unwrap(kept.epoch, kept.wrapped) == kept.secret
    with refused(Kind.KEY_DESTROYED):
        again.unwrap(gone.epoch, gone.wrapped)


@pytest.mark.parametrize("trace", ["root.check", "epochs/2026-11-24T12.standard.key"])
def test_another_root_is_not_put_beside_these_keys(keystore: Keystore, trace: str) -> None:
    directory = keystore.directory
    for path in list(directory.rglob("*")):
        if path.is_file() and path != directory / trace:
            path.unlink()
    before = sorted(directory.rglob("*"))
    with refused(Kind.KEY_WRONG):
        put_back(directory, FILES, None)
    assert sorted(directory.rglob("*")) == before


def test_nothing_is_put_back_where_a_file_is_another(keystore: Keystore) -> None:
    directory = keystore.directory
    files = backup_files(directory, with_epochs=True)
    (directory / "root.key").unlink()
    (directory / "root.check").unlink()
    (directory / "signing" / "ledger.key").write_bytes(b"another")
    with refused(Kind.CONFLICT):
        put_back(directory, files, None)
    assert not (directory / "root.check").exists()


@pytest.mark.parametrize(
    "name", ["../root.key", "epochs/../../x", "/etc/x", "epochs/", ".hidden", "a/b", "epochs/.x"]
)
def test_no_file_is_put_elsewhere(tmp_path: Path, name: str) -> None:
    with refused(Kind.KEY_WRONG):
        put_back(tmp_path / "keys", {**FILES, name: b""}, None)
    assert not list(tmp_path.iterdir())


def test_the_root_on_paper() -> None:
    line = paper_line(root_line(SECRET))
    assert "\n" not in line
    for typed in (line, line.upper(), line.replace(" ", ""), line.partition(" ")[2]):
        assert read_paper(typed) == SECRET
    digits = line.partition(" ")[2]
    assert read_paper(digits.replace("0", "O").replace("1", "l")) == SECRET
    with refused(Kind.KEY_WRONG):
        paper_line(b"farola-root-1 00")


@given(st.integers(0, 71), st.sampled_from("0123456789abcdef"))
def test_a_mistyped_digit_is_found(place: int, digit: str) -> None:
    digits = list("".join(paper_line(root_line(SECRET)).split()[1:]))
    same = digits[place] == digit
    digits[place] = digit
    if not same:
        with refused(Kind.INVALID_INPUT):
            read_paper("".join(digits))
    with refused(Kind.INVALID_INPUT):
        read_paper("".join(digits[:place] + digits[place + 1 :]))


def test_the_papers_root_is_the_root(keystore: Keystore) -> None:
    line = paper_line((keystore.directory / "root.key").read_bytes())
    assert Root(read_paper(line)).check == keystore.fingerprint
