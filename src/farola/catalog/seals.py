"""Which closed files' roots are on the ledger, and under which seal."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from farola.base import new_id
from farola.catalog.database import Database
from farola.catalog.tables import OpenSegmentRow, SegmentRootRow, SegmentRow, StreamRow
from farola.model import StreamKind


@dataclass(frozen=True, slots=True)
class RootedFile:
    """A closed file and the Merkle root of its fragments' hashes; `seal` is empty without one."""

    path: str
    camera_id: str
    stream: StreamKind
    start_us: int
    root: bytes
    seal: str


class Seals:
    """The roots' rows. A seal is chosen first and entered after its entry is on the ledger, so that
    a kill in between leaves one that is entered once more under the same name.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, before_us: int, limit: int) -> list[RootedFile]:
        """Closed files that begin before then and are under no seal, the oldest first."""
        return self._select(
            SegmentRootRow.seal.is_(None),
            SegmentRow.start_us < before_us,
            ~SegmentRow.id.in_(select(OpenSegmentRow.segment_id)),
            limit=limit,
        )

    def unentered(self, limit: int) -> list[str]:
        """Seals of which nobody knows whether the ledger has them."""
        statement = (
            select(SegmentRootRow.seal)
            .where(SegmentRootRow.entered.is_(False), SegmentRootRow.seal.is_not(None))
            .distinct()
            .limit(limit)
        )
        with self._database.read() as connection:
            return [row.seal or "" for row in connection.execute(statement)]

    def choose(self, paths: Collection[str]) -> str:
        """A new seal for these files."""
        seal = new_id("seal")
        with self._database.write() as connection:
            connection.execute(
                update(SegmentRootRow)
                .where(
                    SegmentRootRow.segment_id.in_(
                        select(SegmentRow.id).where(SegmentRow.path.in_(paths))
                    ),
                    SegmentRootRow.seal.is_(None),
                )
                .values(seal=seal)
            )
        return seal

    def entered(self, seals: Collection[str]) -> None:
        """The ledger has them."""
        with self._database.write() as connection:
            connection.execute(
                update(SegmentRootRow).where(SegmentRootRow.seal.in_(seals)).values(entered=True)
            )

    def files(self, seal: str) -> list[RootedFile]:
        """What is under a seal, in the order of its tree."""
        return self._select(SegmentRootRow.seal == seal)

    def root(self, path: str) -> bytes | None:
        """What the file's root was when it was closed."""
        found = self._select(SegmentRow.path == path)
        return found[0].root if found else None

    def _select(self, *where: ColumnElement[bool], limit: int | None = None) -> list[RootedFile]:
        statement = (
            select(
                SegmentRow.path,
                StreamRow.camera_id,
                StreamRow.kind,
                SegmentRow.start_us,
                SegmentRootRow.root,
                SegmentRootRow.seal,
            )
            .join(SegmentRow, SegmentRow.id == SegmentRootRow.segment_id)
            .join(StreamRow, StreamRow.id == SegmentRow.stream_id)
            .where(*where)
            .order_by(SegmentRow.start_us, SegmentRow.path)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [
            RootedFile(
                row.path,
                row.camera_id,
                StreamKind(row.kind),
                row.start_us,
                row.root,
                row.seal or "",
            )
            for row in rows
        ]
