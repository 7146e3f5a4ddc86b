"""The messages between the server and a darkroom, over one Unix socket pair.

A message is a 4-byte big-endian length, one type byte, a JSON head with its own 4-byte length, and
a payload. Times called `at` are microseconds, `media` are 90 kHz ticks, both of the lane. What a
darkroom sends is hostile until checked: it decodes what strangers' cameras and files hold.
"""

import asyncio
import json
import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import Any, BinaryIO

from farola.base import Error, Kind
from farola.model import Box, Course, Label, Sighting, Stretch

MOST_BYTES = 64 << 20
_HEAD = struct.Struct(">IB")
_SIZE = struct.Struct(">I")


class Type(IntEnum):
    # Server to darkroom.
    SETUP = 0  # once and first: memory, ring, detector's input
    OPEN = 1  # a lane begins
    CONFIG = 2  # a lane's codec and parameter sets from here on
    UNIT = 3  # one access unit
    SIGHTED = 4  # what was seen in a sample; its slot is free again
    MISSED = 5  # nothing is known about a sample; its slot is free again
    BROKEN = 6  # units were lost on the way
    SHOW = 7  # covered pictures are wanted, or no longer
    END = 8  # no more units: cover what is left, then DONE
    CLOSE = 9  # forget the lane
    PING = 10

    # Darkroom to server.
    READY = 32  # locked in; what could not be locked
    SAMPLE = 33  # a slot holds a picture for the detector
    COVERED = 34  # one covered picture
    OPENED = 35  # a file lane: what the file is
    DONE = 36  # a lane's last word
    FAILED = 37  # a lane's last word, or (without a lane) that of the darkroom
    PONG = 38


def pack(kind: Type, head: Any, payload: bytes | bytearray | memoryview = b"") -> bytes:
    """One message ready to send."""
    text = json.dumps(head, separators=(",", ":")).encode()
    size = 1 + _SIZE.size + len(text) + len(payload)
    return b"".join((_HEAD.pack(size, kind), _SIZE.pack(len(text)), text, payload))


async def read(reader: asyncio.StreamReader) -> tuple[Type, dict[str, Any], bytes] | None:
    """The next message as (type, head, payload); None when the other side has gone.

    Raises PROTOCOL_VIOLATION for what is no message.
    """
    try:
        size, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        _check_size(size)
        body = await reader.readexactly(size - 1)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return _unpack(kind, body)


def read_now(file: BinaryIO) -> tuple[Type, dict[str, Any], bytes] | None:
    """`read` for a thread that may wait."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    size, kind = _HEAD.unpack(head)
    _check_size(size)
    body = file.read(size - 1)
    return None if len(body) < size - 1 else _unpack(kind, body)


def _check_size(size: int) -> None:
    if not _SIZE.size < size <= MOST_BYTES:
        raise Error(Kind.PROTOCOL_VIOLATION, "a darkroom message has an absurd size", size=size)


def _unpack(kind: int, body: bytes) -> tuple[Type, dict[str, Any], bytes]:
    (head_size,) = _SIZE.unpack_from(body)
    end = _SIZE.size + head_size
    if end > len(body):
        raise Error(Kind.PROTOCOL_VIOLATION, "a darkroom message's head is longer than itself")
    try:
        head = json.loads(body[_SIZE.size : end])
        if not isinstance(head, dict):
            raise TypeError("a head is an object")
        return Type(kind), head, body[end:]
    except (ValueError, TypeError, RecursionError) as error:
        raise Error(Kind.PROTOCOL_VIOLATION, "a darkroom message cannot be read") from error


def pack_sightings(sightings: Sequence[Sighting]) -> list[list[Any]]:
    """Sightings as a head carries them."""
    return [
        [
            each.track, each.label.value, each.score, each.sure,
            each.box.left, each.box.top, each.box.width, each.box.height,
        ]
        for each in sightings
    ]  # fmt: skip


def unpack_sightings(rows: Sequence[Sequence[Any]]) -> list[Sighting]:
    return [
        Sighting(track, Label(label), score, Box(left, top, width, height), sure)
        for track, label, score, sure, left, top, width, height in rows
    ]


def pack_course(course: Course) -> list[list[list[Any]]]:
    """A course as a head carries it."""
    return [
        [[at_us, box.left, box.top, box.width, box.height] for at_us, box in stretch.points]
        for stretch in course.stretches
    ]


def unpack_course(rows: Sequence[Sequence[Sequence[Any]]]) -> Course:
    return Course(
        tuple(Stretch(tuple((at_us, Box(*sides)) for at_us, *sides in points)) for points in rows)
    )
