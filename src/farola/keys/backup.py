"""A copy of the root and the signing keys that a passphrase opens, for the day the machine burns.

Epoch keys are in it only when asked for: a copy of them could bring back hours that were destroyed.
The file is one line of JSON, which tells how the passphrase was stretched and is authenticated, and
then the ciphertext.
"""

import json
import os
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from farola.base import Error, Kind
from farola.keys.files import create_file

LEAST_CHARACTERS = 20
_LEAST_DIFFERENT = 8
_ALWAYS = ("root.key", "root.check", "town.id", "ledger.mark", "signing/*.key")
_HOURS = ("epochs/*.key", "epochs/*.destroyed", "holds/*.key", "holds/*.held")
_FORMAT = "farola-keys-1"
_COST, _BLOCK, _LANES = 1 << 17, 8, 1  # scrypt: 128 MiB
_SALT = 16
_NONCE = 12
_MOST_BYTES = 64 << 20
_MOST_HEAD = 1024


def backup_files(directory: Path, *, with_epochs: bool) -> dict[str, bytes]:
    """Relative names and contents of what goes into a backup. Raises Error(KEY_MISSING)."""
    patterns = [*_ALWAYS, *(_HOURS if with_epochs else ())]
    try:
        return {
            path.relative_to(directory).as_posix(): path.read_bytes()
            for pattern in patterns
            for path in sorted(directory.glob(pattern))
        }
    except OSError as error:
        raise Error(
            Kind.KEY_MISSING, f"The keystore {directory} cannot be read: {error.strerror}"
        ) from error


def pack_backup(files: Mapping[str, bytes], passphrase: str) -> bytes:
    """Relative names and contents, encrypted. Raises INVALID_INPUT (weak passphrase), TOO_LARGE."""
    check_passphrase(passphrase)
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    head = _head(salt, nonce)
    plain = json.dumps({name: b64encode(data).decode() for name, data in files.items()}).encode()
    packed = head + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, plain, head)
    if len(packed) > _MOST_BYTES:
        raise Error(Kind.TOO_LARGE, "so many keys do not fit into a backup that can be read again")
    return packed


def check_passphrase(passphrase: str) -> None:
    """Six words reach it, one held-down key does not. Raises Error(INVALID_INPUT)."""
    if len(passphrase) < LEAST_CHARACTERS or len(set(passphrase)) < _LEAST_DIFFERENT:
        raise Error(
            Kind.INVALID_INPUT,
            f"a passphrase has at least {LEAST_CHARACTERS} characters, such as six words, and not "
            "always the same ones",
        )
    _bytes_of(passphrase)


def read_backup(path: Path) -> bytes:
    """What is in the file, never more than a backup can have. Raises NOT_FOUND, KEY_WRONG."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise Error(
            Kind.NOT_FOUND, f"{path} cannot be read: {os.strerror(error.errno or 0)}"
        ) from error
    if len(data) > _MOST_BYTES:
        raise Error(Kind.KEY_WRONG, f"{path} is no backup of keys: it is too large")
    return data


def unpack_backup(data: bytes, passphrase: str) -> dict[str, bytes]:
    """Raises Error(KEY_WRONG): not a backup, another passphrase, cut off or changed."""
    wrong = Error(
        Kind.KEY_WRONG, "this is no backup of keys, the passphrase is another, or it was changed"
    )
    if len(data) > _MOST_BYTES:
        raise wrong
    line, _, sealed = data.partition(b"\n")
    head = line + b"\n"
    try:
        told = json.loads(line) if len(line) <= _MOST_HEAD else {}
        salt, nonce = bytes.fromhex(told["salt"]), bytes.fromhex(told["nonce"])
        # What is stretched with other parameters is not ours: a hostile file costs no memory.
        if head != _head(salt, nonce):
            raise wrong
        plain = AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, head)
        return {name: b64decode(text) for name, text in json.loads(plain).items()}
    except (InvalidTag, RecursionError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error


def write_backup(path: Path, data: bytes) -> None:
    """Durably, mode 0600. `Error(CONFLICT)` where there is a file already; DISK_FAILED."""
    try:
        made = create_file(path, data)
    except OSError as error:
        raise Error(
            Kind.DISK_FAILED, f"{path} cannot be written: {os.strerror(error.errno or 0)}"
        ) from error
    if not made:
        raise Error(Kind.CONFLICT, f"{path} exists already", path=str(path))


def _head(salt: bytes, nonce: bytes) -> bytes:
    told = {
        "format": _FORMAT,
        "n": _COST,
        "r": _BLOCK,
        "p": _LANES,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
    }
    if len(salt) != _SALT or len(nonce) != _NONCE:
        raise ValueError("salt or nonce of another length")
    return json.dumps(told).encode("ascii") + b"\n"


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=_BLOCK, p=_LANES).derive(_bytes_of(passphrase))


def _bytes_of(passphrase: str) -> bytes:
    """One spelling of what looks the same: keyboards differ in how they write an `ñ`."""
    try:
        return unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError:
        raise Error(Kind.INVALID_INPUT, "the passphrase is not readable text") from None
