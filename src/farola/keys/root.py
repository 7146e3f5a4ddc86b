"""The root key: one small file from which everything else in the keystore hangs.

`root.key` is one line of text that can be kept on paper. `root.check` beside it tells a wrong root
from the right one and is no secret.
"""

import contextlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from farola.base import Error, Kind
from farola.keys.files import create_file, sync_directory

ROOT_FILE = "root.key"
CHECK_FILE = "root.check"

_SIZE = 32
_WORD = "farola-root-1"
_CHECK_WORD = "farola-root-check-1"
_LONGEST = 1024


class Root:
    """The root key's one ability: to derive keys that each serve one purpose."""

    __slots__ = ("_secret", "check")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.check = self.derive("check").hex()
        """Names this root in public without telling anything about it: 64 hexadecimal digits."""

    def derive(self, purpose: str) -> bytes:
        """32 bytes: HKDF-Expand with SHA-256 (RFC 5869) of the root for `purpose`."""
        info = b"farola root 1\0" + purpose.encode()
        return HKDFExpand(SHA256(), _SIZE, info).derive(self._secret)


def create_root(directory: Path) -> None:
    """Write a new random root, if no other process was faster."""
    create_file(directory / ROOT_FILE, root_line(secrets.token_bytes(_SIZE)))


def load_root(directory: Path) -> Root:
    """Read the root.

    Raises Error(KEY_MISSING) when there is none, CONFIG_INVALID when others than its owner may
    read it, KEY_WRONG when it is no root key.
    """
    path = directory / ROOT_FILE
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Error(
            Kind.KEY_MISSING,
            f"There is no root key at {path}; put it back from its backup",
            path=str(path),
        ) from None
    except OSError as error:
        raise Error(
            Kind.KEY_MISSING,
            f"The root key {path} cannot be read: {error.strerror}",
            path=str(path),
        ) from error
    try:
        mode = stat.S_IMODE(os.fstat(file).st_mode)
        if mode & 0o077:
            raise Error(
                Kind.CONFIG_INVALID,
                f"Others may read the root key {path} (mode {mode:04o}); run: chmod 600 {path}",
                path=str(path),
            )
        line = os.read(file, _LONGEST)
    finally:
        os.close(file)
    secret = secret_of(line)
    if secret is None:
        raise Error(Kind.KEY_WRONG, f"{path} is not a root key of Farola", path=str(path))
    return Root(secret)


def root_line(secret: bytes) -> bytes:
    """What `root.key` holds."""
    return f"{_WORD} {secret.hex()}\n".encode()


def secret_of(line: bytes) -> bytes | None:
    """The 32 bytes that a `root.key` holds; None when it is none."""
    words = line.split()
    secret = b""
    if len(words) == 2 and words[0] == _WORD.encode():
        with contextlib.suppress(ValueError):
            secret = bytes.fromhex(words[1].decode("ascii", "replace"))
    return secret if len(secret) == _SIZE else None


def stored_check(directory: Path) -> str | None:
    """The check value that the keystore was made with; None when there is none."""
    try:
        words = (directory / CHECK_FILE).read_bytes()[:_LONGEST].split()
    except FileNotFoundError:
        return None
    if len(words) != 2 or words[0] != _CHECK_WORD.encode():
        raise Error(Kind.KEY_WRONG, f"{directory / CHECK_FILE} is damaged")
    return words[1].decode("ascii", "replace")


def write_check(directory: Path, root: Root) -> None:
    create_file(directory / CHECK_FILE, f"{_CHECK_WORD} {root.check}\n".encode())
    sync_directory(directory)


def check_root(directory: Path, root: Root) -> bool:
    """Whether the root is the one that the keystore was made with; True also without a value.

    Raises Error(KEY_WRONG) when it is another.
    """
    stored = stored_check(directory)
    if stored is not None and not hmac.compare_digest(stored.encode(), root.check.encode()):
        raise Error(
            Kind.KEY_WRONG,
            f"The root key in {directory} is not the one this keystore was made with",
            path=str(directory / ROOT_FILE),
        )
    return stored is not None
