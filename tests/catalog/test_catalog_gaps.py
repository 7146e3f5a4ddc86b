"""Gaps: one lasts at most, none overlaps another."""

from dataclasses import replace

import pytest
from catalog_rows import NOW_US, new_camera
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.catalog import Catalog
from farola.model import Camera, Gap, Span, StreamKind

MAIN = StreamKind.MAIN
EVER = Span(0, 1 << 62)


def gap(camera: Camera, start: int, end: int | None, reason: Kind = Kind.STALLED) -> Gap:
    return Gap(camera.id, MAIN, NOW_US + start, None if end is None else NOW_US + end, reason, "")


def test_a_gap_lasts_until_it_is_ended(catalog: Catalog, camera: Camera) -> None:
    recordings = catalog.recordings
    recordings.begin_gap(gap(camera, 0, None))
    assert recordings.open_gaps() == [gap(camera, 0, None)]
    recordings.end_gap(camera.id, MAIN, NOW_US + 10)
    assert recordings.gaps(camera.id, MAIN, EVER) == [gap(camera, 0, 10)]
    assert recordings.open_gaps() == []
    recordings.end_gap(camera.id, MAIN, NOW_US + 20)
    assert recordings.gaps(camera.id, MAIN, EVER) == [gap(camera, 0, 10)]


def test_the_same_reason_goes_on_and_another_one_follows(catalog: Catalog, camera: Camera) -> None:
    recordings = catalog.recordings
    recordings.begin_gap(gap(camera, 0, None))
    recordings.begin_gap(gap(camera, 5, None))
    recordings.begin_gap(gap(camera, 9, None, Kind.UNREACHABLE))
    assert recordings.gaps(camera.id, MAIN, EVER) == [
        gap(camera, 0, 9),
        gap(camera, 9, None, Kind.UNREACHABLE),
    ]


def test_a_gap_that_would_end_before_it_began_never_was(catalog: Catalog, camera: Camera) -> None:
    catalog.recordings.begin_gap(gap(camera, 5, None))
    catalog.recordings.end_gap(camera.id, MAIN, NOW_US + 5)
    assert catalog.recordings.gaps(camera.id, MAIN, EVER) == []
    with pytest.raises(Error) as error:
        catalog.recordings.save_gap(gap(camera, 5, 5))
    assert error.value.kind is Kind.INVALID_INPUT


def test_a_saved_gap_replaces_the_one_of_its_start(catalog: Catalog, camera: Camera) -> None:
    catalog.recordings.save_gap(gap(camera, 0, None))
    catalog.recordings.save_gap(gap(camera, 0, 7, Kind.DISK_FULL))
    assert catalog.recordings.gaps(camera.id, MAIN, EVER) == [gap(camera, 0, 7, Kind.DISK_FULL)]


def test_streams_have_their_own_gaps(catalog: Catalog, camera: Camera) -> None:
    catalog.recordings.begin_gap(replace(gap(camera, 0, None), stream=StreamKind.SUB))
    assert catalog.recordings.gaps(camera.id, MAIN, EVER) == []
    catalog.recordings.end_gap(camera.id, MAIN, NOW_US + 1)
    assert len(catalog.recordings.open_gaps()) == 1


def test_what_a_camera_says_is_kept_in_bounds(catalog: Catalog, camera: Camera) -> None:
    hostile = "401 \x1b[31m\x00\ud800" + "x" * 1_000
    catalog.recordings.begin_gap(replace(gap(camera, 0, None), detail=hostile))
    (found,) = catalog.recordings.open_gaps()
    assert found.detail.startswith("401 \ufffd[31m\ufffd\ufffdx")
    assert len(found.detail) == 500


@given(
    edges=st.lists(st.integers(0, 200), max_size=12, unique=True).map(sorted),
    lasts=st.booleans(),
    asked=st.tuples(st.integers(-10, 210), st.integers(1, 60)),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_gaps_of_a_span_are_those_that_touch_it(
    sqlite_catalog: Catalog, edges: list[int], lasts: bool, asked: tuple[int, int]
) -> None:
    camera = sqlite_catalog.cameras.add(new_camera(str(len(sqlite_catalog.cameras.list()))))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    stored = [gap(camera, start, end) for start, end in pairs]
    if lasts and stored:
        stored[-1] = replace(stored[-1], end_us=None)
    for each in stored:
        sqlite_catalog.recordings.save_gap(each)
    span = Span(NOW_US + asked[0], NOW_US + asked[0] + asked[1])
    assert sqlite_catalog.recordings.gaps(camera.id, MAIN, span) == [
        each
        for each in stored
        if each.start_us < span.end_us and (each.end_us is None or each.end_us > span.start_us)
    ]
