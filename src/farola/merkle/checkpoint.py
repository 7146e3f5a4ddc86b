"""Checkpoints (C2SP tlog-checkpoint): which log, how many entries, which root."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

_HASH = 32
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The text of a note. `extensions` are further lines, without newlines, none of them empty."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        root = base64.b64encode(self.root).decode("ascii")
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions)
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise ValueError("a checkpoint has three lines or more, none of them empty")
        origin, size, encoded, *extensions = lines[:-1]
        if not _NUMBER.fullmatch(size):
            raise ValueError("a checkpoint's size is no number")
        try:
            root = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError("a checkpoint's root is not base64") from error
        if len(root) != _HASH or base64.b64encode(root).decode("ascii") != encoded:
            raise ValueError("a checkpoint's root is not a hash")
        return cls(origin, int(size), root, tuple(extensions))
