"""Signing keys: one Ed25519 seed per purpose, each in a small file wrapped by the root.

Stored and not derived, so that a new root does not change what outsiders know the town by.
"""

import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from farola.base import Error, Kind, disk_kind
from farola.keys.files import create_file
from farola.keys.root import Root

DIRECTORY = "signing"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_MAGIC = b"FAROLASK\x01"
_SEED = 32
_WRAPPED = _SEED + 8  # RFC 3394


class SigningKey:
    """Signs for one purpose; `repr` shows no secret."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """32 bytes, as RFC 8032 writes it."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)


def load_signing_key(directory: Path, root: Root, name: str, *, create: bool) -> SigningKey:
    """The key of that purpose, made first with `create` where there is none.

    Raises Error: KEY_MISSING, KEY_WRONG (damaged, or of another root), the disk's.
    """
    if not _NAME.fullmatch(name):
        raise Error(Kind.INVALID_INPUT, "This is not a signing key's name")
    path = directory / DIRECTORY / f"{name}.key"
    wrapping = root.derive(f"signing {name}")
    try:
        if create and not path.exists():
            path.parent.mkdir(0o700, exist_ok=True)
            create_file(path, _MAGIC + aes_key_wrap(wrapping, secrets.token_bytes(_SEED)))
        data = path.read_bytes()[: len(_MAGIC) + _WRAPPED + 1]
    except FileNotFoundError:
        raise Error(
            Kind.KEY_MISSING,
            f"There is no signing key at {path}; put it back from its backup",
            path=str(path),
        ) from None
    except OSError as error:
        raise Error(
            disk_kind(error), f"The signing key {path} cannot be used: {error.strerror}"
        ) from error
    if len(data) == len(_MAGIC) + _WRAPPED and data.startswith(_MAGIC):
        try:
            return SigningKey(aes_key_unwrap(wrapping, data[len(_MAGIC) :]))
        except InvalidUnwrap:
            pass
    raise Error(
        Kind.KEY_WRONG, f"The signing key {path} is damaged or of another root", path=str(path)
    )
