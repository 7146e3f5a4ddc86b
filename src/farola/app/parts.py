"""The parts that the server, its recorder processes and the commands open alike."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farola.base import Clock, Error, Kind, disk_kind
from farola.catalog import Catalog
from farola.config import Settings
from farola.keys import Keystore
from farola.recorder import Patience, RecorderSettings
from farola.store import SyncPolicy

_US = 1_000_000
FINGERPRINT = "keystore.fingerprint"


@dataclass(frozen=True, slots=True)
class Parts:
    """What stands on the disk: the segments' root, the catalogue and the keystore."""

    settings: Settings
    root: Path
    catalog: Catalog
    keystore: Keystore
    clock: Clock


@contextmanager
def only_recorder(settings: Settings) -> Iterator[None]:
    """Holds the data directory for one recorder at a time; a kill gives it back.

    Two servers over one directory would each end what the other is recording. Raises CONFLICT.
    """
    make_directory(settings.storage.data)
    path = settings.storage.data / "recorder.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise Error(disk_kind(error), f"{path} cannot be made: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Error(
            Kind.CONFLICT, f"another Farola records into {settings.storage.data}", path=str(path)
        ) from None
    except OSError as error:
        os.close(handle)
        raise Error(Kind.DISK_FAILED, f"{path} cannot be locked: {error.strerror}") from error
    try:
        yield
    finally:
        os.close(handle)


@contextmanager
def open_parts(settings: Settings, clock: Clock, *, create: bool) -> Iterator[Parts]:
    """Opens them, with `create` making what is not there; closes the catalogue at the end.

    Raises KEY_MISSING, KEY_WRONG, CATALOG_FAILED, DISK_READ_ONLY, NOT_FOUND (no data directory).
    """
    root = settings.storage.data / "segments"
    if create:
        make_directory(root)
    elif not root.is_dir():
        raise Error(Kind.NOT_FOUND, f"there is no data in {settings.storage.data}")
    keystore = _own_keystore(settings, create=create)
    with Catalog.open(
        settings.catalog_url, clock=clock, busy_ms=settings.catalog.busy_timeout_ms
    ) as catalog:
        yield Parts(settings, root, catalog, keystore, clock)


def _own_keystore(settings: Settings, *, create: bool) -> Keystore:
    """The keystore that this data was begun with, and never another one in its place.

    Its public fingerprint stands beside the recordings. Else a lost directory of keys would be
    replaced by a new one without a word, and yesterday's recordings could not be opened any more.
    """
    mark = settings.storage.data / FINGERPRINT
    try:
        known = mark.read_text("ascii").strip() if mark.exists() else None
        keystore = Keystore.open(settings.storage.keys, create=create and known is None)
        if known is None and create:
            mark.write_text(keystore.fingerprint + "\n", "ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Error(Kind.DISK_FAILED, f"{mark} cannot be used: {error}") from error
    if known is not None and known != keystore.fingerprint:
        raise Error(
            Kind.KEY_WRONG,
            f"the keys in {settings.storage.keys} are not those that {settings.storage.data} "
            "was recorded with: put the right ones back",
        )
    return keystore


def recorder_settings(settings: Settings, root: Path) -> RecorderSettings:
    """What a recorder is told, from the configuration."""
    storage = settings.storage
    return RecorderSettings(
        root=root,
        segment_us=storage.segment_seconds * _US,
        queue_bytes=settings.recorder.queue_bytes,
        min_free_bytes=storage.min_free_bytes,
        sync=SyncPolicy(storage.sync, storage.sync_seconds),
        patience=Patience(
            key_frame_us=settings.recorder.key_frame_timeout_ms * 1_000,
            backoff_most_us=settings.recorder.backoff_most_ms * 1_000,
        ),
    )


def make_directory(path: Path) -> None:
    """Raises DISK_FULL, DISK_READ_ONLY or DISK_FAILED when it cannot be made."""
    try:
        path.mkdir(0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise Error(
            disk_kind(error), f"{path} cannot be made: {error.strerror}", path=str(path)
        ) from error
