"""Marks: numbers that only grow, by which an older copy of the catalogue is noticed."""

from sqlalchemy import delete, insert, select, update

from farola.catalog.database import Database
from farola.catalog.tables import MarkRow

LEDGER_SIZE = "ledger_size"
"""How many entries the ledger's newest checkpoint was of."""


class Marks:
    """The marks' rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, mark: str) -> int | None:
        """None where it was never set."""
        with self._database.read() as connection:
            row = connection.execute(
                select(MarkRow.value).where(MarkRow.mark == mark)
            ).one_or_none()
        return None if row is None else row[0]

    def put(self, mark: str, value: int) -> None:
        """Set the mark, also lower than it stood: somebody has accepted that."""
        with self._database.write() as connection:
            connection.execute(delete(MarkRow).where(MarkRow.mark == mark))
            connection.execute(insert(MarkRow).values(mark=mark, value=value))

    def raise_to(self, mark: str, value: int) -> None:
        """Set the mark, unless it stands higher already."""
        with self._database.write() as connection:
            known = connection.execute(
                select(MarkRow.value).where(MarkRow.mark == mark)
            ).one_or_none()
            if known is None:
                connection.execute(insert(MarkRow).values(mark=mark, value=value))
            elif known[0] < value:
                connection.execute(update(MarkRow).where(MarkRow.mark == mark).values(value=value))
