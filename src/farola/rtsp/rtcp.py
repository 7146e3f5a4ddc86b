"""RTCP (RFC 3550, 6): sender reports and goodbyes in, receiver reports out. No I/O."""

from dataclasses import dataclass
from struct import Struct

_HEADER = Struct(">BBHI")
_SENDER = Struct(">IIIII")
_RECEIVER = Struct(">BBHIIIIIII")
_SDES = Struct(">BBHIBB")

_SR, _RR, _SDES_TYPE, _BYE = 200, 201, 202, 203
_NTP_TO_UNIX_S = 2_208_988_800
_ERA_US = (1 << 32) * 1_000_000


@dataclass(frozen=True, slots=True)
class SenderReport:
    """What the camera says its clock was at a point of its media time.

    `ntp_us` is UTC microseconds by the camera's clock, never to be trusted; `ticks` the same
    instant in the stream's unwrapped 90 kHz time; `arrival_us` our wall clock when it was read.
    """

    ntp_us: int
    ticks: int
    arrival_us: int


@dataclass(frozen=True, slots=True)
class Report:
    """A sender report as it stands in the packet: `ntp` is 64 bits, `stamp` 32."""

    ssrc: int
    ntp: int
    stamp: int


def parse_rtcp(
    data: bytes | bytearray | memoryview, start: int, end: int
) -> tuple[list[Report], list[int]]:
    """The sender reports and the sources that said goodbye in a compound packet.

    Reading stops where a length is wrong: a camera's bad report harms nothing.
    """
    reports: list[Report] = []
    goodbyes: list[int] = []
    while start + 8 <= end:
        first, kind, words, ssrc = _HEADER.unpack_from(data, start)
        following = start + 4 + 4 * words
        if first >> 6 != 2 or words < 1 or following > end:
            break
        if kind == _SR and words >= 6:
            high, low, stamp, _, _ = _SENDER.unpack_from(data, start + 8)
            reports.append(Report(ssrc, high << 32 | low, stamp))
        elif kind == _BYE:
            count = min(first & 31, words)
            goodbyes += [
                int.from_bytes(data[at : at + 4])
                for at in range(start + 4, start + 4 + 4 * count, 4)
            ]
        start = following
    return reports, goodbyes


def ntp_to_us(ntp: int, near_us: int) -> int | None:
    """A 64-bit NTP time as UTC microseconds, in the era nearest to `near_us`.

    The seconds wrap in February 2036 (RFC 5905, 6). None if the camera has no clock: it sends 0.
    """
    if ntp >> 32 == 0:
        return None
    us = (ntp * 1_000_000 + (1 << 31) >> 32) - _NTP_TO_UNIX_S * 1_000_000
    return us + (near_us - us + _ERA_US // 2) // _ERA_US * _ERA_US


def receiver_report(
    own: int,
    source: int,
    *,
    fraction: int,
    lost: int,
    highest: int,
    last_report: int,
    delay: int,
) -> bytes:
    """A receiver report with the CNAME that RFC 3550, 6.1 demands.

    `fraction` is of 256; `last_report` the middle 32 bits of the last report's NTP time and `delay`
    the time since in 1/65536 s. Jitter is 0: packets are read in batches, so it is not measured.
    """
    cumulative = fraction << 24 | min(lost, 0x7FFFFF)
    report = _RECEIVER.pack(
        0x81, _RR, 7, own, source, cumulative, highest, 0, last_report, delay & 0xFFFFFFFF
    )
    name = f"{own:08x}".encode()
    # Item header and name, ended and filled up with zeros to whole words.
    chunk = _SDES.pack(0x81, _SDES_TYPE, 4, own, 1, len(name)) + name
    return report + chunk + bytes(20 - len(chunk))
