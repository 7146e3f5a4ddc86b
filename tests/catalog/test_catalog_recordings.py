"""Runs and segments, and what was recorded when."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from catalog_rows import FRAGMENT_US, NOW_US, new_camera, segment

from farola.base import Error, Kind
from farola.catalog import LONGEST_US, Catalog
from farola.model import Camera, Gap, Run, Span, StreamKind

MAIN = StreamKind.MAIN
TEN_MINUTES_US = 600_000_000


def test_a_run_is_stored_replaced_and_ended(catalog: Catalog, run: Run) -> None:
    recordings = catalog.recordings
    assert recordings.run("run-1") == run
    recordings.set_camera_offset("run-1", -1_500_000)
    assert recordings.open_runs() == [replace(run, camera_offset_us=-1_500_000)]
    recordings.end_run("run-1", NOW_US + 9, Kind.STALLED)
    ended = replace(run, end_us=NOW_US + 9, end_reason=Kind.STALLED, camera_offset_us=-1_500_000)
    assert recordings.run("run-1") == ended
    assert recordings.open_runs() == []
    recordings.begin_run(run)
    assert recordings.run("run-1") == run
    assert recordings.run("run-2") is None


def test_runs_that_touch_a_span(catalog: Catalog, run: Run) -> None:
    recordings = catalog.recordings
    recordings.end_run("run-1", NOW_US + 10, Kind.STALLED)
    recordings.begin_run(replace(run, id="run-2", start_us=NOW_US + 20))

    def found(start_us: int, end_us: int) -> list[str]:
        span = Span(NOW_US + start_us, NOW_US + end_us)
        return [each.id for each in recordings.runs(run.camera_id, MAIN, span)]

    assert found(-5, 0) == []
    assert found(-5, 1) == ["run-1"]
    assert found(10, 20) == []
    assert found(9, 21) == ["run-1", "run-2"]
    assert found(1_000, 2_000) == ["run-2"]


def test_an_unknown_run_or_camera_is_not_found(catalog: Catalog, run: Run) -> None:
    with pytest.raises(Error) as error:
        catalog.recordings.end_run("run-2", NOW_US, Kind.STALLED)
    assert error.value.kind is Kind.NOT_FOUND
    with pytest.raises(Error) as error:
        catalog.recordings.begin_run(replace(run, camera_id="cam-x"))
    assert error.value.kind is Kind.NOT_FOUND
    span = Span(0, NOW_US)
    assert catalog.recordings.segments("cam-x", MAIN, span) == []
    assert catalog.recordings.spans("cam-x", MAIN, span) == []
    assert catalog.recordings.gaps("cam-x", MAIN, span) == []
    assert catalog.recordings.days("cam-x", MAIN, span, ZoneInfo("UTC")) == []
    assert catalog.recordings.newest_end_us("cam-x", MAIN) is None


def test_a_segment_is_replaced_by_its_path_and_closed(catalog: Catalog, run: Run) -> None:
    recordings = catalog.recordings
    first = segment(run.camera_id, NOW_US, 5, open=True)
    recordings.save_segment(first)
    assert recordings.open_segments() == [first]
    grown = replace(segment(run.camera_id, NOW_US, 9), open=True)
    recordings.save_segment(grown)
    assert recordings.segment(first.path) == grown
    assert recordings.open_segments() == [grown]
    closed = replace(grown, open=False)
    recordings.save_segment(closed)
    assert recordings.open_segments() == []
    assert list(recordings.all_segments()) == [closed]
    recordings.delete_segment(closed.path)
    assert recordings.segment(closed.path) is None


def test_a_closed_segment_can_be_opened_again(catalog: Catalog, run: Run) -> None:
    closed = segment(run.camera_id, NOW_US)
    catalog.recordings.save_segment(closed)
    catalog.recordings.save_segment(replace(closed, open=True))
    assert catalog.recordings.open_segments() == [replace(closed, open=True)]


def test_segments_that_touch_a_span(catalog: Catalog, run: Run) -> None:
    recordings = catalog.recordings
    for number in range(4):
        recordings.save_segment(segment(run.camera_id, NOW_US + number * TEN_MINUTES_US))

    def found(start_us: int, end_us: int) -> list[int]:
        span = Span(NOW_US + start_us, NOW_US + end_us)
        segments = recordings.segments(run.camera_id, MAIN, span)
        return [(each.start_us - NOW_US) // TEN_MINUTES_US for each in segments]

    assert found(-1, 0) == []
    assert found(-1, 1) == [0]
    assert found(TEN_MINUTES_US - 1, TEN_MINUTES_US) == [0]
    assert found(TEN_MINUTES_US, TEN_MINUTES_US + 1) == [1]
    assert found(0, 4 * TEN_MINUTES_US) == [0, 1, 2, 3]
    assert recordings.segments(run.camera_id, StreamKind.SUB, Span(0, 1 << 62)) == []
    assert recordings.newest_end_us(run.camera_id, MAIN) == NOW_US + 4 * TEN_MINUTES_US


def test_the_longest_segment_is_found_by_its_last_microsecond(catalog: Catalog, run: Run) -> None:
    longest = replace(segment(run.camera_id, NOW_US), end_us=NOW_US + LONGEST_US)
    catalog.recordings.save_segment(longest)
    span = Span(longest.end_us - 1, longest.end_us)
    assert catalog.recordings.segments(run.camera_id, MAIN, span) == [longest]
    with pytest.raises(Error) as error:
        catalog.recordings.save_segment(replace(longest, end_us=longest.end_us + 1))
    assert error.value.kind is Kind.INVALID_INPUT


@pytest.mark.parametrize(
    "change",
    [
        {"path": ""},
        {"path": "x" * 256},
        {"codec": "x" * 65},
        {"width": -1},
        {"height": 1 << 17},
        {"size": -1},
        {"index": b"x" * ((1 << 20) + 1)},
        {"start_us": -5, "end_us": 5},
        {"start_us": 1 << 63, "end_us": 1 << 63},
        {"end_us": NOW_US - 1},
    ],
)
def test_a_segment_out_of_bounds_is_refused(
    catalog: Catalog, run: Run, change: dict[str, object]
) -> None:
    with pytest.raises(Error) as error:
        catalog.recordings.save_segment(replace(segment(run.camera_id, NOW_US), **change))
    assert error.value.kind is Kind.INVALID_INPUT


def test_a_segment_needs_its_run(catalog: Catalog, camera: Camera) -> None:
    with pytest.raises(Error) as error:
        catalog.recordings.save_segment(segment(camera.id, NOW_US))
    assert error.value.kind is Kind.CONFLICT


@pytest.mark.parametrize("span", [Span(-(10**30), 10**30), Span(0, 0), Span(9, 1), Span(0, -1)])
def test_absurd_spans_find_nothing_or_everything_but_never_fail(
    catalog: Catalog, run: Run, span: Span
) -> None:
    recordings = catalog.recordings
    recordings.save_segment(segment(run.camera_id, NOW_US))
    assert recordings.segments(run.camera_id, MAIN, span) == []
    assert recordings.spans(run.camera_id, MAIN, span) == []
    assert recordings.gaps(run.camera_id, MAIN, span) == []


def test_spans_merge_neighbours_and_are_clipped(catalog: Catalog, run: Run) -> None:
    recordings = catalog.recordings
    for start_us in (0, TEN_MINUTES_US + 90_000, 3 * TEN_MINUTES_US):
        recordings.save_segment(segment(run.camera_id, NOW_US + start_us))
    asked = Span(NOW_US + 10, NOW_US + 3 * TEN_MINUTES_US + 10)
    assert recordings.spans(run.camera_id, MAIN, asked) == [
        Span(NOW_US + 10, NOW_US + 2 * TEN_MINUTES_US + 90_000),
        Span(NOW_US + 3 * TEN_MINUTES_US, NOW_US + 3 * TEN_MINUTES_US + 10),
    ]


def test_a_hole_inside_a_segment_shows_where_a_gap_or_an_edge_asks_for_it(
    catalog: Catalog, run: Run
) -> None:
    recordings = catalog.recordings
    hole = Span(NOW_US + 10 * FRAGMENT_US, NOW_US + 12 * FRAGMENT_US)
    recordings.save_segment(segment(run.camera_id, NOW_US, missing=frozenset({10, 11})))
    whole = Span(NOW_US, NOW_US + 300 * FRAGMENT_US)
    inside = Span(hole.start_us - 1, whole.end_us)
    assert recordings.spans(run.camera_id, MAIN, whole) == [whole]
    assert recordings.spans(run.camera_id, MAIN, inside) == [
        Span(inside.start_us, hole.start_us),
        Span(hole.end_us, whole.end_us),
    ]
    recordings.save_gap(
        Gap(run.camera_id, MAIN, hole.start_us, hole.end_us, Kind.DISK_SLOW, "queue full")
    )
    assert recordings.spans(run.camera_id, MAIN, whole) == [
        Span(whole.start_us, hole.start_us),
        Span(hole.end_us, whole.end_us),
    ]


def test_a_segment_with_an_unreadable_index_counts_whole(catalog: Catalog, run: Run) -> None:
    broken = replace(segment(run.camera_id, NOW_US), index=b"\xff")
    catalog.recordings.save_segment(broken)
    asked = Span(NOW_US + 5, NOW_US + 1_000_000)
    assert catalog.recordings.spans(run.camera_id, MAIN, asked) == [asked]


def test_days_are_local_and_their_length_is_the_recorded_one(catalog: Catalog, run: Run) -> None:
    zone = ZoneInfo("America/Argentina/Buenos_Aires")  # UTC-3: NOW is 03:00 there
    start_us = NOW_US - 3 * 3_600_000_000 - 60_000_000  # a minute before local midnight
    catalog.recordings.save_segment(segment(run.camera_id, start_us))
    catalog.recordings.begin_run(replace(run, id="run-2"))
    overlap = segment(run.camera_id, start_us + 5, run_id="run-2", fragments=2)
    catalog.recordings.save_segment(overlap)  # counts once
    days = catalog.recordings.days(run.camera_id, MAIN, Span(0, NOW_US), zone)
    assert [(str(day.day), day.recorded_us) for day in days] == [
        ("2026-11-23", 60_000_000),
        ("2026-11-24", 540_000_000),
    ]


def test_a_batch_is_one_transaction(catalog: Catalog, run: Run) -> None:
    one, two = (segment(run.camera_id, NOW_US + n * TEN_MINUTES_US) for n in range(2))

    def both() -> None:
        with catalog.batch():
            catalog.recordings.save_segment(one)
            assert catalog.recordings.segment(one.path) == one
            catalog.recordings.save_segment(replace(two, run_id="run-x"))

    with pytest.raises(Error) as error:
        both()
    assert error.value.kind is Kind.CONFLICT
    assert catalog.recordings.segment(one.path) is None
    with catalog.batch(), catalog.batch():
        catalog.recordings.save_segment(one)
    assert catalog.recordings.segment(one.path) == one


def test_a_rolled_back_camera_leaves_no_stream_number_behind(catalog: Catalog) -> None:
    def fail() -> None:
        with catalog.batch():
            camera = catalog.cameras.add(new_camera(), camera_id="cam-1")
            catalog.recordings.begin_run(Run("r", camera.id, MAIN, NOW_US, None, None, None))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    other = catalog.cameras.add(new_camera(), camera_id="cam-2")
    assert catalog.recordings.gaps("cam-1", MAIN, Span(0, 1 << 62)) == []
    with pytest.raises(Error):
        catalog.recordings.begin_run(Run("r", "cam-1", MAIN, NOW_US, None, None, None))
    catalog.recordings.begin_run(Run("r", other.id, MAIN, NOW_US, None, None, None))


def test_what_a_killed_recorder_left_open_is_closed(catalog: Catalog, run: Run) -> None:
    recordings = catalog.recordings
    other = catalog.cameras.add(new_camera("other"))
    recordings.begin_run(replace(run, id="run-o", camera_id=other.id))
    recordings.save_segment(segment(run.camera_id, NOW_US, open=True))
    recordings.save_segment(segment(other.id, NOW_US, run_id="run-o", open=True))
    now_us = NOW_US + 10 * TEN_MINUTES_US

    assert recordings.close_after_crash(now_us, [run.camera_id]) == [run]

    end_us = NOW_US + TEN_MINUTES_US
    ended = recordings.run(run.id)
    assert ended == replace(run, end_us=end_us, end_reason=Kind.RECORDER_KILLED)
    assert [each.camera_id for each in recordings.open_segments()] == [other.id]
    gap = Gap(run.camera_id, MAIN, end_us, None, Kind.RECORDER_KILLED, "")
    assert recordings.open_gaps() == [gap]
    assert [each.id for each in recordings.close_after_crash(now_us)] == ["run-o"]
    assert recordings.close_after_crash(now_us) == []
    assert recordings.open_segments() == []
    recordings.end_gap(run.camera_id, MAIN, now_us)
    asked = Span(NOW_US, now_us)
    assert recordings.gaps(run.camera_id, MAIN, asked) == [replace(gap, end_us=now_us)]


def test_a_run_that_ended_in_a_lasting_gap_gets_no_second_one(catalog: Catalog, run: Run) -> None:
    gap = Gap(run.camera_id, MAIN, NOW_US, None, Kind.DISK_FULL, "")
    catalog.recordings.begin_gap(gap)
    catalog.recordings.close_after_crash(NOW_US + 5)
    assert catalog.recordings.open_gaps() == [gap]
