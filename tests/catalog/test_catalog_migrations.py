"""The schema: made once by whoever comes first, never by two, and the same as the classes."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from farola.base import Error, Kind
from farola.catalog import Catalog
from farola.catalog.migrate import HEAD, MIGRATIONS
from farola.catalog.tables import Table

_PROCESSES = 6


def _open_and_write(url: str | Path, number: int, go: "multiprocessing.synchronize.Event") -> None:
    go.wait(60)
    with Catalog.open(url, busy_ms=30_000) as catalog:
        for row in range(10):
            catalog.people.add(f"{number}-{row}", "hash")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_many_processes_open_and_write_a_new_catalogue_together(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url: str | Path = tmp_path / "deep" / "catalog.db"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_url")
    spawn = multiprocessing.get_context("spawn")
    go = spawn.Event()
    workers = [
        spawn.Process(target=_open_and_write, args=(url, number, go))
        for number in range(_PROCESSES)
    ]
    for worker in workers:
        worker.start()
    go.set()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * _PROCESSES
    with Catalog.open(url) as catalog:
        assert catalog.people.count() == _PROCESSES * 10


def test_the_migrations_make_what_the_classes_say(url: str | Path) -> None:
    Catalog.open(url).close()
    engine = create_engine(url if isinstance(url, str) else f"sqlite:///{url}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_the_last_migration_is_the_one_that_open_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_newer_catalogue_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    Catalog.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(Error, match="newer version") as error:
        Catalog.open(path)
    assert error.value.kind is Kind.CATALOG_FAILED
    assert path.read_bytes() == before


def test_a_migration_that_was_killed_leaves_nothing(tmp_path: Path) -> None:
    """What a kill leaves is a transaction without its end; the next to open begins again."""
    path = tmp_path / "catalog.db"
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("CREATE TABLE cameras (id TEXT)")
    raw.close()
    with Catalog.open(path) as catalog:
        assert catalog.cameras.list() == ()
