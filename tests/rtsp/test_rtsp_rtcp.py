"""RTCP after RFC 3550, and NTP time through its eras."""

from datetime import UTC, datetime
from struct import pack, unpack

import pytest

from farola.rtsp.rtcp import Report, ntp_to_us, parse_rtcp, receiver_report


def us(year: int, month: int = 1, day: int = 1) -> int:
    moment = datetime(year, month, day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return moment.days * 86_400_000_000


def ntp(us: int) -> int:
    """What a camera sends: seconds since 1900 in 32 bits, then the fraction."""
    seconds, rest = divmod(us + 2_208_988_800_000_000, 1_000_000)
    return (seconds & 0xFFFFFFFF) << 32 | (rest << 32) // 1_000_000


def parse(data: bytes) -> tuple[list[Report], list[int]]:
    return parse_rtcp(data, 0, len(data))


def test_a_compound_packet() -> None:
    sender = pack(">BBHIQIII", 0x80, 200, 6, 7, 0x0102030405060708, 90_000, 1, 2)
    names = pack(">BBHI", 0x81, 202, 2, 7) + b"\1\1a\0"
    goodbye = pack(">BBHII", 0x82, 203, 2, 7, 8)
    assert parse(sender + names + goodbye) == ([Report(7, 0x0102030405060708, 90_000)], [7, 8])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\xc8",
        pack(">BBHI", 0x80, 200, 6, 7),  # shorter than it says
        pack(">BBHI", 0x40, 200, 1, 7),  # version 1
        pack(">BBHI", 0x80, 200, 0, 7) * 9,  # no progress
        pack(">BBHI", 0x80, 200, 1, 7),  # a sender report without its body
    ],
)
def test_a_malformed_packet_tells_nothing(data: bytes) -> None:
    assert parse(data) == ([], [])


@pytest.mark.parametrize(
    "camera", [us(2026, 11, 24), us(2035, 12, 31), us(2036, 2, 8), us(2038, 1, 20)]
)
@pytest.mark.parametrize("now", [us(2026, 11, 24), us(2036, 2, 7), us(2040)])
def test_ntp_is_read_in_the_era_nearest_to_now(camera: int, now: int) -> None:
    assert ntp_to_us(ntp(camera + 123_456), now) == camera + 123_456


def test_a_camera_that_counts_from_its_start_or_has_no_clock() -> None:
    assert ntp_to_us(ntp(us(1970)), us(2026)) == us(1970)
    assert ntp_to_us(0x0000000012345678, us(2026)) is None


def test_a_receiver_report_is_a_compound_with_a_name() -> None:
    data = receiver_report(
        1, 2, fraction=64, lost=0x1_0000_0000, highest=0x10005, last_report=9, delay=65_536
    )
    assert len(data) % 4 == 0
    first, kind, words, own, source, lost, highest, jitter, last, delay = unpack(
        ">BBH7I", data[:32]
    )
    assert (first, kind, words, own, source) == (0x81, 201, 7, 1, 2)
    assert (lost, highest, jitter, last, delay) == (64 << 24 | 0x7FFFFF, 0x10005, 0, 9, 65_536)
    assert data[33] == 202
    assert 4 * (int.from_bytes(data[34:36]) + 1) == len(data) - 32
