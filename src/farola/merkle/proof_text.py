"""Proofs as text (C2SP tlog-proof): an entry's place, its path and the checkpoint, in one file."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from farola.merkle.checkpoint import Checkpoint
from farola.merkle.note import Note
from farola.merkle.proofs import verify_inclusion

_HEAD = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class ProofText:
    """`extra` is the application's own; here it is the entry's leaf."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [_HEAD]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode('ascii')}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(each).decode("ascii") for each in self.hashes]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        head, _, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != _HEAD:
            raise ValueError("this is no proof of a log")
        try:
            extra = None
            if lines and lines[0].startswith("extra "):
                extra = base64.b64decode(lines.pop(0).removeprefix("extra "), validate=True)
            index = lines.pop(0).removeprefix("index ") if lines else ""
            hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
        except binascii.Error as error:
            raise ValueError("a line of the proof is not base64") from error
        if not _NUMBER.fullmatch(index) or len(hashes) > _MOST_HASHES:
            raise ValueError("the proof is malformed")
        return cls(int(index), hashes, Note.parse(note), extra)

    def verify(self, leaf_hash: bytes) -> Checkpoint:
        """The checkpoint that the leaf is proven to be under; its signatures are to be checked
        besides. Raises ValueError.
        """
        checkpoint = Checkpoint.parse(self.checkpoint.text)
        verify_inclusion(self.index, checkpoint.size, leaf_hash, self.hashes, checkpoint.root)
        return checkpoint
