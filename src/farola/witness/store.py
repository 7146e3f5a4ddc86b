"""What a witness keeps: its key, the logs that it watches, and how far it saw each of them."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farola.base import Error, Kind, disk_kind
from farola.ledger import NoteKey, NoteVerifier, parse_verifier
from farola.merkle import COSIGNATURE, Checkpoint, Note
from farola.merkle.note import check_name

_KEY = "witness.key"
_NAME = "witness.name"
_LOGS = "logs"
_LOCK = "witness.lock"
_SEED = 32


class _Seed:
    """Signs with a key that lies in a file."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class WitnessStore:
    """A directory, one file for each log. What it wrote is on the disk when it returns."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the directory for one program: two would each answer from what it alone has seen.

        Raises Error(CONFLICT). A kill gives it back.
        """
        try:
            file = os.open(self._directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Error(disk_kind(error), f"{self._directory}: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Error(Kind.CONFLICT, f"another witness answers from {self._directory}") from None
        finally:
            os.close(file)

    def create(self, name: str) -> NoteKey:
        """A new witness under a name; raises Error(CONFLICT) where there is one, INVALID_INPUT."""
        try:
            check_name(name)
        except ValueError as error:
            raise Error(Kind.INVALID_INPUT, str(error)) from error
        try:
            (self._directory / _LOGS).mkdir(0o700, parents=True, exist_ok=True)
            key = self._directory / _KEY
            file = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(file, secrets.token_bytes(_SEED))
                os.fsync(file)
            finally:
                os.close(file)
        except FileExistsError:
            raise Error(Kind.CONFLICT, f"there is a witness in {self._directory}") from None
        except OSError as error:
            raise Error(disk_kind(error), f"{self._directory}: {error.strerror}") from error
        self._write(self._directory / _NAME, name.encode())
        return self.key()

    def key(self) -> NoteKey:
        """Raises Error(KEY_MISSING, KEY_WRONG)."""
        try:
            seed = (self._directory / _KEY).read_bytes()
            name = (self._directory / _NAME).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Error(
                Kind.KEY_MISSING, f"there is no witness in {self._directory}: farola witness init"
            ) from error
        if len(seed) != _SEED:
            raise Error(Kind.KEY_WRONG, f"{self._directory / _KEY} is damaged")
        return NoteKey(name, _Seed(seed), COSIGNATURE)

    def watch(self, log: NoteVerifier) -> None:
        """Watch a log from now on; nothing of it was seen yet. Raises CONFLICT for a second key."""
        known = self.logs().get(log.name)
        if known is not None and known != log:
            raise Error(Kind.CONFLICT, f"{log.name} is watched under another key")
        if known is None:
            self._write(self._file(log.name, "key"), f"{log}\n".encode())

    def logs(self) -> dict[str, NoteVerifier]:
        """The watched logs' keys by their origin."""
        found = {}
        for path in sorted((self._directory / _LOGS).glob("*.key")):
            log = parse_verifier(path.read_text("utf-8"))
            found[log.name] = log
        return found

    def seen(self, origin: str) -> Checkpoint | None:
        """The newest checkpoint of a log that was cosigned.

        Raises Error(FILE_DAMAGED): a witness that forgot what it saw is none.
        """
        path = self._file(origin, "seen")
        try:
            return Checkpoint.parse(Note.parse(path.read_bytes()).text)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Error(Kind.FILE_DAMAGED, f"{path} cannot be read: {error}") from error

    def remember(self, origin: str, note: Note) -> None:
        """On the disk when it returns. Raises the disk's Error."""
        self._write(self._file(origin, "seen"), str(note).encode())

    def _file(self, origin: str, what: str) -> Path:
        name = hashlib.sha256(origin.encode()).hexdigest()[:32]
        return self._directory / _LOGS / f"{name}.{what}"

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f"{path.name}.new")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise Error(disk_kind(error), f"{path} cannot be written: {error}") from error
