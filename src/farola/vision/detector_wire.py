"""The messages between the detection service and its detector process.

One Unix socket of whole messages (SOCK_SEQPACKET): the first byte is the type, numbers are
big-endian. Pictures never travel, only where they lie: a ring's descriptor is passed once, by
SCM_RIGHTS, a picture is a ring's number and a slot. Only allow-listed labels can be said.
"""

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.model import Box, Detection, Label

MOST_BYTES = 64 << 10
_LABELS = tuple(Label)
_RING = struct.Struct(">BIII")
_DROP = struct.Struct(">BI")
_LOOK = struct.Struct(">BQIIHH")
_ANSWER = struct.Struct(">BQH")
_FOUND = struct.Struct(">Bfffff")
_START, _RING_TYPE, _DROP_TYPE, _LOOK_TYPE = 1, 2, 3, 4
_READY_TYPE, _ANSWER_TYPE, _FAILED_TYPE = 16, 17, 18


@dataclass(frozen=True, slots=True)
class Start:
    """Service, once and first: which known model lies where, and how to run it."""

    model: str
    path: str
    streams: int
    sandbox_required: bool


@dataclass(frozen=True, slots=True)
class TakeRing:
    """Service: a ring of that many slots; its descriptor comes along."""

    ring: int
    slots: int
    slot_bytes: int


@dataclass(frozen=True, slots=True)
class DropRing:
    """Service: no more pictures will lie there."""

    ring: int


@dataclass(frozen=True, slots=True)
class Look:
    """Service: look at a slot, of which the picture fills `width` x `height`."""

    request: int
    ring: int
    slot: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Detector: the model is the right one (`sha256` of its file), loaded, and the process locked
    in but for `unlocked`.
    """

    sha256: str
    unlocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Detector: what is in the picture of `request`, boxes in fractions of that picture."""

    request: int
    found: Sequence[Detection]


@dataclass(frozen=True, slots=True)
class Failed:
    """Detector, last: why it cannot go on."""

    kind: Kind
    message: str


type Message = Start | TakeRing | DropRing | Look | Ready | Answer | Failed


def pack(message: Message) -> bytes:
    match message:
        case Start(model, path, streams, required):
            head = {"model": model, "path": path, "streams": streams, "required": required}
            return bytes([_START]) + json.dumps(head).encode()
        case TakeRing(ring, slots, slot_bytes):
            return _RING.pack(_RING_TYPE, ring, slots, slot_bytes)
        case DropRing(ring):
            return _DROP.pack(_DROP_TYPE, ring)
        case Look(request, ring, slot, width, height):
            return _LOOK.pack(_LOOK_TYPE, request, ring, slot, width, height)
        case Ready(sha256, unlocked):
            return bytes([_READY_TYPE]) + json.dumps([sha256, unlocked]).encode()
        case Answer(request, found):
            rows = (
                _FOUND.pack(
                    _LABELS.index(each.label),
                    each.score,
                    each.box.left,
                    each.box.top,
                    each.box.width,
                    each.box.height,
                )
                for each in found
            )
            return _ANSWER.pack(_ANSWER_TYPE, request, len(found)) + b"".join(rows)
        case Failed(kind, message_):
            return bytes([_FAILED_TYPE]) + json.dumps([kind, message_]).encode()


def unpack(data: bytes) -> Message:
    """Raises PROTOCOL_VIOLATION for what is no message."""
    try:
        return _unpack(data)
    except (struct.error, ValueError, LookupError, TypeError) as error:
        raise Error(Kind.PROTOCOL_VIOLATION, "a detector message cannot be read") from error


def _unpack(data: bytes) -> Message:
    match data[0]:
        case 1:
            head = json.loads(data[1:])
            return Start(head["model"], head["path"], head["streams"], head["required"])
        case 2:
            return TakeRing(*_RING.unpack(data)[1:])
        case 3:
            return DropRing(*_DROP.unpack(data)[1:])
        case 4:
            return Look(*_LOOK.unpack(data)[1:])
        case 16:
            sha256, unlocked = json.loads(data[1:])
            return Ready(str(sha256), tuple(str(each) for each in unlocked))
        case 17:
            _, request, count = _ANSWER.unpack_from(data)
            if len(data) != _ANSWER.size + count * _FOUND.size:
                raise ValueError("an answer has not the length that it says")
            rows = _FOUND.iter_unpack(data[_ANSWER.size :])
            return Answer(request, tuple(_detection(row) for row in rows))
        case 18:
            kind, message = json.loads(data[1:])
            return Failed(Kind(kind), str(message))
        case _:
            raise ValueError("an unknown type of message")


def _detection(row: tuple[int, float, float, float, float, float]) -> Detection:
    label, score, left, top, width, height = row
    # Comparisons with what is no number are false.
    if not (0 <= score <= 1 and width >= 0 and height >= 0 and abs(left) < 16 and abs(top) < 16):
        raise ValueError("a detection lies nowhere")
    return Detection(_LABELS[label], score, Box(left, top, width, height))


def send(connection: socket.socket, message: Message, descriptor: int | None = None) -> None:
    """Sends one message whole. Raises OSError (BlockingIOError when it would have to wait)."""
    if descriptor is None:
        connection.send(pack(message))
    else:
        socket.send_fds(connection, [pack(message)], [descriptor])


def receive(connection: socket.socket) -> tuple[Message, list[int]] | None:
    """The next message and the descriptors with it; None when the other side has gone.

    Raises PROTOCOL_VIOLATION, and OSError (BlockingIOError when there is none).
    """
    data, descriptors, _, _ = socket.recv_fds(connection, MOST_BYTES, 1)
    return (unpack(data), descriptors) if data else None
