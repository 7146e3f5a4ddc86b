"""Indexes, ticks and decode times, by properties."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.media import (
    DecodeClock,
    FragmentEntry,
    Sample,
    decode_times,
    pack_fragments,
    pack_samples,
    ticks_to_us,
    unpack_fragments,
    unpack_samples,
    us_to_ticks,
)

U32 = st.integers(0, 0xFFFF_FFFF)
BIG = st.integers(0, 2**56 - 1)
SAMPLES = st.lists(
    st.builds(
        Sample,
        U32,
        st.integers(0, 0x7FFF_FFFF),
        st.integers(-0x8000_0000, 0x7FFF_FFFF),
        st.booleans(),
    ),
    max_size=80,
)
ENTRIES = st.lists(
    st.builds(
        FragmentEntry, BIG, BIG, BIG, st.integers(1 - 2**56, 2**56 - 1), BIG, BIG, st.booleans()
    ),
    max_size=40,
)


@given(SAMPLES)
def test_samples_survive_packing(samples: list[Sample]) -> None:
    assert unpack_samples(pack_samples(samples)) == samples


@given(ENTRIES)
def test_fragments_survive_packing(entries: list[FragmentEntry]) -> None:
    assert unpack_fragments(pack_fragments(entries)) == entries


def test_an_ordinary_hour_packs_small() -> None:
    samples = [Sample(3600, 20_000 + number, 0, number == 0) for number in range(50)]
    assert len(pack_samples(samples)) < 6 * 50
    entries = [
        FragmentEntry(n * 1_000_000, 1_000_000, n, n * 2_000_000, n * 180_000, 180_000, True)
        for n in range(300)
    ]
    assert len(pack_fragments(entries)) < 12 * 300


@given(SAMPLES, st.data())
def test_a_cut_index_is_damage(samples: list[Sample], data: st.DataObject) -> None:
    packed = pack_samples(samples)
    keep = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(Error) as caught:
        unpack_samples(packed[:keep])
    assert caught.value.kind is Kind.FILE_DAMAGED


@pytest.mark.parametrize(
    "bad",
    [Sample(-1, 0, 0, True), Sample(0, 2**31, 0, True), Sample(0, 0, 2**31, True)],
)
def test_what_cannot_be_read_back_is_not_written(bad: Sample) -> None:
    with pytest.raises(Error) as caught:
        pack_samples([bad])
    assert caught.value.kind is Kind.INVALID_INPUT
    with pytest.raises(Error):
        pack_fragments([FragmentEntry(-1, 0, 0, 0, 0, 0, True)])


@given(st.integers(-(2**62), 2**62))
def test_ticks_go_to_microseconds_and_back(ticks: int) -> None:
    assert us_to_ticks(ticks_to_us(ticks)) == ticks
    assert abs(ticks_to_us(ticks) * 9 - ticks * 100) * 2 <= 9


def test_half_is_rounded_up() -> None:
    assert [us_to_ticks(us) for us in (0, 5, 6, 11, 50, -50)] == [0, 0, 1, 1, 5, -4]
    assert ticks_to_us(90_000) == 1_000_000


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=60))
def test_decode_times_grow_and_keep_presentation(pts: list[int]) -> None:
    times = decode_times(pts)
    assert [dts + cts for dts, cts in times] == pts
    assert all(a < b for (a, _), (b, _) in pairwise(times))
    assert times[0][0] == min(pts)


def test_decode_times_of_a_pyramid() -> None:
    assert decode_times([0, 4, 2, 1, 3]) == [(0, 0), (1, 3), (2, 0), (3, -2), (4, -1)]


@given(st.lists(st.tuples(st.integers(0, 2**40), st.booleans()), max_size=60))
def test_live_decode_times_grow_and_keep_presentation(shown: list[tuple[int, bool]]) -> None:
    clock = DecodeClock()
    times = [clock.next(pts, key) for pts, key in shown]
    assert [dts + cts for dts, cts in times] == [pts for pts, _ in shown]
    assert all(a < b for (a, _), (b, _) in pairwise(times))


def test_live_decode_times_are_presentation_times_without_reordering() -> None:
    clock = DecodeClock()
    assert [clock.next(pts, False) for pts in (5, 9, 30)] == [(5, 0), (9, 0), (30, 0)]
