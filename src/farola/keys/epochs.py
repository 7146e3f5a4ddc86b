"""Epoch keys: one per hour and retention class, each a small file that can be destroyed."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from farola.base import Error, Kind, disk_kind
from farola.keys.files import TEMPORARY, create_file, shred_file, sync_directory
from farola.keys.root import Root
from farola.model import CLASS_NAME, STANDARD

_NAME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:T([0-9]{{2}}))?\.({CLASS_NAME})")
_MAGIC = b"FAROLEPK\x01"
_SIZE = 32
_WRAPPED = _SIZE + 8  # RFC 3394


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch's name tells: UTC microseconds from start to end, and the retention class."""

    name: str
    start_us: int
    end_us: int
    retention_class: str


def epoch_name(wall_us: int, retention_class: str = STANDARD) -> str:
    """The epoch that footage of this UTC instant belongs to, such as `2026-11-24T13.standard`."""
    hour = datetime.fromtimestamp(wall_us // 1_000_000, UTC)
    name = f"{hour:%Y-%m-%dT%H}.{retention_class}"
    _check_name(name)
    return name


def parse_epoch(name: str) -> Epoch:
    """Raises Error(INVALID_INPUT). A name without an hour is a whole day's, as they once were."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise Error(Kind.INVALID_INPUT, "This is not an epoch's name")
    day, hour, retention_class = found.groups()
    try:
        start = datetime.strptime(f"{day}T{hour or '00'}", "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        raise Error(Kind.INVALID_INPUT, "This is not an epoch's name") from None
    end = start + (timedelta(hours=1) if hour else timedelta(days=1))
    return Epoch(name, _microseconds(start), _microseconds(end), retention_class)


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


class Epochs:
    """The directory of wrapped epoch keys.

    `<epoch>.key` holds the key wrapped (AES-KW, RFC 3394) under a key derived from the root for
    this very name, so a file under another's name does not open. `<epoch>.destroyed` stands, empty,
    for a key that was destroyed on purpose; no key is ever made again under that name.
    """

    def __init__(self, directory: Path, root: Root) -> None:
        self._directory = directory
        self._root = root
        self._known: dict[str, bytes] = {}

    def key(self, epoch: str, *, create: bool = False) -> bytes:
        """The epoch's key, made first if `create` and there is none.

        Raises Error(KEY_DESTROYED, KEY_MISSING, KEY_WRONG), and with `create` what the keys' disk
        says (DISK_FULL, DISK_READ_ONLY, DISK_FAILED). The tombstone is looked for each time
        (2 us), so that a destruction by another process takes effect in this one.
        """
        _check_name(epoch)
        self._refuse_destroyed(epoch)
        known = self._known.get(epoch)
        if known is None:
            known = self._load(epoch, create)
            self._refuse_destroyed(epoch)  # by another process, while it was made
            self._known[epoch] = known
        return known

    def names(self) -> list[str]:
        """Epochs whose key exists, oldest first."""
        return sorted(
            path.stem for path in self._directory.glob("*.key") if _NAME.fullmatch(path.stem)
        )

    def destroyed(self) -> set[str]:
        """Epochs whose key was destroyed on purpose."""
        return {
            path.stem for path in self._directory.glob("*.destroyed") if _NAME.fullmatch(path.stem)
        }

    def destroy(self, epoch: str) -> None:
        """Make everything recorded under the epoch unreadable, for good; may be repeated.

        Tombstone first, then overwrite, unlink and fsync of the directory: a crash in between
        leaves an epoch that counts as destroyed, and `finish` completes it.
        """
        _check_name(epoch)
        self._known.pop(epoch, None)
        create_file(self._tombstone(epoch), b"")
        self._shred(epoch)

    def finish(self) -> None:
        """Complete destructions that a crash interrupted."""
        for tombstone in self._directory.glob("*.destroyed"):
            epoch = tombstone.stem
            if _NAME.fullmatch(epoch) and self._file(epoch).exists():
                self._shred(epoch)

    def _refuse_destroyed(self, epoch: str) -> None:
        if self._tombstone(epoch).exists():
            self._known.pop(epoch, None)
            raise Error(Kind.KEY_DESTROYED, f"The key of {epoch} was destroyed", epoch=epoch)

    def _shred(self, epoch: str) -> None:
        shred_file(self._file(epoch))
        for leftover in self._directory.glob(f"{epoch}.key.*{TEMPORARY}"):
            shred_file(leftover)
        sync_directory(self._directory)

    def _load(self, epoch: str, create: bool) -> bytes:
        path = self._file(epoch)
        wrapping = self._root.derive(f"epoch {epoch}")
        if create and not path.exists():
            fresh = secrets.token_bytes(_SIZE)
            try:
                create_file(path, _MAGIC + aes_key_wrap(wrapping, fresh))
            except OSError as error:  # the keys' own disk, perhaps not the recordings'
                raise Error(
                    disk_kind(error),
                    f"The keystore cannot hold a key for {epoch}: {error.strerror}",
                    epoch=epoch,
                ) from error
        try:
            data = path.read_bytes()[: len(_MAGIC) + _WRAPPED + 1]
        except FileNotFoundError:
            raise Error(
                Kind.KEY_MISSING, f"The keystore has no key for {epoch}", epoch=epoch
            ) from None
        wrong = Error(
            Kind.KEY_WRONG, f"The key of {epoch} is damaged or of another root", epoch=epoch
        )
        if len(data) != len(_MAGIC) + _WRAPPED or not data.startswith(_MAGIC):
            raise wrong
        try:
            return aes_key_unwrap(wrapping, data[len(_MAGIC) :])
        except InvalidUnwrap:
            raise wrong from None

    def _file(self, epoch: str) -> Path:
        return self._directory / f"{epoch}.key"

    def _tombstone(self, epoch: str) -> Path:
        return self._directory / f"{epoch}.destroyed"


def _check_name(epoch: str) -> None:
    """Epoch names come out of segment files and become file names."""
    if not _NAME.fullmatch(epoch):
        raise Error(Kind.INVALID_INPUT, "This is not an epoch's name")
