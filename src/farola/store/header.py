"""The segment header: who recorded what, and the wrapped key that opens it.

Byte for byte in `docs/design/storage-format.md`. Pure functions of bytes.
"""

import hashlib
import re
import struct
from collections.abc import Buffer
from dataclasses import dataclass, field

from farola.base import Error, Kind
from farola.model import CLASS_NAME, StreamKind
from farola.store.failures import damaged

MAGIC = b"FAROLSEG"
VERSION = 1
MAX_SEGMENT_HEADER = 32 * 1024  # bytes, whole
MAX_PARAMETER_SETS = 16
DIGEST = 32  # SHA-256

PREFIX = struct.Struct(">8sHHI")  # magic, version, zero, header length
_FIXED = struct.Struct(">QIII")  # start_us, number, width, height
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CODEC = re.compile(r"[a-z0-9]{1,16}")
_EPOCH = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:T[0-9]{{2}})?\.{CLASS_NAME}")
LARGEST_US = 253_402_300_799_999_999  # the last microsecond of the year 9999
_LARGEST_SIDE = 65_535


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """What holds for the whole file.

    `number` counts the segments of a run from 0. `start_us` is the UTC start of the first fragment.
    `codec` is "h264" or "h265"; `parameter_sets` are NAL units without start codes; `width` and
    `height` are pixels. `wrapped_key` is the data key `key_id` wrapped by the key of `epoch`.
    """

    camera_id: str
    stream: StreamKind
    run_id: str
    number: int
    start_us: int
    codec: str
    parameter_sets: tuple[bytes, ...]
    width: int
    height: int
    key_id: str
    epoch: str
    wrapped_key: bytes = field(repr=False)


def pack_segment_header(header: SegmentHeader) -> bytes:
    """The header's bytes; its last 32 are the digest that every fragment's key is derived from.

    Raises Error(INVALID_INPUT) when a field cannot be told apart from a damaged one when read.
    """
    problem = _problem(header)
    if problem:
        raise Error(Kind.INVALID_INPUT, f"No segment header can hold this {problem}")
    body = bytearray(_FIXED.pack(header.start_us, header.number, header.width, header.height))
    for text in (header.camera_id, header.stream, header.run_id, header.codec):
        body += _short(text.encode())
    body.append(len(header.parameter_sets))
    for parameter_set in header.parameter_sets:
        body += len(parameter_set).to_bytes(2) + parameter_set
    body += _short(header.key_id.encode()) + _short(header.epoch.encode())
    body += _short(header.wrapped_key)
    length = PREFIX.size + len(body) + DIGEST
    if length > MAX_SEGMENT_HEADER:
        raise Error(Kind.INVALID_INPUT, "The parameter sets are too long for a segment header")
    data = PREFIX.pack(MAGIC, VERSION, 0, length) + body
    return data + hashlib.sha256(data).digest()


def header_length(data: Buffer) -> int:
    """Bytes of the whole segment header, told by its first 16; raises Error(FILE_DAMAGED)."""
    magic, version, zero, length = PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise damaged("This is not a segment file")
    if version != VERSION or zero:
        raise damaged("This segment's version is unknown to this program", version=version)
    if not PREFIX.size + _FIXED.size + DIGEST <= length <= MAX_SEGMENT_HEADER:
        raise damaged("The segment header's length is out of bounds", length=length)
    return int(length)


def parse_segment_header(data: bytes) -> SegmentHeader:
    """Read exactly one whole header; raises Error(FILE_DAMAGED) for anything else."""
    if len(data) < PREFIX.size or len(data) != header_length(data):
        raise damaged("The segment header is cut short")
    if hashlib.sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
        raise damaged("The segment header's digest does not match")
    fields = _Fields(data[PREFIX.size : -DIGEST])
    start_us, number, width, height = _FIXED.unpack(fields.take(_FIXED.size))
    camera_id, stream, run_id, codec = (fields.text() for _ in range(4))
    count = fields.take(1)[0]
    if count > MAX_PARAMETER_SETS:
        raise damaged("The segment header has too many parameter sets", count=count)
    sets = tuple(fields.take(int.from_bytes(fields.take(2))) for _ in range(count))
    key_id, epoch = fields.text(), fields.text()
    wrapped_key = fields.take(fields.take(1)[0])
    if fields.left:
        raise damaged("The segment header has bytes that mean nothing")
    if stream not in set(StreamKind):
        raise damaged("The segment header names an unknown stream")
    header = SegmentHeader(
        camera_id=camera_id,
        stream=StreamKind(stream),
        run_id=run_id,
        number=number,
        start_us=start_us,
        codec=codec,
        parameter_sets=sets,
        width=width,
        height=height,
        key_id=key_id,
        epoch=epoch,
        wrapped_key=wrapped_key,
    )
    problem = _problem(header)
    if problem:
        raise damaged(f"The segment header holds an impossible {problem}")
    return header


def _problem(header: SegmentHeader) -> str | None:
    """The first field that breaks the format's rules.

    Identifiers become file names, so what they may be is checked on the way in and on the way out.
    """
    if not _ID.fullmatch(header.camera_id):
        return "camera id"
    if not _ID.fullmatch(header.run_id):
        return "run id"
    if not _ID.fullmatch(header.key_id):
        return "key id"
    if not _CODEC.fullmatch(header.codec):
        return "codec"
    if not _EPOCH.fullmatch(header.epoch):
        return "epoch"
    if not 0 <= header.start_us <= LARGEST_US or not 0 <= header.number < 1 << 32:
        return "start or number"
    if not (0 <= header.width <= _LARGEST_SIDE and 0 <= header.height <= _LARGEST_SIDE):
        return "picture size"
    if len(header.parameter_sets) > MAX_PARAMETER_SETS:
        return "number of parameter sets"
    if any(not 0 < len(one) < 1 << 16 for one in header.parameter_sets):
        return "length of a parameter set"
    if not 16 <= len(header.wrapped_key) <= 255:
        return "wrapped key"
    return None


def _short(data: bytes) -> bytes:
    return len(data).to_bytes(1) + data


class _Fields:
    """A cursor that never reads past the header's end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise damaged("A field of the segment header runs past its end")
        self._at += size
        return self._data[self._at - size : self._at]

    def text(self) -> str:
        raw = self.take(self.take(1)[0])
        if not raw.isascii():
            raise damaged("A name in the segment header is not ASCII")
        return raw.decode("ascii")
