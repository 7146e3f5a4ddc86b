"""The one edge where errors of SQL and of the catalogue's disk become `Error`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from farola.base import Error, Kind, disk_kind
from farola.catalog import postgres, sqlite

_MESSAGES = {
    Kind.CATALOG_LOCKED: "the catalogue is locked by another writer",
    Kind.CATALOG_FAILED: "the catalogue failed",
    Kind.CONFLICT: "this contradicts what the catalogue already holds",
    Kind.DISK_FULL: "the catalogue's disk is full",
    Kind.DISK_READ_ONLY: "the catalogue cannot be written",
    Kind.DISK_FAILED: "the catalogue's disk failed",
}


@contextmanager
def catalog_errors() -> Iterator[None]:
    """Turn what SQLAlchemy or the operating system raises inside into `Error`.

    The driver's sentence goes into `detail`; statements and bound values never do, because they
    hold people's names and sealed secrets.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:  # pragmas reach the driver past SQLAlchemy
        cause = (error.orig or error) if isinstance(error, DBAPIError) else error
        kind = sqlite.kind_of(cause) or postgres.kind_of(cause) or Kind.CATALOG_FAILED
        raise _error(kind, _first_line(cause)) from error
    except PoolTimeoutError as error:
        raise _error(Kind.CATALOG_LOCKED, "no connection became free") from error
    except SQLAlchemyError as error:
        raise _error(Kind.CATALOG_FAILED, type(error).__name__) from error
    except OSError as error:
        raise _error(disk_kind(error), str(error)) from error


def _error(kind: Kind, cause: str) -> Error:
    return Error(kind, _MESSAGES[kind], cause=cause)


def _first_line(error: BaseException) -> str:
    """A driver's first line: PostgreSQL's further lines (DETAIL) quote the row's values."""
    return (str(error).splitlines() or [""])[0][:300]
