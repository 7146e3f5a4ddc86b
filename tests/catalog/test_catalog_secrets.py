"""Deleted secrets leave the file, and the file is its owner's alone."""

from pathlib import Path

from catalog_rows import NOW_US, new_camera

from farola.base import ManualClock
from farola.catalog import Catalog

SECRET = b"SEALED-" + bytes(range(200, 256)) * 20


def everything(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir())


def test_forgotten_credentials_leave_no_bytes(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db", clock=ManualClock(NOW_US)) as catalog:
        cameras = [catalog.cameras.add(new_camera(str(n)), SECRET) for n in range(50)]
        assert SECRET in everything(tmp_path)
        for camera in cameras:
            catalog.cameras.set_credentials(camera.id, None)
        assert SECRET[:64] not in everything(tmp_path)


def test_a_replaced_password_hash_leaves_no_bytes(tmp_path: Path) -> None:
    old = "$argon2id$" + "OLDHASH" * 12
    with Catalog.open(tmp_path / "catalog.db", clock=ManualClock(NOW_US)) as catalog:
        person = catalog.people.add("Ana", old)
        assert old.encode() in everything(tmp_path)
        catalog.people.set_password_hash(person.id, "$argon2id$new")
        assert b"OLDHASH" not in everything(tmp_path)


def test_all_files_are_the_owners_alone(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "data" / "catalog.db") as catalog:
        catalog.people.add("Ana", "hash")
        modes = {
            path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "data").iterdir()
        }
    assert {"catalog.db", "catalog.db-wal", "catalog.db-shm"} <= set(modes)
    assert set(modes.values()) == {"0o600"}
    assert oct((tmp_path / "data").stat().st_mode & 0o777) == "0o700"
