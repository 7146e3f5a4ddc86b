"""Catalogues to test on: SQLite always, PostgreSQL where the machine has it."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from catalog_rows import NOW_US, new_camera
from laid_catalog import lay_catalog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from farola.base import ManualClock
from farola.catalog import Catalog
from farola.model import Camera, Run, StreamKind

_numbers = count()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW_US)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server of our own, reached by its socket alone."""
    if not shutil.which("initdb") or importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL or psycopg is not installed")
    # Not under pytest's directory: another user, whom the server asks for, may not go there.
    home = Path(tempfile.mkdtemp(prefix="farola-pg-"))
    owner = "postgres" if os.geteuid() == 0 else None
    if owner:
        shutil.chown(home, owner)
    data = home / "data"
    subprocess.run(
        ["initdb", "-D", data, "-A", "trust", "-U", "farola", "-N", "--locale=C.UTF-8"],
        user=owner,
        cwd=home,
        check=True,
        capture_output=True,
    )
    settings = {"fsync": "off", "listen_addresses": "", "unix_socket_directories": str(home)}
    server = subprocess.Popen(
        ["postgres", "-D", data, *(f"--{key}={value}" for key, value in settings.items())],
        user=owner,
        cwd=home,
        stderr=subprocess.DEVNULL,
    )
    base = f"postgresql+psycopg://farola@/%s?host={home}"
    try:
        engine = create_engine(base % "postgres", isolation_level="AUTOCOMMIT")
        for _ in range(200):
            try:
                with engine.connect() as connection:
                    connection.execute(text("CREATE DATABASE migrated"))
                break
            except OperationalError:
                time.sleep(0.05)
        engine.dispose()
        Catalog.open(base % "migrated").close()
        yield base
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """An empty database."""
    return _database(postgres, "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """A database with the present schema."""
    if request.param == "sqlite":
        return lay_catalog(tmp_path / "catalog.db")
    return _database(request.getfixturevalue("postgres"), "migrated")


@pytest.fixture
def catalog(url: str | Path, clock: ManualClock) -> Iterator[Catalog]:
    with Catalog.open(url, clock=clock) as catalog:
        yield catalog


@pytest.fixture
def sqlite_catalog(tmp_path: Path, clock: ManualClock) -> Iterator[Catalog]:
    with Catalog.open(lay_catalog(tmp_path / "catalog.db"), clock=clock) as catalog:
        yield catalog


@pytest.fixture
def camera(catalog: Catalog) -> Camera:
    return catalog.cameras.add(new_camera())


@pytest.fixture
def run(catalog: Catalog, camera: Camera) -> Run:
    run = Run("run-1", camera.id, StreamKind.MAIN, NOW_US, None, None, None)
    catalog.recordings.begin_run(run)
    return run


def _database(postgres: str, template: str) -> str:
    name = f"test{next(_numbers)}"
    engine = create_engine(postgres % "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return postgres % name
