"""Runs migrations inside the transaction that `farola.catalog.migrate` has begun."""

from alembic import context

from farola.catalog.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
