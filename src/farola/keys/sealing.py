"""Small secrets that lie in the catalogue, encrypted by the root for one purpose each."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from farola.base import Error, Kind
from farola.keys.root import Root

_VERSION = b"\x01"
_NONCE = 12
_TAG = 16


def seal(root: Root, label: str, plaintext: bytes) -> bytes:
    """Another label does not open it."""
    nonce = secrets.token_bytes(_NONCE)
    cipher = AESGCM(root.derive(f"seal {label}"))
    return _VERSION + nonce + cipher.encrypt(nonce, plaintext, None)


def unseal(root: Root, label: str, sealed: bytes) -> bytes:
    """Raises Error(KEY_WRONG) for another root or label, or damage."""
    wrong = Error(
        Kind.KEY_WRONG,
        "A sealed value is damaged, or sealed by another root key or for another use",
    )
    if len(sealed) < 1 + _NONCE + _TAG or sealed[:1] != _VERSION:
        raise wrong
    cipher = AESGCM(root.derive(f"seal {label}"))
    try:
        return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], None)
    except InvalidTag:
        raise wrong from None
