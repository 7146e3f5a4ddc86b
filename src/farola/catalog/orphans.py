"""Rows that refer to rows that are not there, over every foreign key of the schema."""

from sqlalchemy import func, select

from farola.catalog.database import Database
from farola.catalog.tables import Table


def orphans(database: Database) -> list[tuple[str, int]]:
    """`table.column` and how many rows; empty while the database keeps its foreign keys.

    They can break where somebody edits the file with another program: SQLite checks foreign keys
    only for connections that ask for it.
    """
    found = []
    with database.read() as connection:
        for table in Table.metadata.sorted_tables:
            for constraint in table.foreign_key_constraints:
                (key,) = constraint.elements
                parent = key.column.table.alias("parent")
                there = select(parent.c[key.column.name]).where(
                    parent.c[key.column.name] == key.parent
                )
                count = connection.execute(
                    select(func.count())
                    .select_from(table)
                    .where(key.parent.is_not(None), ~there.exists())
                ).scalar_one()
                if count:
                    found.append((f"{table.name}.{key.parent.name}", count))
    return found
