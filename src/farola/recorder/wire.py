"""The messages between the server and its recorder processes, over one Unix socket pair each.

A message is a 4-byte big-endian length, one type byte and a body. Control messages are JSON; an
access unit for a watched camera is a JSON head with its own 4-byte length, then the payload. Only
the server writes settings and credentials; a recorder writes states and watched units.
"""

import asyncio
import json
import struct
from enum import IntEnum
from typing import Any

from farola.base import Error, Kind

MOST_BYTES = 32 << 20
_HEAD = struct.Struct(">IB")
_SIZE = struct.Struct(">I")


class Type(IntEnum):
    SETUP = 0  # server, once and first: the settings
    PLAN = 1  # server: which cameras to record, with everything needed
    WATCH = 2  # server: how much of a stream's units to send
    STATES = 3  # recorder: what each stream and the disk are doing
    CONFIG = 4  # recorder: a watched stream's codec configuration
    UNIT = 5  # recorder: one access unit of a watched stream
    STOP = 6  # server: finish fragments, close files, leave


def pack(kind: Type, head: Any, payload: bytes | bytearray | memoryview = b"") -> bytes:
    """One message ready to send."""
    text = json.dumps(head, separators=(",", ":")).encode()
    size = 1 + _SIZE.size + len(text) + len(payload)
    return b"".join((_HEAD.pack(size, kind), _SIZE.pack(len(text)), text, payload))


async def read(reader: asyncio.StreamReader) -> tuple[Type, Any, bytes] | None:
    """The next message as (type, head, payload); None when the other side has gone.

    Raises PROTOCOL_VIOLATION for what is no message.
    """
    try:
        size, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
        if not _SIZE.size < size <= MOST_BYTES:
            raise Error(Kind.PROTOCOL_VIOLATION, "a recorder message has an absurd size", size=size)
        body = await reader.readexactly(size - 1)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    (head_size,) = _SIZE.unpack_from(body)
    end = _SIZE.size + head_size
    if end > len(body):
        raise Error(Kind.PROTOCOL_VIOLATION, "a recorder message's head is longer than itself")
    try:
        return Type(kind), json.loads(body[_SIZE.size : end]), body[end:]
    except ValueError as error:
        raise Error(Kind.PROTOCOL_VIOLATION, "a recorder message cannot be read") from error
