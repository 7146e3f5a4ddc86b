"""RTCP sender reports (RFC 3550 §6.4.1), as an interleaved block."""

import struct

_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_NAME = b"farola-sim"


def sender_report(
    ssrc: int, wall_us: int, ticks: int, packets: int, octets: int, channel: int
) -> bytes:
    """A compound packet of a sender report and a CNAME, saying that `wall_us` is `ticks`.

    NTP's 32-bit seconds wrap in February 2036 and go on in era 1 (RFC 5905 §6).
    """
    seconds, rest = divmod(wall_us, 1_000_000)
    report = struct.pack(
        ">BBHIIIIII",
        0x80,
        200,
        6,
        ssrc,
        (seconds + _NTP_EPOCH) & 0xFFFFFFFF,
        (rest << 32) // 1_000_000,
        ticks & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )
    item = bytes([1, len(_NAME)]) + _NAME
    item += bytes(4 - len(item) % 4)  # the item list ends with at least one zero
    description = struct.pack(">BBHI", 0x81, 202, 1 + len(item) // 4, ssrc) + item
    compound = report + description
    return struct.pack(">BBH", 0x24, channel, len(compound)) + compound
