"""The catalogue as a whole: opened, migrated, its repositories, closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from farola.base import Clock, SystemClock
from farola.catalog import sqlite
from farola.catalog.cameras import Cameras
from farola.catalog.database import Database
from farola.catalog.errors import catalog_errors
from farola.catalog.events import Events
from farola.catalog.grants import Grants
from farola.catalog.groups import Groups
from farola.catalog.holds import Holds
from farola.catalog.marks import Marks
from farola.catalog.migrate import migrate
from farola.catalog.orphans import orphans
from farola.catalog.passkeys import Passkeys
from farola.catalog.people import People
from farola.catalog.recordings import Recordings
from farola.catalog.seals import Seals
from farola.catalog.sessions import Sessions
from farola.catalog.zones import Zones

DEFAULT_BUSY_MS = 5_000


class Catalog:
    """Cameras, recordings, zones, events, people and sessions in one database.

    Synchronous and safe to use from several threads; several processes may open the same one.
    Call it from a thread, never from the event loop: a write may wait for the busy time-out.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.cameras = Cameras(database, clock)
        self.recordings = Recordings(database)
        self.zones = Zones(database)
        self.events = Events(database)
        self.people = People(database, clock)
        self.groups = Groups(database)
        self.grants = Grants(database)
        self.passkeys = Passkeys(database)
        self.marks = Marks(database)
        self.holds = Holds(database)
        self.seals = Seals(database)
        self.sessions = Sessions(database)

    @classmethod
    def open(
        cls, url: str | Path, *, clock: Clock | None = None, busy_ms: int = DEFAULT_BUSY_MS
    ) -> Self:
        """Open an SQLite file (a Path, or `sqlite:///…`) or a PostgreSQL URL and migrate it.

        Raises `Error`: CONFIG_INVALID for another kind of URL, CATALOG_LOCKED, DISK_FULL,
        DISK_READ_ONLY, CATALOG_FAILED (not a database, unreachable, or of a newer Farola).
        """
        database = Database.connect(url, busy_ms)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock or SystemClock())

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All calls of this thread inside the block become one transaction.

        Sixteen rows cost little more than one. Keep it short: other writers wait meanwhile. When
        the block raises, none of its calls has happened.
        """
        with self._database.write():
            yield

    def damage(self) -> list[str]:
        """What the database engine itself finds broken; empty when whole or not SQLite."""
        if not self._database.is_sqlite:
            return []
        with catalog_errors():
            return sqlite.damage(self._database.engine)

    def orphans(self) -> list[tuple[str, int]]:
        """`table.column` and how many of its rows refer to rows that are not there."""
        return orphans(self._database)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
