"""A new root: whole after any kill, undone where it cannot be, and unknown to nobody."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.keys import DataKey, Keystore, Root, finish_rotation, rotate_root, rotation
from farola.keys.files import create_file, replace_file, shred_file

NOON_US = 1_795_521_600_000_000  # 2026-11-24 12:00 UTC


def refused(kind: Kind) -> pytest.RaisesExc[Error]:
    return pytest.RaisesExc(Error, check=lambda error: error.kind is kind)


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    return Keystore.open(tmp_path / "keys", create=True)


@pytest.fixture
def key(keystore: Keystore) -> DataKey:
    return keystore.new_data_key("cam-1", NOON_US)


class Sealings:
    """Notes under which roots what lies elsewhere is asked to be sealed."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def __call__(self, old: Root, new: Root) -> None:
        self.seen.append((old.check, new.check))


def kills(*words: object) -> dict[str, int]:
    script = Path(__file__).with_name("rotation_kills.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", script, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


def test_killed_before_any_call_it_is_the_old_or_the_new_or_finished_by_rotating_again(
    tmp_path: Path,
) -> None:
    told = kills(tmp_path)
    assert told["kills"] > 100
    assert {"old", "ready", "new"} <= told.keys()


def test_killed_while_a_change_that_cannot_be_is_undone(tmp_path: Path) -> None:
    told = kills(tmp_path, "refused")
    assert {"old", "ready"} == told.keys() - {"kills"}


def test_a_change_that_cannot_be_is_undone(
    keystore: Keystore, key: DataKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that cannot exchange, or a keys' directory that was mounted there."""

    def busy(one: Path, other: Path) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(one))

    monkeypatch.setattr(rotation, "_exchange", busy)
    sealings = Sealings()
    with refused(Kind.DISK_FAILED):
        rotate_root(keystore.directory, sealings)
    assert sealings.seen == []
    again = Keystore.open(keystore.directory, create=False)
    assert again.unwrap(key.epoch, key.wrapped) == key.secret
    assert not rotation.beside(keystore.directory).exists()
    monkeypatch.undo()
    before, after = rotate_root(keystore.directory, sealings)
    assert sealings.seen == [(before, after)]
    assert before == keystore.fingerprint


def test_a_mount_point_is_refused_at_once() -> None:
    with refused(Kind.CONFIG_INVALID):
        rotate_root(Path("/proc"), Sealings())


def test_a_keystore_behind_a_link(tmp_path: Path, keystore: Keystore, key: DataKey) -> None:
    link = tmp_path / "elsewhere" / "keys"
    link.parent.mkdir()
    link.symlink_to(keystore.directory)
    rotate_root(link, Sealings())
    assert rotation.interrupted(link)
    assert rotation.interrupted(keystore.directory)
    finish_rotation(link)
    assert link.is_symlink()
    assert Keystore.open(link, create=False).unwrap(key.epoch, key.wrapped) == key.secret


def test_what_another_keystore_left_beside_is_not_taken(tmp_path: Path, keystore: Keystore) -> None:
    other = Keystore.open(tmp_path / "keys.rotating", create=True)
    (other.directory / rotation.READY).write_text("0" * 64 + "\n")
    with refused(Kind.KEY_WRONG):
        rotate_root(keystore.directory, Sealings())
    assert (other.directory / "root.key").exists()


def test_a_failure_elsewhere_is_gone_on_from(keystore: Keystore, key: DataKey) -> None:
    def failing(old: Root, new: Root) -> None:
        raise Error(Kind.CATALOG_LOCKED, "busy")

    with refused(Kind.CATALOG_LOCKED):
        rotate_root(keystore.directory, failing)
    with refused(Kind.KEY_WRONG) as closed:
        Keystore.open(keystore.directory, create=False)
    assert "farola keys rotate" in str(closed.value)
    rotate_root(keystore.directory, Sealings())
    finish_rotation(keystore.directory)
    again = Keystore.open(keystore.directory, create=False)
    assert again.unwrap(key.epoch, key.wrapped) == key.secret


def test_a_program_that_knew_the_old_root_puts_nothing_under_it(
    keystore: Keystore, key: DataKey
) -> None:
    """What it put there nobody could open again."""
    rotate_root(keystore.directory, Sealings())
    for _ in range(2):
        with refused(Kind.KEY_WRONG):
            keystore.seal("camera", b"password")
        with refused(Kind.KEY_WRONG):
            keystore.new_data_key("cam-1", NOON_US)
        with refused(Kind.KEY_WRONG):
            keystore.hold("hld-1", [(key.epoch, key.wrapped)])
        with refused(Kind.KEY_WRONG):
            keystore.signing_key("ledger", create=True)
        finish_rotation(keystore.directory)
    assert keystore.unwrap(key.epoch, key.wrapped) == key.secret


def test_the_new_directory_is_for_its_owner(keystore: Keystore, key: DataKey) -> None:
    keystore.hold("hld-1", [(key.epoch, key.wrapped)])
    keystore.signing_key("ledger", create=True)
    rotate_root(keystore.directory, Sealings())
    for path in (keystore.directory, *keystore.directory.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("state", ["missing", "damaged", "exposed", "another"])
def test_without_the_right_root_there_is_no_new_one(
    tmp_path: Path, keystore: Keystore, key: DataKey, state: str
) -> None:
    root = keystore.directory / "root.key"
    if state == "missing":
        root.unlink()
    elif state == "damaged":
        root.write_bytes(b"farola-root-1 00")
    elif state == "exposed":
        root.chmod(0o644)
    else:
        Keystore.open(tmp_path / "other", create=True)
        (tmp_path / "other" / "root.key").replace(root)
    before = {path: path.stat().st_size for path in keystore.directory.rglob("*")}
    with pytest.raises(Error):
        rotate_root(keystore.directory, Sealings())
    assert {path: path.stat().st_size for path in keystore.directory.rglob("*")} == before
    assert not rotation.interrupted(keystore.directory)


def test_a_disk_that_takes_a_part_only_makes_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data)[:3]))
    path = tmp_path / "hld-1.held"
    assert create_file(path, b"0123456789")
    assert path.read_bytes() == b"0123456789"
    replace_file(path, b"abcdefghij")
    assert path.read_bytes() == b"abcdefghij"
    kept = tmp_path / "kept"
    os.link(path, kept)
    shred_file(path)
    assert len(kept.read_bytes()) == 10
    assert b"hij" not in kept.read_bytes()


def test_replacing_fails_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keystore.fingerprint"
    replace_file(path, b"old", 0o640)
    assert path.stat().st_mode & 0o777 == 0o640

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
