"""Packets written by hand from RFC 3550, 6184 and 7798, for tests."""

from struct import pack

from farola.rtsp.depacketiser import Depacketiser
from farola.rtsp.h264 import H264Depacketiser
from farola.rtsp.h265 import H265Depacketiser
from farola.rtsp.unit import AccessUnit

PAYLOAD_TYPE = 96
SSRC = 0x11223344


def rtp(
    sequence: int,
    stamp: int,
    payload: bytes,
    *,
    marker: bool = False,
    payload_type: int = PAYLOAD_TYPE,
    ssrc: int = SSRC,
) -> bytes:
    second = payload_type | (128 if marker else 0)
    header = pack(">BBHII", 0x80, second, sequence & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)
    return header + payload


def framed(packet: bytes, channel: int = 0) -> bytes:
    """RFC 2326, 10.12: '$', channel, 16-bit length."""
    return b"$" + bytes([channel]) + len(packet).to_bytes(2) + packet


def frames(nals: list[bytes], sequence: int, stamp: int, size: int = 1_000) -> list[bytes]:
    """One H.264 picture as interleaved packets: single NAL units, or FU-A for the longer ones."""
    payloads = []
    for nal in nals:
        if len(nal) <= size:
            payloads.append(nal)
            continue
        parts = [nal[at : at + size] for at in range(1, len(nal), size)]
        for index, part in enumerate(parts):
            flags = (0x80 if index == 0 else 0) | (0x40 if index == len(parts) - 1 else 0)
            payloads.append(bytes([nal[0] & 0xE0 | 28, flags | nal[0] & 31]) + part)
    last = len(payloads) - 1
    return [
        framed(rtp(sequence + index, stamp, payload, marker=index == last))
        for index, payload in enumerate(payloads)
    ]


class Receiver:
    """A depacketiser with its consumer: keeps each unit with its bytes."""

    def __init__(self, codec: str = "h264", sets: tuple[bytes, ...] = ()) -> None:
        kind = H264Depacketiser if codec == "h264" else H265Depacketiser
        self.depacketiser: Depacketiser = kind(
            codec,
            payload_type=PAYLOAD_TYPE,
            channel=0,
            parameter_sets=sets,
            max_unit_bytes=1 << 20,
        )
        self.depacketiser.on_unit = self._on_unit
        self.units: list[AccessUnit] = []
        self.payloads: list[bytes] = []

    def _on_unit(self, unit: AccessUnit) -> None:
        buffer = self.depacketiser.buffer
        assert unit.end == len(buffer)
        self.units.append(unit)
        self.payloads.append(bytes(buffer[unit.start : unit.end]))

    def feed(self, *packets: bytes) -> "Receiver":
        """Bring interleaved packets in one read; they are consumed whole."""
        data = b"".join(packets)
        assert self.depacketiser.feed(memoryview(data), 0, len(data), 1_000) == len(data)
        return self

    @property
    def nals(self) -> list[list[bytes]]:
        return [split(payload) for payload in self.payloads]


def split(payload: bytes) -> list[bytes]:
    """NAL units behind 4-byte lengths; fails if they do not fill the payload exactly."""
    nals, position = [], 0
    while position < len(payload):
        size = int.from_bytes(payload[position : position + 4])
        nals.append(payload[position + 4 : position + 4 + size])
        position += 4 + size
    assert position == len(payload)
    return nals
