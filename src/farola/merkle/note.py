"""Signed notes (C2SP signed-note): a text, and signatures of it one to a line.

Parsing is strict, since what is signed is the text to the byte: one newline ends it, no control
characters, names without blanks or plus signs, and every signature line well formed.
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

ED25519 = 0x01
"""The signature type of an Ed25519 signature of the text itself."""

_ID = 4
_DASH = "— "
_MOST_SIGNATURES = 100
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; `key_id` are four bytes that tell keys of one name apart."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """As it stands in a note, with its newline."""
        encoded = base64.b64encode(self.key_id + self.signature).decode("ascii")
        return f"{_DASH}{self.name} {encoded}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """From a line without its newline; raises ValueError."""
        if not line.startswith(_DASH):
            raise ValueError("a signature line begins otherwise")
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        check_name(name)
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError("a signature is not base64") from error
        if len(data) <= _ID or base64.b64encode(data).decode("ascii") != encoded:
            raise ValueError("a signature is malformed")
        return cls(name, data[:_ID], data[_ID:])


class Verifier(Protocol):
    """A key that somebody trusts."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature, without its key id, is this key's over the note's text."""
        ...


@dataclass(frozen=True, slots=True)
class Note:
    """`text` ends with a newline and is what the signatures sign, in UTF-8."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(each.line() for each in self.signatures)

    def signed(self, *more: Signature) -> "Note":
        """The note with further signatures at its end."""
        return Note(self.text, (*self.signatures, *more))

    @classmethod
    def parse(cls, data: str | bytes) -> Self:
        """Raises ValueError for what is not exactly a signed note."""
        if len(data) > _MOST_BYTES:
            raise ValueError("a note of over a megabyte")
        note = data.decode("utf-8") if isinstance(data, bytes) else data
        if any(ord(each) < 0x20 and each != "\n" for each in note):
            raise ValueError("a control character in a note")
        place = note.rfind("\n\n")
        if place < 0 or not note.endswith("\n"):
            raise ValueError("a note without signatures")
        text, lines = note[: place + 1], note[place + 2 : -1].split("\n")
        if len(lines) > _MOST_SIGNATURES:
            raise ValueError("too many signatures")
        return cls(text, tuple(Signature.parse(line) for line in lines))


def check_name(name: str) -> None:
    """Raises ValueError for what is no name of a key."""
    if not name or "+" in name or any(each.isspace() for each in name):
        raise ValueError("a key's name is empty, or holds a blank or a plus sign")


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Four bytes that name a key of this name, signature type and public key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID]


def opened(note: Note, trusted: Collection[Verifier]) -> Sequence[Signature]:
    """The note's signatures by trusted keys, at least one.

    Raises ValueError when none is there or when one of a trusted key is wrong: somebody who forges
    one signature does not get in by the others. Signatures by unknown keys are passed over.
    """
    known = {(each.name, each.key_id): each for each in trusted}
    good: list[Signature] = []
    seen: set[tuple[str, bytes]] = set()
    for each in note.signatures:
        key = (each.name, each.key_id)
        verifier = known.get(key)
        if verifier is None or key in seen:
            continue
        seen.add(key)
        if not verifier.verify(note.text.encode(), each.signature):
            raise ValueError(f"a signature of {each.name} is wrong")
        good.append(each)
    if not good:
        raise ValueError("no signature by a trusted key")
    return good
