"""Destroying an hour: its key first, then everything that lies under it.

In this order: holds take the data keys that they keep, the ledger says what will be destroyed, the
key is destroyed, files and rows go. A crash anywhere in between leaves either an hour that lives or
one whose files are garbage, and the next sweep goes on. One process at a time destroys or holds, so
of a hold and a destruction that meet exactly one comes first.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from farola.app.parts import Parts
from farola.base import Error, Kind, disk_kind, get_logger
from farola.keys import Epoch, parse_epoch
from farola.ledger import EntryFilter, Ledger
from farola.model import EntryKind, Hold
from farola.retention import Destruction
from farola.store import LONGEST_SEGMENT_US, SegmentHeader, segment_files, segment_header

_LOCK = "retention.lock"
_PAGE = 500
_log = get_logger("retention")


@contextmanager
def alone(parts: Parts) -> Iterator[None]:
    """Holds back every other process that would destroy or hold."""
    path = parts.keystore.directory / _LOCK
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Error(disk_kind(error), f"{path} cannot be made: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


class Shredder:
    """Blocking; call it under `alone`."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger

    def destroy(self, what: Destruction, holds: Iterable[Hold]) -> None:
        """Make an epoch unreadable for good, except what is held. May be repeated.

        Raises LEDGER_FAILED, or what the keys' disk says: then it was not destroyed.
        """
        epoch = parse_epoch(what.epoch)
        self.keep_held(epoch, holds)
        self._ledger.append(
            EntryKind.KEY_DESTROYED,
            {
                "epoch": epoch.name,
                "start_us": epoch.start_us,
                "end_us": epoch.end_us,
                "reason": what.why.value,
            },
        )
        self._parts.keystore.destroy_epoch(epoch.name)
        _log.info("destroyed", epoch=epoch.name, why=what.why.value)

    def keep_held(self, epoch: Epoch, holds: Iterable[Hold]) -> None:
        """Give every hold the data keys of what it keeps in this epoch."""
        lasting = list(holds)
        if not lasting:
            return
        for path, header in self._files(epoch):
            for hold in lasting:
                if hold.keeps(header.camera_id, header.start_us, self._end_us(path, header)):
                    self._parts.keystore.hold(hold.id, [(header.epoch, header.wrapped_key)])

    def clear(self, name: str, holds: Iterable[Hold]) -> int:
        """Remove what a destroyed epoch has left behind, except what is held; how many files.

        The row goes first and the file last: what a crash leaves is found again by its file.
        """
        epoch, lasting, gone = parse_epoch(name), list(holds), 0
        for path, header in self._files(epoch):
            end_us = self._end_us(path, header)
            if any(hold.keeps(header.camera_id, header.start_us, end_us) for hold in lasting):
                continue
            self._remove(path)
            gone += 1
        return gone

    def left(self, destroyed: Iterable[str]) -> list[str]:
        """The destroyed epochs that files may be left of: those of days that have a directory."""
        root = self._parts.root
        days = {each.name for each in root.glob("*/*/*") if each.is_dir()}
        return sorted(name for name in destroyed if name[:10] in days)

    def _remove(self, path: PurePosixPath) -> None:
        self._parts.catalog.recordings.delete_segment(str(path))
        masks = self._parts.settings.storage.data / "masks" / path.with_suffix("")
        shutil.rmtree(masks, ignore_errors=True)
        file = self._parts.root / path
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise Error(disk_kind(error), f"{file} cannot be removed: {error.strerror}") from error
        for directory in (file.parent, masks.parent):
            with suppress(OSError):  # not empty yet
                directory.rmdir()

    def _files(self, epoch: Epoch) -> Iterator[tuple[PurePosixPath, SegmentHeader]]:
        """The files under that epoch, relative to the segments' root."""
        day, hour = epoch.name[:10], epoch.name[11:13] if epoch.name[10] == "T" else ""
        for directory in sorted(self._parts.root.glob(f"*/*/{day}")):
            base = PurePosixPath(directory.relative_to(self._parts.root))
            for name in segment_files(directory):
                if not name.name.startswith(hour):
                    continue
                try:
                    header = segment_header(directory / name)
                except Error as error:
                    if error.kind is not Kind.NOT_FOUND:
                        _log.warning("a file cannot be read", path=str(base / name))
                    continue
                if header.epoch == epoch.name:
                    yield base / name, header

    def _end_us(self, path: PurePosixPath, header: SegmentHeader) -> int:
        known = self._parts.catalog.recordings.segment(str(path))
        longest = header.start_us + LONGEST_SEGMENT_US
        return longest if known is None or known.open else max(known.end_us, header.start_us)


def forget_again(parts: Parts, ledger: Ledger) -> None:
    """An old copy of keystore or catalogue brings no hour and no hold back to life that the ledger
    says was ended. Blocking; call it under `alone`.
    """
    keystore, holds = parts.keystore, parts.catalog.holds
    living, held, before = set(keystore.epochs()), set(keystore.holds()), None
    lasting = {each.id for each in holds.list()}
    asked = EntryFilter(frozenset({EntryKind.KEY_DESTROYED, EntryKind.HOLD_ENDED}))
    while living or held or lasting:
        page = ledger.find(asked, before, _PAGE)
        for entry in page.entries:
            told = entry.body or {}
            epoch, hold = told.get("epoch"), told.get("hold")
            if isinstance(epoch, str) and epoch in living:
                _log.warning("destroyed once more", epoch=epoch)
                keystore.destroy_epoch(epoch)
                living.remove(epoch)
            if isinstance(hold, str) and hold in lasting:
                _log.warning("ended once more", hold=hold)
                holds.end(hold, entry.ts_us)
                lasting.remove(hold)
            if isinstance(hold, str) and hold in held:
                _log.warning("its keys are taken once more", hold=hold)
                keystore.end_hold(hold)
                held.remove(hold)
        before = page.next
        if before is None:
            return


def free_bytes(path: Path) -> int:
    """What is free on the disk of `path`; raises the disk's Error."""
    try:
        return shutil.disk_usage(path).free
    except OSError as error:
        raise Error(disk_kind(error), f"{path} cannot be asked: {error.strerror}") from error
