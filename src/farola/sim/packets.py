"""NAL units into RTP packets, and RTP packets into interleaved blocks.

H.264 after RFC 6184 (packetization-mode 1: single NAL unit, STAP-A, FU-A), H.265 after RFC 7798
(single NAL unit, AP, FU), interleaving after RFC 2326 §10.12. The simulator deliberately shares no
code with `farola.media` and `farola.rtsp`: a mistake there must not be undone by its mirror here.
"""

import struct
from collections.abc import Sequence
from typing import Literal

Codec = Literal["h264", "h265"]

PAYLOAD_TYPE = 96
RTP_HEADER = 12
BLOCK_HEADER = 4  # '$', channel, 16-bit length
SEQUENCE_AT = BLOCK_HEADER + 2  # from a block's start to its sequence number and time stamp
SSRC_AT = BLOCK_HEADER + 8

_STAP_A = 24
_FU_A = 28
_AP = 48
_FU = 49


def nal_type(nal: bytes, codec: Codec) -> int:
    """The NAL unit type (H.264 §7.4.1, H.265 §7.4.2.2)."""
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def is_slice(nal: bytes, codec: Codec) -> bool:
    """Whether the NAL unit holds coded picture data."""
    kind = nal_type(nal, codec)
    return 1 <= kind <= 5 if codec == "h264" else kind <= 31


def is_key_slice(nal: bytes, codec: Codec) -> bool:
    """Whether the NAL unit belongs to an IDR (H.264) or IRAP (H.265) picture."""
    kind = nal_type(nal, codec)
    return kind == 5 if codec == "h264" else 16 <= kind <= 21


def is_parameter_set(nal: bytes, codec: Codec) -> bool:
    kind = nal_type(nal, codec)
    return kind in (7, 8) if codec == "h264" else kind in (32, 33, 34)


def split_annex_b(data: bytes) -> list[bytes]:
    """The NAL units between start codes, without the zero bytes that may trail one (Annex B)."""
    nals = []
    start = data.find(b"\0\0\1")
    while start >= 0:
        end = data.find(b"\0\0\1", start + 3)
        nal = data[start + 3 : end if end >= 0 else len(data)].rstrip(b"\0")
        if nal:
            nals.append(nal)
        start = end
    return nals


def payloads(nals: Sequence[bytes], codec: Codec, limit: int, aggregate: bool) -> list[bytes]:
    """RTP payloads of at most `limit` bytes that carry one access unit, in order.

    With `aggregate`, neighbours that fit together travel in one STAP-A or AP.
    """
    out: list[bytes] = []
    small: list[bytes] = []

    def flush() -> None:
        if len(small) > 1:
            out.append(_aggregated(small, codec))
        else:
            out.extend(small)
        small.clear()

    for nal in nals:
        if len(nal) > limit:
            flush()
            out.extend(_fragments(nal, codec, limit))
        elif not aggregate:
            out.append(nal)
        else:
            if sum(len(one) + 2 for one in small) + len(nal) + 4 > limit:
                flush()
            small.append(nal)
    flush()
    return out


def _aggregated(nals: list[bytes], codec: Codec) -> bytes:
    if codec == "h264":
        importance = max(nal[0] & 0x60 for nal in nals)
        head = bytes([importance | _STAP_A])
    else:
        head = bytes([_AP << 1, nals[0][1]])
    return head + b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)


def _fragments(nal: bytes, codec: Codec, limit: int) -> list[bytes]:
    kind = nal_type(nal, codec)
    if codec == "h264":
        head, body = bytes([(nal[0] & 0xE0) | _FU_A]), nal[1:]
    else:
        head, body = bytes([(nal[0] & 0x81) | (_FU << 1), nal[1]]), nal[2:]
    room = limit - len(head) - 1
    pieces = [body[at : at + room] for at in range(0, len(body), room)]
    last = len(pieces) - 1
    return [
        head + bytes([(0x80 if at == 0 else 0) | (0x40 if at == last else 0) | kind]) + piece
        for at, piece in enumerate(pieces)
    ]


def interleave(unit: Sequence[bytes], ssrc: int) -> tuple[bytearray, tuple[int, ...]]:
    """One access unit's payloads as consecutive interleaved blocks on channel 0.

    Sequence numbers and time stamps are zero, to be set by `renumber`; the last packet carries the
    marker. Returns the bytes and the offset at which each block begins.
    """
    blob = bytearray()
    offsets = []
    last = len(unit) - 1
    for at, payload in enumerate(unit):
        offsets.append(len(blob))
        marked = PAYLOAD_TYPE | (0x80 if at == last else 0)
        blob += struct.pack(
            ">BBHBBHII", 0x24, 0, RTP_HEADER + len(payload), 0x80, marked, 0, 0, ssrc
        )
        blob += payload
    return blob, tuple(offsets)


_SEQUENCE_AND_TICKS = struct.Struct(">HI")


def renumber(blob: bytearray, offsets: Sequence[int], sequence: int, ticks: int) -> None:
    """Write the packets' sequence numbers, counted from `sequence`, and their time stamp."""
    ticks &= 0xFFFFFFFF
    for offset in offsets:
        _SEQUENCE_AND_TICKS.pack_into(blob, offset + SEQUENCE_AT, sequence & 0xFFFF, ticks)
        sequence += 1


def set_ssrc(blob: bytearray, offsets: Sequence[int], ssrc: int) -> None:
    """Give the packets to another synchronisation source."""
    for offset in offsets:
        struct.pack_into(">I", blob, offset + SSRC_AT, ssrc)


def blocks(wire: bytes) -> list[bytes]:
    """Cut consecutive interleaved blocks apart."""
    out = []
    at = 0
    while at < len(wire):
        end = at + BLOCK_HEADER + int.from_bytes(wire[at + 2 : at + 4])
        out.append(wire[at:end])
        at = end
    return out


def on_channel(wire: bytes, channel: int) -> bytes:
    """The same blocks on another interleaved channel."""
    moved = bytearray(wire)
    at = 0
    while at < len(moved):
        moved[at + 1] = channel
        at += BLOCK_HEADER + int.from_bytes(moved[at + 2 : at + 4])
    return bytes(moved)
