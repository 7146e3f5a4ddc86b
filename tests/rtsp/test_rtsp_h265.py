"""H.265 payloads after RFC 7798, byte by byte."""

import pytest
from rtp_packets import Receiver, framed, rtp

VPS = bytes.fromhex("40010c01ffff01600000030090000003")
SPS = bytes.fromhex("420101016000000300900000030000")[:-2] + b"\x5d"
PPS = bytes.fromhex("4401c172b46240")
IDR = b"\x26\x01\xaf" + bytes(range(1, 200)) * 10
TRAIL = b"\x02\x01\xd0" + bytes(range(1, 100))


def fragments(nal: bytes, sequence: int, stamp: int, size: int = 500) -> list[bytes]:
    """RFC 7798, 4.4.3: the payload header with type 49, then S, E and the unit's own type."""
    parts = [nal[at : at + size] for at in range(2, len(nal), size)]
    head = bytes([nal[0] & 0x81 | 49 << 1, nal[1]])
    packets = []
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        flags = (0x80 if index == 0 else 0) | (0x40 if last else 0) | nal[0] >> 1 & 63
        packets.append(
            framed(rtp(sequence + index, stamp, head + bytes([flags]) + part, marker=last))
        )
    return packets


def test_single_units_aggregates_and_fragments() -> None:
    aggregate = b"\x60\x01" + b"".join(len(n).to_bytes(2) + n for n in (VPS, SPS, PPS))
    got = Receiver("h265").feed(
        framed(rtp(1, 0, aggregate)),
        *fragments(IDR, 2, 0),
        framed(rtp(6, 3600, TRAIL, marker=True)),
    )
    assert got.nals == [[VPS, SPS, PPS, IDR], [TRAIL]]
    assert [unit.key for unit in got.units] == [True, False]
    assert got.units[0].parameter_sets == (VPS, SPS, PPS)
    assert got.depacketiser.sequence.lost == 0


@pytest.mark.parametrize("kind", range(64))
def test_only_irap_pictures_are_keys(kind: int) -> None:
    got = Receiver("h265")
    got.feed(framed(rtp(1, 0, bytes([kind << 1, 1]) + b"\xaf" + bytes(20), marker=True)))
    assert [unit.key for unit in got.units] == ([16 <= kind <= 21] if kind < 32 else [])


@pytest.mark.parametrize("gone", range(4))
def test_a_missing_fragment_cuts_the_unit_off(gone: int) -> None:
    packets = [framed(rtp(0, 0, TRAIL, marker=True)), *fragments(IDR, 1, 3600)]
    del packets[1 + gone]
    got = Receiver("h265").feed(*packets, *fragments(IDR, 5, 7200))
    assert got.nals == [[TRAIL], [IDR]]
    assert [unit.lost for unit in got.units] == [0, 1]
    assert not got.units[1].damaged


def test_the_fast_path_takes_what_the_slow_one_would() -> None:
    packets = fragments(IDR, 65_534, 0)
    single = Receiver("h265")
    for packet in packets:
        single.feed(packet)
    assert Receiver("h265").feed(*packets).nals == single.nals == [[IDR]]


def test_a_lost_picture_start_is_noticed() -> None:
    later = b"\x02\x01\x50" + bytes(50)  # first_slice_segment_in_pic_flag is 0
    got = Receiver("h265").feed(framed(rtp(0, 0, TRAIL, marker=True)))
    got.feed(framed(rtp(2, 3600, later, marker=True)))
    assert [unit.damaged for unit in got.units] == [False, True]


def test_malformed_aggregates_keep_what_is_whole() -> None:
    payload = b"\x60\x01" + len(TRAIL).to_bytes(2) + TRAIL + b"\x10\0a"
    got = Receiver("h265").feed(framed(rtp(1, 0, payload, marker=True)))
    assert got.nals == [[TRAIL]]
    assert got.units[0].damaged
