"""What goes wrong in the database or on its disk becomes one of Farola's words, and passes."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from catalog_rows import new_camera
from sqlalchemy import create_engine, text

from farola.base import Error, Kind
from farola.catalog import Catalog
from farola.model import Person, Session


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("BEGIN IMMEDIATE")
        yield
        raw.execute("ROLLBACK")


def test_a_locked_catalogue_says_so_still_reads_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with Catalog.open(path, busy_ms=50) as catalog:
        camera = catalog.cameras.add(new_camera())
        with writing(path):
            with pytest.raises(Error) as error:
                catalog.cameras.update(camera.id, new_camera("other"))
            assert error.value.kind is Kind.CATALOG_LOCKED
            assert catalog.cameras.list() == (camera,)
        assert catalog.cameras.update(camera.id, new_camera("other")).name == "other"


def test_a_locked_postgresql_says_so_and_recovers(postgres_url: str) -> None:
    with Catalog.open(postgres_url, busy_ms=50) as catalog:
        camera = catalog.cameras.add(new_camera())
        engine = create_engine(postgres_url)
        with engine.connect() as other:
            other.execute(text("SELECT * FROM cameras FOR UPDATE"))
            with pytest.raises(Error) as error:
                catalog.cameras.update(camera.id, new_camera("other"))
            assert error.value.kind is Kind.CATALOG_LOCKED
        engine.dispose()
        assert catalog.cameras.update(camera.id, new_camera("other")).name == "other"


def test_a_lost_postgresql_connection_is_made_again(postgres_url: str) -> None:
    with Catalog.open(postgres_url) as catalog:
        assert catalog.people.count() == 0
        engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()
        assert catalog.people.count() == 0


def fill(catalog: Catalog) -> None:
    for number in range(50):
        catalog.cameras.add(new_camera(str(number)), b"x" * 8000)


def test_a_full_disk_says_so_and_harms_nothing(tmp_path: Path) -> None:
    """SQLite's own limit stands in for the disk's: the same code path, the same error code."""
    path = tmp_path / "catalog.db"
    with Catalog.open(path) as catalog:
        camera = catalog.cameras.add(new_camera(), b"x" * 8000)
        with catalog._database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA max_page_count=1").close()
        with pytest.raises(Error) as error:
            fill(catalog)
        assert error.value.kind is Kind.DISK_FULL
        assert catalog.cameras.get(camera.id) == camera
        assert catalog.damage() == []


_READ_ONLY = """
import os, sys
from pathlib import Path
from catalog_rows import new_camera
from farola.base import Error
from farola.catalog import Catalog
if os.geteuid() == 0:  # root may write anywhere: go on as nobody
    os.setegid(65534)
    os.seteuid(65534)
try:
    with Catalog.open(Path(sys.argv[1])) as catalog:
        catalog.cameras.add(new_camera())
except Error as error:
    print(error.kind)
"""


def test_a_directory_that_cannot_be_written_says_so() -> None:
    with tempfile.TemporaryDirectory() as name:
        shut = Path(name)
        with Catalog.open(shut / "catalog.db") as catalog:
            catalog.people.add("Ana", "hash")
        for each in shut.iterdir():
            each.chmod(0o444)
        shut.chmod(0o555)
        told = subprocess.run(
            [sys.executable, "-c", _READ_ONLY, shut / "catalog.db"],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
            capture_output=True,
            text=True,
            check=False,
        )
        shut.chmod(0o755)
        assert told.stdout == "disk_read_only\n", told.stderr


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"something else entirely" * 1000)
    with pytest.raises(Error) as error:
        Catalog.open(path)
    assert error.value.kind is Kind.CATALOG_FAILED
    assert path.read_bytes() == b"something else entirely" * 1000


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with Catalog.open(path) as catalog:
        fill(catalog)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    with Catalog.open(path) as catalog:
        assert catalog.damage()


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "nonsense secret", ""]
)
def test_another_kind_of_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Error) as error:
        Catalog.open(url)
    assert error.value.kind is Kind.CONFIG_INVALID
    assert "secret" not in str(error.value)


def test_an_unreachable_server_is_told_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(Error) as error:
        Catalog.open(f"postgresql://farola:secret@/farola?host={tmp_path}")
    assert error.value.kind is Kind.CATALOG_FAILED
    assert "secret" not in f"{error.value} {error.value.detail}"


def test_an_error_never_holds_bound_values(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "catalog.db") as catalog:
        with pytest.raises(Error) as error:
            catalog.sessions.add(
                b"a-token-hash", Session(Person("a-persons-id", "a-name", 1), 1, 2)
            )
        told = f"{error.value} {error.value.detail}"
        assert error.value.kind is Kind.CONFLICT
        assert "a-token-hash" not in told
        assert "a-persons-id" not in told
