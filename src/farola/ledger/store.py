"""The ledger's rows: one SQLite file of its own, written by one at a time, only ever added to.

It shares neither file nor lock nor backup with the catalogue: who restores yesterday's catalogue
must not restore yesterday's ledger with it, and a full recordings' disk must not stop it. `node`
holds complete subtrees only, which never change. `body` is private and may be erased; `about`
finds the entries of a camera.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from farola.base import Error, Kind
from farola.ledger.schema import APPLICATION, SCHEMA, VERSION

_BUSY_MS = 10_000


@contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """What SQLite and the disk say, as LEDGER_FAILED."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise Error(
            Kind.LEDGER_FAILED, f"The ledger {path} cannot be used: {error}", path=str(path)
        ) from error


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection that any thread may use, one at a time.

    Raises Error(LEDGER_FAILED) when it cannot be used, NOT_FOUND when there is none.
    """
    with ledger_errors(path):
        if create:
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
        if not path.exists() and not create:
            raise Error(Kind.NOT_FOUND, f"there is no ledger at {path}", path=str(path))
        path.touch(0o600)
        connection = sqlite3.connect(
            path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # an entry that was answered survives a power cut
        "secure_delete=ON",
        "temp_store=MEMORY",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if not tables:
            for statement in SCHEMA:
                connection.execute(statement)
        elif (application, version) != (APPLICATION, VERSION):
            raise Error(Kind.LEDGER_FAILED, f"{path} is no ledger of this Farola", path=str(path))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One durable transaction; nothing of it stays when the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def size_of(connection: sqlite3.Connection) -> int:
    """How many entries there are."""
    row = connection.execute("SELECT max(idx) FROM entry").fetchone()
    return 0 if row[0] is None else int(row[0]) + 1


def node(connection: sqlite3.Connection, level: int, index: int) -> bytes:
    """The hash of a complete subtree; raises Error(LEDGER_FAILED) when it is missing."""
    row = connection.execute(
        "SELECT hash FROM node WHERE level = ? AND idx = ?", (level, index)
    ).fetchone()
    if row is None:
        raise Error(Kind.LEDGER_FAILED, f"The ledger lacks the subtree {level}/{index}")
    return bytes(row[0])


def insert_nodes(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, bytes]]) -> None:
    connection.executemany("INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)", rows)
