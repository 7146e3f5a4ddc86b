"""H.264 payloads after RFC 6184, byte by byte."""

import pytest
from rtp_packets import PAYLOAD_TYPE, SSRC, Receiver, framed, frames, rtp

from farola.base import Error, Kind

SPS = bytes.fromhex("674d401f965200f0087d8088")
PPS = bytes.fromhex("68ea8f2c")
IDR = b"\x65\x88\x84" + bytes(range(200)) * 20
SLICE = b"\x41\x9a\x02" + bytes(range(100))


def test_single_nal_units_make_one_picture_at_the_marker() -> None:
    got = Receiver().feed(
        framed(rtp(1, 90, SPS)), framed(rtp(2, 90, PPS)), framed(rtp(3, 90, SLICE, marker=True))
    )
    assert got.nals == [[SPS, PPS, SLICE]]
    unit = got.units[0]
    assert (unit.key, unit.lost, unit.damaged, unit.arrival_us) == (False, 0, False, 1_000)
    assert unit.parameter_sets == (SPS, PPS)


def test_stap_a_is_taken_apart() -> None:
    # RFC 6184, 5.7.1: type 24, then 16-bit sizes.
    payload = b"\x78" + b"".join(len(n).to_bytes(2) + n for n in (SPS, PPS, SLICE))
    got = Receiver().feed(framed(rtp(1, 0, payload, marker=True)))
    assert got.nals == [[SPS, PPS, SLICE]]


def test_stap_a_with_a_size_beyond_its_end_keeps_what_is_whole() -> None:
    payload = b"\x78" + len(SLICE).to_bytes(2) + SLICE + b"\xff\xff\x01"
    got = Receiver().feed(framed(rtp(1, 0, payload, marker=True)))
    assert got.nals == [[SLICE]]
    assert got.units[0].damaged


def test_fragments_are_joined_and_the_length_filled_in() -> None:
    got = Receiver().feed(*frames([SPS, PPS, IDR], 7, 500))
    assert got.nals == [[SPS, PPS, IDR]]
    assert got.units[0].key


def test_the_fast_path_takes_what_the_slow_one_would() -> None:
    packets = frames([IDR], 65_530, 3)
    whole, single = Receiver().feed(*packets), Receiver()
    for packet in packets:
        single.feed(packet)
    assert whole.nals == single.nals == [[IDR]]
    a, b = whole.depacketiser.sequence, single.depacketiser.sequence
    assert (a.received, a.expected, a.cycles) == (b.received, b.expected, b.cycles)


@pytest.mark.parametrize("gone", range(1, 4))
def test_a_missing_fragment_cuts_the_unit_off(gone: int) -> None:
    packets = frames([SPS, IDR], 1, 0)
    del packets[gone]
    got = Receiver().feed(*packets, *frames([SLICE], 7, 3600))
    assert got.nals == [[SLICE]]
    assert got.units[0].lost == 1
    assert not got.units[0].damaged


def test_a_missing_slice_marks_the_picture() -> None:
    packets = frames([SLICE, SLICE, SLICE], 1, 0)
    got = Receiver().feed(packets[0], packets[2])
    assert got.nals == [[SLICE, SLICE]]
    assert (got.units[0].lost, got.units[0].damaged) == (1, True)


def test_a_missing_first_slice_marks_the_next_picture() -> None:
    later = b"\x41\x20" + bytes(50)  # first_mb_in_slice is not 0
    got = Receiver().feed(*frames([SLICE], 1, 0))
    got.feed(framed(rtp(3, 3600, later, marker=True)))
    assert [unit.damaged for unit in got.units] == [False, True]


def test_without_markers_the_time_stamp_ends_a_picture() -> None:
    got = Receiver().feed(*(framed(rtp(n, n * 3600, SLICE)) for n in range(4)))
    assert got.nals == [[SLICE]] * 3
    got.depacketiser.flush()
    assert len(got.units) == 4


