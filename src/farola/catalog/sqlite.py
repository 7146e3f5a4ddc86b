"""Everything that only SQLite needs: pragmas, locks, its error codes. No other file speaks it.

- WAL: readers never wait for the writer. `synchronous=NORMAL` syncs at checkpoints, so a power cut
  can lose the last transactions but never tears the file; a killed process loses nothing. What is
  lost is read again from the segment files.
- Writers begin with BEGIN IMMEDIATE: waiting for the lock happens there, bounded by busy_timeout.
  A transaction that reads first and writes later would fail at once instead of waiting.
- `secure_delete` overwrites deleted content with zeros; `scrub` then empties the write-ahead log,
  the other place where deleted bytes stay readable.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from farola.base import Error, Kind

WRITES = "farola_writes"  # execution option of a connection that begins in order to write
_LOCK_STEP_MS = 20


def create(path: Path, busy_ms: int) -> Engine:
    """An engine on the file at `path`, which is made (mode 0600) when it is missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)), connect_args={"timeout": busy_ms / 1000}
    )

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not in the driver
        for pragma in (
            f"busy_timeout={busy_ms}",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            f"journal_size_limit={64 << 20}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


@contextmanager
def exclusive(engine: Engine, busy_ms: int) -> Iterator[None]:
    """Hold the file `<catalogue>.lock` while the schema changes; one process of all gets it.

    A lock file, because switching to WAL is not covered by SQLite's own waiting.
    """
    path = f"{engine.url.database}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for _ in range(busy_ms // _LOCK_STEP_MS + 1):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_LOCK_STEP_MS / 1000)
        else:
            raise Error(Kind.CATALOG_LOCKED, "another process is changing the catalogue's schema")
        with engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA journal_mode=WAL").close()
        yield
    finally:
        os.close(handle)


def scrub(engine: Engine) -> bool:
    """Move the write-ahead log into the file and empty it; False while a reader holds it."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (busy, *_), *_ = cursor.fetchall()
        cursor.close()
    finally:
        raw.close()
    return not busy


def damage(engine: Engine) -> list[str]:
    """What SQLite itself finds wrong in the file, at most 20 lines; empty when it is whole."""
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        try:
            rows = [str(row[0]) for row in raw.execute("PRAGMA quick_check(20)")]
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname not in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
                raise
            return [str(error)]  # too broken to be checked
    return [] if rows == ["ok"] else rows


def kind_of(error: BaseException) -> Kind | None:
    """The word for an error of the driver; None when it has none of its own."""
    if not isinstance(error, sqlite3.Error):
        return None
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, kind in (
        ("SQLITE_BUSY", Kind.CATALOG_LOCKED),
        ("SQLITE_LOCKED", Kind.CATALOG_LOCKED),
        ("SQLITE_FULL", Kind.DISK_FULL),
        ("SQLITE_READONLY", Kind.DISK_READ_ONLY),
        ("SQLITE_IOERR", Kind.DISK_FAILED),
        ("SQLITE_CONSTRAINT", Kind.CONFLICT),
    ):
        if name.startswith(prefix):
            return kind
    return None
