"""Everything that only PostgreSQL needs: time-outs, the migration lock, its error codes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL

from farola.base import Kind

_MIGRATION_LOCK = 0x6661726F6C61  # "farola"


def create(url: URL, busy_ms: int) -> Engine:
    """An engine whose statements wait at most `busy_ms` for a lock."""
    return create_engine(
        url,
        pool_pre_ping=True,  # a database server restarts more often than a recorder
        connect_args={
            "options": f"-c lock_timeout={max(busy_ms, 1)} -c timezone=UTC",
            "connect_timeout": 10,
        },
    )


@contextmanager
def exclusive(engine: Engine) -> Iterator[None]:
    """Hold an advisory lock while the schema changes; one process of all gets it."""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
            connection.rollback()


def kind_of(error: BaseException) -> Kind | None:
    """The word for an SQLSTATE; None when it has none of its own."""
    state = getattr(error, "sqlstate", None) or ""
    exact = {
        "55P03": Kind.CATALOG_LOCKED,  # lock_not_available
        "40P01": Kind.CATALOG_LOCKED,  # deadlock_detected
        "40001": Kind.CATALOG_LOCKED,  # serialization_failure
        "53100": Kind.DISK_FULL,
        "25006": Kind.DISK_READ_ONLY,  # read_only_sql_transaction
        "58030": Kind.DISK_FAILED,  # io_error
    }
    if state in exact:
        return exact[state]
    return Kind.CONFLICT if state.startswith("23") else None
