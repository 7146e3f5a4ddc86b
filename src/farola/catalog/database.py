"""Connections and transactions, the same for SQLite and PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from farola.base import Error, Kind
from farola.catalog import postgres, sqlite
from farola.catalog.errors import catalog_errors


class Database:
    """Hands out a connection to read or to write with; one per thread inside `write`.

    `write` nests: an inner one joins the outer one's transaction, so that several repositories'
    calls become one commit.
    """

    def __init__(self, engine: Engine, busy_ms: int) -> None:
        self.engine = engine
        self.busy_ms = busy_ms
        self.stream_ids: dict[tuple[str, str], int] = {}
        self._local = threading.local()

    @classmethod
    def connect(cls, url: str | Path, busy_ms: int) -> "Database":
        """Raises `Error(CONFIG_INVALID)` for a URL of another kind; it is not repeated."""
        if isinstance(url, Path):
            target = URL.create("sqlite", database=str(url))
        else:
            try:
                target = make_url(url)
            except ArgumentError:
                raise Error(Kind.CONFIG_INVALID, "the catalogue's URL cannot be read") from None
        backend = target.get_backend_name()
        if backend == "sqlite" and target.database and target.database != ":memory:":
            with catalog_errors():
                return cls(sqlite.create(Path(target.database), busy_ms), busy_ms)
        if backend == "postgresql":
            with catalog_errors():
                return cls(
                    postgres.create(target.set(drivername="postgresql+psycopg"), busy_ms), busy_ms
                )
        raise Error(Kind.CONFIG_INVALID, "the catalogue is an SQLite file or a PostgreSQL database")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view on SQLite; inside `write` of this thread: what it wrote so far."""
        joined = self._joined()
        with catalog_errors():
            if joined is not None:
                yield joined
                return
            with self.engine.connect() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        joined = self._joined()
        with catalog_errors():
            if joined is not None:
                yield joined
                return
            with self.engine.connect().execution_options(**{sqlite.WRITES: True}) as connection:
                self._local.connection = connection
                try:
                    with connection.begin():
                        yield connection
                except BaseException:
                    self.stream_ids.clear()  # may name rows that were just rolled back
                    raise
                finally:
                    self._local.connection = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Alone among all processes, for a change of the schema."""
        with catalog_errors():
            guard = (
                sqlite.exclusive(self.engine, self.busy_ms)
                if self.is_sqlite
                else postgres.exclusive(self.engine)
            )
            with guard:
                yield

    def scrub(self) -> bool:
        """Remove deleted bytes from SQLite's log; PostgreSQL has no such step (always True)."""
        if not self.is_sqlite:
            return True
        with catalog_errors():
            return sqlite.scrub(self.engine)

    def close(self) -> None:
        with catalog_errors():
            self.engine.dispose()

    def _joined(self) -> Connection | None:
        connection: Connection | None = getattr(self._local, "connection", None)
        return connection
