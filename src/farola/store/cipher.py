"""Keys of one fragment and its 64 KiB chunks: AES-256-GCM after C2SP chunked-encryption.

HKDF-Expand: RFC 5869 section 2.3 with SHA-256. Pure functions of bytes.
"""

import hashlib
from collections.abc import Buffer, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from farola.store.failures import damaged

CHUNK = 64 * 1024  # plain bytes of every chunk but the last
TAG = 16
SEALED_CHUNK = CHUNK + TAG
COMMITMENT = 32
SECRET = 32  # bytes of a data key

_LABEL = b"farola fragment 1\0"
_BESIDE_LABEL = b"farola beside 1\0"
_KEY = 32
NONCE = 12


@dataclass(frozen=True, slots=True)
class FragmentKey:
    """The derived keys of one fragment; never shown."""

    cipher: AESGCM = field(repr=False)
    nonce_base: int = field(repr=False)
    commitment: bytes = field(repr=False)


def derive(secret: bytes, segment_digest: bytes, head: Buffer) -> FragmentKey:
    """The keys of the fragment whose header, up to the commitment, is `head`.

    The segment's digest and the fragment's whole plaintext header go into the derivation, so a
    header changed by one bit, or a fragment carried to another file, meets a different key.
    """
    info = _LABEL + segment_digest + hashlib.sha256(head).digest()
    material = HKDFExpand(SHA256(), _KEY + NONCE + COMMITMENT, info).derive(secret)
    return FragmentKey(
        AESGCM(material[:_KEY]),
        int.from_bytes(material[_KEY : _KEY + NONCE]),
        material[_KEY + NONCE :],
    )


def derive_beside(secret: bytes, fragment: FragmentKey, purpose: str) -> AESGCM:
    """The key for what is kept beside the fragment for one purpose, such as its masks.

    The commitment stands for the fragment: it is derived from the data key and the whole header.
    """
    info = _BESIDE_LABEL + purpose.encode() + b"\0" + fragment.commitment
    return AESGCM(HKDFExpand(SHA256(), _KEY, info).derive(secret))


def chunk_count(plain_size: int) -> int:
    return -(-plain_size // CHUNK)


def sealed_size(plain_size: int) -> int:
    """Bytes of the ciphertext of `plain_size` bytes, tags included."""
    return plain_size + chunk_count(plain_size) * TAG


def seal(key: FragmentKey, plain: memoryview, out: memoryview, chunks: Sequence[bytes] = ()) -> int:
    """Encrypt `chunks`, each of `CHUNK` bytes, and then `plain` into the beginning of `out`.

    Returns the bytes written.
    """
    parts: list[bytes | memoryview] = [*chunks]
    parts += (plain[start : start + CHUNK] for start in range(0, len(plain), CHUNK))
    last = len(parts) - 1
    at = 0
    for number, chunk in enumerate(parts):
        end = at + len(chunk) + TAG
        key.cipher.encrypt_into(_nonce(key, number, last), chunk, None, out[at:end])
        at = end
    return at


def unseal(key: FragmentKey, plain_size: int, first: int, sealed: Buffer, out: memoryview) -> None:
    """Decrypt consecutive chunks from number `first` on into `out`, which they fill exactly.

    Raises Error(FILE_DAMAGED) when any of them is not authentic.
    """
    last = chunk_count(plain_size) - 1
    at = 0
    with memoryview(sealed) as view:
        for number in range(first, first + chunk_count(len(out))):
            size = min(CHUNK, plain_size - number * CHUNK)
            place = at + (number - first) * TAG
            try:
                key.cipher.decrypt_into(
                    _nonce(key, number, last),
                    view[place : place + size + TAG],
                    None,
                    out[at : at + size],
                )
            except InvalidTag:
                raise damaged("A chunk of the fragment is not authentic", chunk=number) from None
            at += size


def _nonce(key: FragmentKey, number: int, last: int) -> bytes:
    return (key.nonce_base ^ (number << 8 | (number == last))).to_bytes(NONCE)
