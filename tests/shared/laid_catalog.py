"""A catalogue's file with the present schema, migrated once in each process that tests.

`Catalog.open` then finds nothing to upgrade, as on every start of a town but its first. That
start, and every migration, is tested in tests/catalog and by whatever begins without this.
"""

import tempfile
from functools import cache
from pathlib import Path

from farola.catalog import Catalog


def lay_catalog(path: Path) -> Path:
    """Puts an empty catalogue at `path`, which must not be there yet, and gives it back."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(_migrated())
    return path


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.db"
        Catalog.open(path).close()
        return path.read_bytes()
