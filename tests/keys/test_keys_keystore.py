"""The keystore opens what it closed, and nothing else."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.keys import Keystore, epoch_name, epochs
from farola.keys.files import create_file

DAY_US = 86_400_000_000
NOON_US = 1_795_521_600_000_000  # 2026-11-24 12:00 UTC
EPOCH = "2026-11-24T12.standard"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keystore(place: Path) -> Keystore:
    return Keystore.open(place, create=True)


def refused(kind: Kind) -> pytest.RaisesExc[Error]:
    return pytest.RaisesExc(Error, check=lambda error: error.kind is kind)


def test_a_data_key_opens_again(place: Path, keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", NOON_US)
    assert key.epoch == EPOCH == epoch_name(NOON_US)
    assert len(key.secret) == 32
    again = Keystore.open(place, create=False)
    assert again.unwrap(key.epoch, key.wrapped) == key.secret
    assert again.fingerprint == keystore.fingerprint


def test_one_key_an_hour_and_camera(keystore: Keystore) -> None:
    key = keystore.data_key("cam-1", NOON_US)
    assert keystore.data_key("cam-1", NOON_US + 3_599_999_999) is key
    others = [
        keystore.data_key("cam-2", NOON_US),
        keystore.data_key("cam-1", NOON_US, "evidence"),
        keystore.data_key("cam-1", NOON_US + 3_600_000_000),
        keystore.new_data_key("cam-1", NOON_US),
    ]
    assert len({key.secret, *(other.secret for other in others)}) == 5
    assert others[1].epoch == "2026-11-24T12.evidence"


def test_modes(place: Path, keystore: Keystore) -> None:
    keystore.new_data_key("cam-1", NOON_US)
    assert place.stat().st_mode & 0o777 == 0o700
    files = [path for path in place.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"root.key", "root.check", f"{EPOCH}.key"}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_no_keystore(place: Path) -> None:
    with refused(Kind.KEY_MISSING):
        Keystore.open(place, create=False)
    assert not place.exists()


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("trace", ["root.check", f"epochs/{EPOCH}.key"])
def test_a_lost_root_is_never_made_anew(
    place: Path, keystore: Keystore, create: bool, trace: str
) -> None:
    keystore.new_data_key("cam-1", NOON_US)
    for path in list(place.rglob("*")):
        if path.is_file() and path != place / trace:
            path.unlink()
    with refused(Kind.KEY_MISSING):
        Keystore.open(place, create=create)
    assert not (place / "root.key").exists()


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("trace", ["root.check", f"epochs/{EPOCH}.key"])
def test_another_root_is_noticed(
    tmp_path: Path, place: Path, keystore: Keystore, create: bool, trace: str
) -> None:
    keystore.new_data_key("cam-1", NOON_US)
    Keystore.open(tmp_path / "other", create=True)
    (tmp_path / "other" / "root.key").rename(place / "root.key")
    for path in list(place.rglob("*")):
        if path.is_file() and path not in {place / trace, place / "root.key"}:
            path.unlink()
    with refused(Kind.KEY_WRONG):
        Keystore.open(place, create=create)


def test_a_root_put_back_from_paper(place: Path, keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", NOON_US)
    (place / "root.check").unlink()
    again = Keystore.open(place, create=False)
    assert again.unwrap(key.epoch, key.wrapped) == key.secret
    assert (place / "root.check").exists()


@pytest.mark.parametrize(
    "content", [b"", b"farola-root-1", b"farola-root-1 zz", b"farola-root-1 " + b"00" * 31, b"\xff"]
)
def test_a_damaged_root(place: Path, keystore: Keystore, content: bytes) -> None:
    (place / "root.key").write_bytes(content)
    with refused(Kind.KEY_WRONG):
        Keystore.open(place, create=True)


@pytest.mark.parametrize(("what", "mode"), [("root.key", 0o640), ("root.key", 0o604), (".", 0o750)])
def test_exposed_keys_are_refused(place: Path, keystore: Keystore, what: str, mode: int) -> None:
    (place / what).chmod(mode)
    with refused(Kind.CONFIG_INVALID) as exposed:
        Keystore.open(place, create=False)
    assert "chmod" in str(exposed.value)


def test_a_changed_epoch_file(place: Path, keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", NOON_US)
    tomorrow = keystore.new_data_key("cam-1", NOON_US + DAY_US)
    path = place / "epochs" / f"{EPOCH}.key"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with refused(Kind.KEY_WRONG):
        Keystore.open(place, create=False).unwrap(key.epoch, key.wrapped)
    (place / "epochs" / f"{tomorrow.epoch}.key").replace(path)
    with refused(Kind.KEY_WRONG):
        Keystore.open(place, create=False).unwrap(tomorrow.epoch.replace("25", "24"), key.wrapped)


def test_wrong_wrapped_keys(keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", NOON_US)
    tomorrow = keystore.new_data_key("cam-1", NOON_US + DAY_US)
    for wrapped in (b"", bytes(40), key.wrapped[:-1], tomorrow.wrapped):
        with refused(Kind.KEY_WRONG):
            keystore.unwrap(key.epoch, wrapped)
    with refused(Kind.KEY_MISSING):
        keystore.unwrap("2020-01-01.standard", key.wrapped)
    for name in ("", "../root", "2026-11-24", "2026-11-24.", f"{EPOCH}\n", "2026-11-24.a/b"):
        with refused(Kind.INVALID_INPUT):
            keystore.unwrap(name, key.wrapped)


def test_a_destroyed_epoch(place: Path, keystore: Keystore) -> None:
    key = keystore.data_key("cam-1", NOON_US)
    tomorrow = keystore.data_key("cam-1", NOON_US + DAY_US)
    other = Keystore.open(place, create=False)
    assert other.unwrap(key.epoch, key.wrapped) == key.secret
    path = place / "epochs" / f"{EPOCH}.key"
    kept = place / "kept.key"
    os.link(path, kept)  # a second name of the same bytes is overwritten with them
    wrapped = path.read_bytes()
    keystore.destroy_epoch(key.epoch)
    keystore.destroy_epoch(key.epoch)
    assert not path.exists()
    assert kept.read_bytes() != wrapped
    assert keystore.epochs() == [tomorrow.epoch]
    for store in (keystore, other, Keystore.open(place, create=False)):
        with refused(Kind.KEY_DESTROYED):
            store.unwrap(key.epoch, key.wrapped)
        with refused(Kind.KEY_DESTROYED):
            store.data_key("cam-1", NOON_US)
        assert store.unwrap(tomorrow.epoch, tomorrow.wrapped) == tomorrow.secret


def test_an_interrupted_destruction_is_completed(place: Path, keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", NOON_US)
    (place / "epochs" / f"{EPOCH}.destroyed").touch()  # as a crash after the tombstone leaves it
    with refused(Kind.KEY_DESTROYED):
        keystore.unwrap(key.epoch, key.wrapped)
    Keystore.open(place, create=False)
    assert not (place / "epochs" / f"{EPOCH}.key").exists()


@given(st.binary(max_size=300), st.text(max_size=40))
def test_sealed_values(sealing: Keystore, secret: bytes, label: str) -> None:
    sealed = sealing.seal(label, secret)
    assert sealing.unseal(label, sealed) == secret
    assert sealing.seal(label, secret) != sealed
    with refused(Kind.KEY_WRONG):
        sealing.unseal(label + "x", sealed)


@given(st.data())
def test_changed_sealed_values(sealing: Keystore, data: st.DataObject) -> None:
    sealed = bytearray(sealing.seal("camera", b"password"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with refused(Kind.KEY_WRONG):
        sealing.unseal("camera", bytes(sealed))
    with refused(Kind.KEY_WRONG):
        sealing.unseal("camera", bytes(sealed[:place]))


@pytest.fixture(scope="module")
def sealing(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    return Keystore.open(tmp_path_factory.mktemp("sealing") / "keys", create=True)


def test_nothing_secret_is_shown(place: Path, keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", NOON_US)
    root = (place / "root.key").read_text().split()[1]
    assert root not in repr(keystore) + keystore.fingerprint
    assert repr(key) == f"DataKey(id={key.id!r}, epoch={key.epoch!r})"


def test_a_key_file_is_made_once(tmp_path: Path) -> None:
    """The slower of two processes must not put its key in the place of one that is in use."""
    path = tmp_path / "one.key"
    assert create_file(path, b"first")
    assert not create_file(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


_RACER = """
import sys
from pathlib import Path
from farola.keys import Keystore
print("ready", flush=True)
sys.stdin.readline()
store = Keystore.open(Path(sys.argv[1]), create=True)
key = store.new_data_key("cam-1", int(sys.argv[2]))
print(key.epoch, key.wrapped.hex(), key.secret.hex(), store.fingerprint)
"""


def test_several_processes_make_one_keystore(place: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", _RACER, str(place), str(NOON_US)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = [racer.communicate()[0].split() for racer in racers]
    store = Keystore.open(place, create=False)
    for epoch, wrapped, secret, fingerprint in answers:
        assert store.unwrap(epoch, bytes.fromhex(wrapped)).hex() == secret
        assert fingerprint == store.fingerprint
    assert store.epochs() == [EPOCH]
    assert not list(place.rglob("*.tmp"))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, Kind.DISK_FULL),
        (errno.EROFS, Kind.DISK_READ_ONLY),
        (errno.EIO, Kind.DISK_FAILED),
    ],
)
def test_a_days_key_that_the_disk_refuses_is_told_in_the_disks_words(
    keystore: Keystore, monkeypatch: pytest.MonkeyPatch, number: int, kind: Kind
) -> None:
    def refuse(path: Path, data: bytes) -> bool:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(epochs, "create_file", refuse)
    with refused(kind):
        keystore.data_key("cam-1", 1_795_000_000_000_000)
    monkeypatch.undo()
    assert keystore.data_key("cam-1", 1_795_000_000_000_000).secret
