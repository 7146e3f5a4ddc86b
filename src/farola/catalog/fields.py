"""Limits of what may be stored, checked before SQL: SQLite itself keeps any length."""

import re
from enum import StrEnum

from farola.base import Error, Kind
from farola.model import CLASS_NAME

MOST_US = 1 << 62


def text(value: str, name: str, most: int, *, least: int = 1) -> str:
    """`value` when it has `least` to `most` characters, none of them a control character."""
    if not least <= len(value.strip() if least else value) <= len(value) <= most:
        raise _refused(name, f"must have {least} to {most} characters")
    if not value.isprintable() and any(
        (ord(c) < 32 and c not in "\n\t") or c == "\x7f" for c in value
    ):
        raise _refused(name, "holds a control character")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise _refused(name, "is not Unicode text")
    return value


def line(value: str, most: int) -> str:
    """`value` made storable: what a camera says may hold anything, and need not be kept whole."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[:most])


def time_us(value: int, name: str) -> int:
    """`value` when it is a wall time that a 64-bit column holds."""
    if not 0 <= value <= MOST_US:
        raise _refused(name, "is not a time in UTC microseconds")
    return value


def number(value: int, name: str, most: int) -> int:
    if not 0 <= value <= most:
        raise _refused(name, f"must be between 0 and {most}")
    return value


def real(value: float, name: str, least: float, most: float) -> float:
    if not least <= value <= most:
        raise _refused(name, f"must be between {least:g} and {most:g}")
    return float(value)


def word(value: str, name: str, words: type[StrEnum]) -> str:
    """`value` when it is on the closed list, whatever somebody's types say (RED_LINES)."""
    if value not in words:
        raise _refused(name, "is not a word that may be stored")
    return words(value).value


def blob(value: bytes, name: str, most: int) -> bytes:
    if len(value) > most:
        raise _refused(name, f"must have at most {most} bytes")
    return bytes(value)


def retention_class(value: str) -> str:
    """`value` when an hour's key can be named after it."""
    if not re.fullmatch(CLASS_NAME, value):
        raise _refused("retention_class", "is not a retention class's name")
    return value


def _refused(name: str, why: str) -> Error:
    return Error(Kind.INVALID_INPUT, f"{name} {why}", field=name)
