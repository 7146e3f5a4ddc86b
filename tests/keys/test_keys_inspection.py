"""What is told of a keystore, whatever state it is in, without changing it."""

from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.keys import Keystore, Standing, inspect_keys, rotate_root

NOON_US = 1_795_521_600_000_000  # 2026-11-24 12:00 UTC
EPOCH = "2026-11-24T12.standard"


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    store = Keystore.open(tmp_path / "keys", create=True)
    for hour in range(3):
        key = store.new_data_key("cam-1", NOON_US + hour * 3_600_000_000)
    store.hold("hld-1", [(key.epoch, key.wrapped)])
    store.destroy_epoch(key.epoch)
    store.signing_key("ledger", create=True)
    return store


def test_a_sound_keystore(keystore: Keystore) -> None:
    found = inspect_keys(keystore.directory)
    assert found.sound
    assert (found.root, found.fingerprint) == (Standing.FITS, keystore.fingerprint)
    assert found.epochs == (EPOCH, "2026-11-24T13.standard")
    assert found.destroyed == ("2026-11-24T14.standard",)
    assert (found.holds, found.signing, found.mode) == (("hld-1",), ("ledger",), "0700")


def test_no_secret_is_told(keystore: Keystore) -> None:
    told = repr(inspect_keys(keystore.directory))
    assert (keystore.directory / "root.key").read_text().split()[1] not in told


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(Error) as none:
        inspect_keys(tmp_path / "keys")
    assert none.value.kind is Kind.KEY_MISSING


def test_the_states_of_a_root(tmp_path: Path, keystore: Keystore) -> None:
    root = keystore.directory / "root.key"
    line = root.read_bytes()
    root.chmod(0o640)
    found = inspect_keys(keystore.directory)
    assert (found.root, found.exposed, found.sound) == (Standing.EXPOSED, ("root.key",), False)
    root.chmod(0o600)
    root.write_bytes(b"no root")
    assert inspect_keys(keystore.directory).root is Standing.WRONG
    other = Keystore.open(tmp_path / "other", create=True)
    root.write_bytes((other.directory / "root.key").read_bytes())
    assert inspect_keys(keystore.directory).root is Standing.WRONG
    root.unlink()
    found = inspect_keys(keystore.directory)
    assert (found.root, found.fingerprint) == (Standing.MISSING, keystore.fingerprint)
    root.write_bytes(line)
    root.chmod(0o600)
    (keystore.directory / "root.check").unlink()
    found = inspect_keys(keystore.directory)
    assert (found.root, found.unopened) == (Standing.UNCHECKED, ())
    assert not (keystore.directory / "root.check").exists()


def test_a_root_that_cannot_be_read(keystore: Keystore) -> None:
    root = keystore.directory / "root.key"
    root.unlink()
    root.mkdir()
    assert inspect_keys(keystore.directory).root is not Standing.FITS


def test_what_does_not_open_and_what_others_may_read(keystore: Keystore) -> None:
    path = keystore.directory / "epochs" / f"{EPOCH}.key"
    path.write_bytes(path.read_bytes()[:-1])
    (keystore.directory / "holds" / "hld-1.held").chmod(0o644)
    keystore.directory.chmod(0o755)
    found = inspect_keys(keystore.directory)
    assert found.unopened == (f"epochs/{EPOCH}.key",)
    assert set(found.exposed) == {".", "holds/hld-1.held"}
    assert not found.sound


def test_leftovers(keystore: Keystore) -> None:
    (keystore.directory / "epochs" / f"{EPOCH}.destroyed").touch()
    (keystore.directory / "root.key.0123.tmp").touch(0o600)
    found = inspect_keys(keystore.directory)
    assert set(found.leftovers) == {f"epochs/{EPOCH}.key", "root.key.0123.tmp"}
    assert (keystore.directory / "epochs" / f"{EPOCH}.key").exists()


def test_an_unfinished_new_root(keystore: Keystore) -> None:
    def failing(old: object, new: object) -> None:
        raise Error(Kind.CATALOG_LOCKED, "busy")

    with pytest.raises(Error):
        rotate_root(keystore.directory, failing)
    assert inspect_keys(keystore.directory).leftovers == (
        "rotation.ready",
        "keys.rotating",
    )
