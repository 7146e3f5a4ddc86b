"""NAL units: their types, and walking over a sample's length-prefixed units.

A sample's payload is a row of NAL units, each behind a 4-byte big-endian length, in the camera's
order with nothing stripped (ISO/IEC 14496-15 with `lengthSizeMinusOne` = 3).
"""

from collections.abc import Iterator
from enum import IntEnum, StrEnum

from farola.base import Error, Kind

LENGTH_BYTES = 4


class Codec(StrEnum):
    H264 = "h264"
    H265 = "h265"


class H264Unit(IntEnum):
    """nal_unit_type, H.264 table 7-1; those that matter here."""

    SLICE = 1
    IDR = 5
    SEI = 6
    SPS = 7
    PPS = 8
    DELIMITER = 9


class H265Unit(IntEnum):
    """nal_unit_type, H.265 table 7-1; those that matter here."""

    BLA_W_LP = 16
    IDR_W_RADL = 19
    IDR_N_LP = 20
    CRA = 21
    LAST_RANDOM_ACCESS = 23
    VPS = 32
    SPS = 33
    PPS = 34
    DELIMITER = 35
    SEI = 39


_H264_SETS = frozenset({H264Unit.SPS, H264Unit.PPS})
_H265_SETS = frozenset({H265Unit.VPS, H265Unit.SPS, H265Unit.PPS})


def unit_type(codec: Codec, first_byte: int) -> int:
    """nal_unit_type out of the first byte of a NAL unit's header."""
    return first_byte & 0x1F if codec is Codec.H264 else (first_byte >> 1) & 0x3F


def is_parameter_set(codec: Codec, kind: int) -> bool:
    return kind in (_H264_SETS if codec is Codec.H264 else _H265_SETS)


def is_random_access(codec: Codec, kind: int) -> bool:
    """True for an IDR picture (H.264), for any IRAP picture (H.265: BLA, IDR, CRA)."""
    if codec is Codec.H264:
        return kind == H264Unit.IDR
    return H265Unit.BLA_W_LP <= kind <= H265Unit.LAST_RANDOM_ACCESS


def units(
    payload: bytes | bytearray | memoryview, start: int = 0, end: int | None = None
) -> Iterator[tuple[int, int]]:
    """(start, end) of every NAL unit, without its length, in `payload[start:end]`.

    Raises PROTOCOL_VIOLATION where a length points past the end or is zero.
    """
    position = start
    stop = len(payload) if end is None else end
    while position < stop:
        body = position + LENGTH_BYTES
        size = int.from_bytes(payload[position:body])
        position = body + size
        if size == 0 or position > stop:
            raise Error(Kind.PROTOCOL_VIOLATION, "a NAL unit's length is wrong")
        yield body, position


def is_key(
    codec: Codec, payload: bytes | bytearray | memoryview, start: int = 0, end: int | None = None
) -> bool:
    """Whether the sample begins anew: it holds a random access picture."""
    return any(
        is_random_access(codec, unit_type(codec, payload[begin]))
        for begin, _ in units(payload, start, end)
    )


def parameter_sets_in(
    codec: Codec, payload: bytes | bytearray | memoryview, start: int = 0, end: int | None = None
) -> tuple[bytes, ...]:
    """Copies of the parameter sets that the sample carries, in its order."""
    return tuple(
        bytes(payload[begin:stop])
        for begin, stop in units(payload, start, end)
        if is_parameter_set(codec, unit_type(codec, payload[begin]))
    )


def length_prefixed(nals: tuple[bytes, ...]) -> bytes:
    """The NAL units as a sample holds them, each behind its length."""
    return b"".join(len(nal).to_bytes(LENGTH_BYTES) + nal for nal in nals)
