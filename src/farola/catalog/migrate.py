"""Bring a catalogue's schema to this version, once, however many processes open it together."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from farola.base import Error, Kind
from farola.catalog.database import Database

HEAD = "0010"
MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Upgrade to `HEAD`; a catalogue of a newer Farola is refused and left as it is.

    The common case, nothing to do, neither takes the lock nor imports Alembic: worker processes
    stay small. Each migration is one transaction; a kill in the middle leaves the old schema.
    """
    with database.read() as connection:
        if _version(connection) == HEAD:
            return
    with database.exclusive():
        with database.read() as connection:
            version = _version(connection)
        if version == HEAD:
            return
        _upgrade(database, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(database: Database, version: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise Error(
            Kind.CATALOG_FAILED,
            "the catalogue was written by a newer version of Farola",
            found=version,
            known=HEAD,
        )
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
