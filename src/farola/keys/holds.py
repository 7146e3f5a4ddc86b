"""Hold keys: what is held stays readable when its epoch's key is destroyed.

A hold has a key of its own, wrapped by the root, and under it the data keys of what it holds. They
are put there while their epochs live. Ending the hold destroys its key, and with it the last way to
whatever no other hold keeps.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from farola.base import Error, Kind, disk_kind
from farola.keys.files import create_file, shred_file, sync_directory
from farola.keys.root import Root

DIRECTORY = "holds"

_ID = re.compile(r"[a-z]{2,8}-[a-z0-9-]{1,40}")
_MAGIC = b"FAROLHLD\x01"
_SIZE = 32
_NAME = 16  # bytes of the SHA-256 of a data key as its epoch wrapped it
_LINE = _NAME + _SIZE + 8


class Holds:
    """The directory of holds: `<id>.key`, and `<id>.held` with the data keys, 56 bytes each."""

    def __init__(self, directory: Path, root: Root) -> None:
        self._directory = directory
        self._root = root

    def ids(self) -> list[str]:
        """Holds that keep something readable."""
        found = (path.stem for path in self._directory.glob("*.key"))
        return sorted(each for each in found if _ID.fullmatch(each))

    def keep(self, hold_id: str, data_keys: Iterable[tuple[bytes, bytes]]) -> int:
        """Add data keys, as `(wrapped by the epoch, plain)`, durably; how many were new.

        Raises the disk's Error.
        """
        self._check(hold_id)
        try:
            self._directory.mkdir(0o700, exist_ok=True)
            key = self._key(hold_id, create=True)
            held = self._held(hold_id)
            lines = {
                _name(wrapped): aes_key_wrap(key, plain)
                for wrapped, plain in data_keys
                if _name(wrapped) not in held
            }
            if lines:
                self._append(hold_id, b"".join(name + line for name, line in lines.items()))
            return len(lines)
        except OSError as error:
            raise Error(
                disk_kind(error), f"The hold {hold_id} cannot be kept: {error.strerror}"
            ) from error

    def unwrap(self, wrapped: bytes) -> bytes | None:
        """The data key, if any hold keeps it."""
        name = _name(wrapped)
        for hold_id in self.ids():
            try:
                line = self._held(hold_id).get(name)
                if line is not None:
                    return aes_key_unwrap(self._key(hold_id, create=False), line)
            except (OSError, InvalidUnwrap):
                continue
        return None

    def end(self, hold_id: str) -> None:
        """Destroy the hold's key, and what lies under it; may be repeated."""
        self._check(hold_id)
        if self._directory.is_dir():
            shred_file(self._file(hold_id, "key"))
            shred_file(self._file(hold_id, "held"))
            sync_directory(self._directory)

    def _key(self, hold_id: str, *, create: bool) -> bytes:
        path = self._file(hold_id, "key")
        wrapping = self._root.derive(f"hold {hold_id}")
        if create and not path.exists():
            create_file(path, _MAGIC + aes_key_wrap(wrapping, secrets.token_bytes(_SIZE)))
        data = path.read_bytes()
        try:
            return aes_key_unwrap(wrapping, data.removeprefix(_MAGIC))
        except (InvalidUnwrap, ValueError) as error:
            raise Error(
                Kind.KEY_WRONG, f"The key of the hold {hold_id} is damaged or of another root"
            ) from error

    def _held(self, hold_id: str) -> dict[bytes, bytes]:
        """What the hold keeps; a line that a crash cut off is none."""
        try:
            data = self._file(hold_id, "held").read_bytes()
        except FileNotFoundError:
            return {}
        whole = len(data) // _LINE * _LINE
        lines = (data[at : at + _LINE] for at in range(0, whole, _LINE))
        return {line[:_NAME]: line[_NAME:] for line in lines}

    def _append(self, hold_id: str, data: bytes) -> None:
        path = self._file(hold_id, "held")
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            whole = os.fstat(file).st_size // _LINE * _LINE
            os.pwrite(file, data, whole)
            os.fsync(file)
        finally:
            os.close(file)
        sync_directory(self._directory)

    def _file(self, hold_id: str, what: str) -> Path:
        return self._directory / f"{hold_id}.{what}"

    def _check(self, hold_id: str) -> None:
        if not _ID.fullmatch(hold_id):
            raise Error(Kind.INVALID_INPUT, "This is not a hold's id")


def _name(wrapped: bytes) -> bytes:
    return hashlib.sha256(wrapped).digest()[:_NAME]
