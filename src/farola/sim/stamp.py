"""The send-time stamp: an SEI message that carries when its access unit left the simulator.

Layout, the same for H.264 and H.265. The NAL unit stands right before the access unit's first
slice and holds one message `user_data_unregistered` (payload type 5, H.264 §D.1.7, H.265 §D.2.7):

    NAL header      06                     (H.264, SEI)   or   4e 01   (H.265, PREFIX_SEI, layer 0)
    payload type    05
    payload size    20                     (32 bytes)
    UUID            6e9d5b0c-7a41-4f1e-9c83-fa201a5e7d1b      (16 bytes, `STAMP_UUID`)
    time            16 ASCII digits: UTC microseconds since 1970, most significant first
    trailing bits   80

The time is written in digits so that no emulation prevention byte can ever be needed and the
stamp keeps a fixed size: a reader looks for the UUID's bytes and reads the 16 that follow.
"""

from uuid import UUID

from farola.sim.packets import Codec

STAMP_UUID = UUID("6e9d5b0c-7a41-4f1e-9c83-fa201a5e7d1b")
DIGITS = 16

_BODY = bytes([5, 16 + DIGITS]) + STAMP_UUID.bytes
_HEADS: dict[Codec, bytes] = {"h264": b"\x06", "h265": b"\x4e\x01"}


def stamp_nal(codec: Codec) -> bytes:
    """A stamp whose time is still zero."""
    return _HEADS[codec] + _BODY + b"0" * DIGITS + b"\x80"


def digits_offset(codec: Codec) -> int:
    """Where in `stamp_nal` the digits begin."""
    return len(_HEADS[codec]) + len(_BODY)


def digits(wall_us: int) -> bytes:
    """The 16 digits of a time between 1970 and the year 2286."""
    return b"%016d" % wall_us


def read_stamp(data: bytes) -> int | None:
    """The send time in an access unit of any byte format, or None when it bears no stamp."""
    at = data.find(_BODY)
    if at < 0:
        return None
    text = data[at + len(_BODY) : at + len(_BODY) + DIGITS]
    return int(text) if len(text) == DIGITS and text.isdigit() else None
