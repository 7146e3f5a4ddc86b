"""The arithmetic of spans, against sets of instants."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from farola.base import Kind
from farola.catalog import spans
from farola.model import Gap, Span, StreamKind

small = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], sum(pair)))
bounds = st.lists(small, max_size=12)


def instants(some: list[Span] | list[tuple[int, int]]) -> set[int]:
    pairs = [(each.start_us, each.end_us) if isinstance(each, Span) else each for each in some]
    return {instant for start, end in pairs for instant in range(start, end)}


@given(bounds)
def test_merging_without_tolerance_keeps_every_instant_and_no_other(
    some: list[tuple[int, int]],
) -> None:
    merged = spans.merge(some, 0)
    assert instants(merged) == instants(some)
    assert all(one.end_us < two.start_us for one, two in itertools.pairwise(merged))


@given(bounds, st.integers(0, 10))
def test_merging_closes_holes_up_to_the_tolerance_and_no_longer_ones(
    some: list[tuple[int, int]], tolerance: int
) -> None:
    merged = spans.merge(some, tolerance)
    assert instants(some) <= instants(merged)
    exact = spans.merge(some, 0)
    holes = [
        two.start_us - one.end_us
        for one, two in itertools.pairwise(exact)
        if two.start_us - one.end_us > tolerance
    ]
    assert len(merged) == len(holes) + bool(exact)


@given(bounds, small)
def test_clipping_is_intersection(some: list[tuple[int, int]], within: tuple[int, int]) -> None:
    merged = spans.merge(some, 0)
    assert instants(spans.clip(merged, Span(*within))) == instants(merged) & instants([within])


@given(
    st.lists(
        st.tuples(st.integers(0, 4_000_000_000), st.integers(1, 400_000)), min_size=1, max_size=6
    ),
    st.sampled_from(
        [
            "UTC",
            "America/Argentina/Buenos_Aires",
            "Europe/Madrid",
            "America/Santiago",  # clocks change at midnight
            "Pacific/Apia",  # had no 2011-12-30
            "Asia/Kathmandu",
        ]
    ),
)
def test_days_add_up_and_each_is_the_local_day_of_its_instants(
    seconds: list[tuple[int, int]], zone_name: str
) -> None:
    zone = ZoneInfo(zone_name)
    merged = spans.merge([(s * 1_000_000, (s + length) * 1_000_000) for s, length in seconds])
    days = spans.per_day(merged, zone)
    assert sum(day.recorded_us for day in days) == sum(s.end_us - s.start_us for s in merged)
    assert [day.day for day in days] == sorted({day.day for day in days})
    assert all(0 < day.recorded_us <= 25 * 3_600_000_000 for day in days)
    for span in merged:
        first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=span.start_us)
        assert first.astimezone(zone).date() in {day.day for day in days}


def test_a_day_with_a_clock_change_is_longer() -> None:
    zone = ZoneInfo("Europe/Madrid")
    start = datetime(2026, 10, 25, tzinfo=zone)
    start_us = int(start.timestamp()) * 1_000_000
    days = spans.per_day([Span(start_us, start_us + 25 * 3_600_000_000)], zone)
    assert days == [spans.RecordedDay(date(2026, 10, 25), 25 * 3_600_000_000)]


def test_only_cut_or_interrupted_segments_are_doubtful() -> None:
    second = 1_000_000
    some = [(0, 10 * second), (10 * second, 20 * second), (20 * second, 30 * second)]
    assert spans.doubtful(some, Span(0, 30 * second), []) == []
    assert spans.doubtful(some, Span(1, 30 * second), []) == [some[0]]
    assert spans.doubtful(some, Span(0, 29 * second), []) == [some[2]]
    gap = Gap("c", StreamKind.MAIN, 12 * second, 13 * second, Kind.STALLED, "")
    assert spans.doubtful(some, Span(0, 30 * second), [gap]) == [some[1]]
    lasting = Gap("c", StreamKind.MAIN, 30 * second, None, Kind.STALLED, "")
    assert spans.doubtful(some, Span(0, 30 * second), [lasting]) == []
