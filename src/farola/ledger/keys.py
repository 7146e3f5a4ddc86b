"""Keys of notes: Ed25519 for the log's own signature and for a witness's cosignature."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from farola.base import Error, Kind
from farola.merkle import (
    COSIGNATURE,
    ED25519,
    Note,
    Signature,
    key_id,
    pack_cosignature,
    signed_message,
    unpack_cosignature,
)
from farola.merkle.note import check_name

_KINDS = (ED25519, COSIGNATURE)
_PUBLIC = 32


class Signer(Protocol):
    """A secret key somewhere, such as in the keystore."""

    @property
    def public(self) -> bytes:
        """32 bytes, as RFC 8032 writes an Ed25519 key."""
        ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key under a name. `kind` tells a log's key from a witness's."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's over the note's text."""
        try:
            if self.kind == COSIGNATURE:
                time_s, signature = unpack_cosignature(signature)
                text = signed_message(text.decode(), time_s)
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        """As C2SP signed-note writes a verifier key: name, key id, type and key."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


def parse_verifier(text: str) -> NoteVerifier:
    """The verifier key that `str` of one gave; raises Error(INVALID_INPUT)."""
    wrong = Error(Kind.INVALID_INPUT, "This is not a verifier key: NAME+KEYID+KEY")
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise wrong
    try:
        check_name(parts[0])
        data = base64.b64decode(parts[2], validate=True)
    except (ValueError, binascii.Error) as error:
        raise wrong from error
    if len(data) != 1 + _PUBLIC or data[0] not in _KINDS:
        raise wrong
    verifier = NoteVerifier(parts[0], data[1:], data[0])
    if verifier.key_id.hex() != parts[1]:
        raise Error(Kind.INVALID_INPUT, "The verifier key's id is not the one of its key")
    return verifier


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A signing key under a name."""

    name: str
    signer: Signer = field(repr=False)
    kind: int = ED25519

    @property
    def verifier(self) -> NoteVerifier:
        return NoteVerifier(self.name, self.signer.public, self.kind)

    def sign(self, text: str) -> Signature:
        """The log's signature of a note's text."""
        return Signature(self.name, self.verifier.key_id, self.signer.sign(text.encode()))

    def cosign(self, text: str, time_s: int) -> Signature:
        """A witness's statement that it saw this checkpoint at that POSIX second."""
        packed = pack_cosignature(time_s, self.signer.sign(signed_message(text, time_s)))
        return Signature(self.name, self.verifier.key_id, packed)

    def note(self, text: str) -> Note:
        return Note(text, (self.sign(text),))