def test_a_marker_that_comes_too_early_is_not_trusted_again() -> None:
    packets = [framed(rtp(n, n // 2 * 3600, SLICE, marker=True)) for n in range(8)]
    got = Receiver().feed(*packets)
    assert got.nals == [[SLICE], [SLICE], [SLICE, SLICE], [SLICE, SLICE]]
    assert [unit.damaged for unit in got.units] == [False, True, False, False]


def test_a_marker_on_parameter_sets_ends_nothing() -> None:
    got = Receiver().feed(
        framed(rtp(1, 0, SPS, marker=True)),
        framed(rtp(2, 0, PPS, marker=True)),
        *frames([IDR], 3, 0),
    )
    assert got.nals == [[SPS, PPS, IDR]]
    assert not got.units[0].damaged


def test_parameter_sets_with_a_time_of_their_own_join_the_next_picture() -> None:
    got = Receiver().feed(framed(rtp(1, 0, SPS)), framed(rtp(2, 0, PPS)), *frames([IDR], 3, 3600))
    assert got.nals == [[SPS, PPS, IDR]]


def test_parameter_sets_are_told_only_when_they_change() -> None:
    other = SPS[:4] + b"\x97" + SPS[5:]
    got = Receiver(sets=(SPS, PPS))
    for number, sps in enumerate([SPS, other, other, SPS]):
        got.feed(*frames([sps, PPS, SLICE], 3 * number, number * 3600))
    assert [unit.parameter_sets for unit in got.units] == [None, (other, PPS), None, (SPS, PPS)]


def test_a_recovery_point_is_a_key_only_where_there_is_no_idr() -> None:
    recovery = b"\x06\x06\x01\xc4\x80"  # payload type 6, size 1, recovery_frame_cnt 0
    gradual = b"\x06\x06\x01\x54\x80"
    timing = b"\x06\x05\x02\xaa\xbb\x06\x01\xc4\x80"
    got = Receiver()
    for number, sei in enumerate([recovery, gradual, timing]):
        got.feed(*frames([sei, SLICE], 2 * number, number * 3600))
    got.feed(*frames([IDR[:100]], 6, 10800), *frames([recovery, SLICE], 7, 14400))
    assert [unit.key for unit in got.units] == [True, False, True, True, False]


def test_duplicates_and_late_packets_are_counted_and_dropped() -> None:
    a, b, c, d = (framed(rtp(n, n * 3600, SLICE, marker=True)) for n in range(4))
    got = Receiver().feed(a, a, c, b, d)
    assert len(got.units) == 3
    sequence = got.depacketiser.sequence
    assert (sequence.duplicates, sequence.lost, sequence.late) == (1, 1, 1)
    assert [unit.lost for unit in got.units] == [0, 1, 0]


def test_time_stamps_wrap_and_step_back_for_reordered_pictures() -> None:
    got = Receiver()
    stamps = [0xFFFFF000, 0xFFFFF000 + 7200, 0xFFFFF000 + 3600, 0xFFFFF000 + 10800]
    for number, stamp in enumerate(stamps):
        got.feed(*frames([SLICE], 65_534 + number, stamp))
    first = got.units[0].ticks
    assert [unit.ticks - first for unit in got.units] == [0, 7200, 3600, 10800]
    assert got.depacketiser.sequence.lost == 0
    assert got.depacketiser.sequence.cycles == 0x10000


def test_header_extensions_padding_and_csrcs_are_passed_over() -> None:
    base = rtp(1, 0, SLICE, marker=True)
    csrc = bytes([base[0] | 2]) + base[1:12] + bytes(8) + SLICE
    extension = bytes([base[0] | 0x10]) + base[1:12] + b"\xbe\xde\0\1abcd" + SLICE
    padding = bytes([base[0] | 0x20]) + base[1:] + b"\0\0\0\4"
    for packet in (csrc, extension, padding):
        assert Receiver().feed(framed(packet)).nals == [[SLICE]]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80\x60\0\1",
        b"\x40" + rtp(1, 0, SLICE)[1:],  # version 1
        b"\x8f" + rtp(1, 0, b"")[1:],  # 15 CSRCs that are not there
        b"\x90" + rtp(1, 0, b"\xbe\xde\xff\xff")[1:],  # an extension beyond the end
        b"\xa0" + rtp(1, 0, b"\xff")[1:],  # more padding than packet
        b"\xa0" + rtp(1, 0, b"ab\0")[1:],  # padding of 0
    ],
)
def test_a_malformed_packet_is_counted(packet: bytes) -> None:
    got = Receiver().feed(framed(packet), *frames([SLICE], 2, 0))
    assert got.nals == [[SLICE]]
    assert got.depacketiser.malformed == 1


@pytest.mark.parametrize("strange", [{"ssrc": SSRC + 1}, {"payload_type": PAYLOAD_TYPE + 1}])
def test_nothing_but_packets_of_others_ends_the_run(strange: dict[str, int]) -> None:
    got = Receiver().feed(*frames([SLICE], 0, 0))
    packets = [framed(rtp(n, n, SLICE, **strange)) for n in range(1, 100)]
    with pytest.raises(Error) as error:
        got.feed(*packets)
    assert error.value.kind is Kind.PROTOCOL_VIOLATION
    assert len(got.units) == 1


def test_a_picture_without_end_is_refused() -> None:
    fragment = b"\x7c\x05" + bytes(60_000)
    packets = [framed(rtp(0, 0, b"\x7c\x85" + bytes(60_000)))]
    packets += [framed(rtp(n, 0, fragment)) for n in range(1, 20)]
    got = Receiver()

    def feed_one_by_one() -> None:
        for packet in packets:
            got.feed(packet)

    with pytest.raises(Error) as error:
        feed_one_by_one()
    assert error.value.kind is Kind.PROTOCOL_VIOLATION
    assert len(got.depacketiser.buffer) < (1 << 20) + 70_000


@pytest.mark.parametrize("kind", [0, 25, 26, 27, 29, 30, 31])
def test_payloads_that_were_not_agreed_damage_the_picture(kind: int) -> None:
    got = Receiver().feed(framed(rtp(1, 0, bytes([kind]) + b"abc")), *frames([SLICE], 2, 0))
    assert got.nals == [[SLICE]]
    assert got.units[0].damaged


def test_a_unit_known_to_be_broken_is_left_out() -> None:
    got = Receiver().feed(framed(rtp(1, 0, b"\xe5abc")), *frames([SLICE], 2, 0))
    assert got.nals == [[SLICE]]
    assert got.units[0].damaged


def test_a_fragment_without_its_end_is_kept_but_not_trusted() -> None:
    start = framed(rtp(1, 0, b"\x7c\x85\x88abc"))
    got = Receiver().feed(start, *frames([SLICE], 2, 3600))
    assert got.nals == [[b"\x65\x88abc"], [SLICE]]
    assert [unit.damaged for unit in got.units] == [True, False]


def test_units_of_one_byte_are_kept() -> None:
    end_of_sequence = b"\x0a"
    got = Receiver().feed(*frames([SLICE, end_of_sequence], 0, 0))
    assert got.nals == [[SLICE, end_of_sequence]]
    assert not got.units[0].damaged


def test_an_empty_packet_after_a_loss_marks_the_picture() -> None:
    got = Receiver().feed(*frames([SLICE], 0, 0), framed(rtp(2, 3600, b"")))
    got.feed(framed(rtp(3, 3600, SLICE, marker=True)))
    assert [unit.damaged for unit in got.units] == [False, True]
