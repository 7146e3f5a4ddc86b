"""Which file a fragment goes to, and that its row says what the file says."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorder_street import SECOND_US, START_US, Street, codec_config, placed

from farola.base import Kind
from farola.media import CodecConfig
from farola.recorder import segment_row
from farola.recorder.shelf import PlacedCut
from farola.store import scan

HOUR_US = 3_600 * SECOND_US
LAST_OF_HOUR_US = (START_US // HOUR_US + 1) * HOUR_US - 2 * SECOND_US


def files_of(street: Street, cuts: list[PlacedCut]) -> list[int]:
    """How many fragments stand in each of the stream's files after these."""
    shelf = street.shelf()
    for cut in cuts:
        shelf.append(cut)
    shelf.end_run(Kind.RECORDER_STOPPED, cuts[-1].end_us, None)
    assert street.check() == []
    rows = street.segments()
    for row in rows:
        found = segment_row(PurePosixPath(row.path), scan(street.parts.root / row.path))
        assert replace(row, open=False) == found
    return [len(scan(street.parts.root / row.path).fragments) for row in rows]


def test_a_segment_ends_after_ten_minutes(street: Street, h264: CodecConfig) -> None:
    cuts = [placed(h264, number, START_US + number * 200 * SECOND_US) for number in range(4)]
    assert files_of(street, cuts) == [3, 1]


def test_a_segment_ends_with_the_hour(street: Street, h264: CodecConfig) -> None:
    """Because the data key does."""
    times = [LAST_OF_HOUR_US + step * 2 * SECOND_US for step in (-1, 0, 1)]
    cuts = [placed(h264, number, at_us) for number, at_us in enumerate(times)]
    assert files_of(street, cuts) == [2, 1]
    keys = {scan(street.parts.root / row.path).header.key_id for row in street.segments()}
    assert len(keys) == 2


def test_another_codec_configuration_begins_a_segment(
    street: Street, h264: CodecConfig, tmp_path_factory: pytest.TempPathFactory
) -> None:
    small = codec_config(tmp_path_factory.mktemp("small"), width=160)
    cuts = [
        placed(config, number, START_US + number * 2 * SECOND_US)
        for number, config in enumerate([h264, h264, small, h264])
    ]
    assert files_of(street, cuts) == [2, 1, 1]
    assert [row.width for row in street.segments()] == [320, 160, 320]
    assert len({row.run_id for row in street.segments()}) == 1


def test_another_run_begins_a_segment(street: Street, h264: CodecConfig) -> None:
    cuts = [
        placed(h264, number, START_US + number * 2 * SECOND_US, run_id=run_id)
        for number, run_id in enumerate(["run-first", "run-first", "run-second"])
    ]
    assert files_of(street, cuts) == [2, 1]


def test_a_stepped_wall_clock_begins_a_segment(street: Street, h264: CodecConfig) -> None:
    back_us = START_US - 600 * SECOND_US
    cuts = [
        placed(h264, 0, START_US),
        placed(h264, 1, back_us, stepped=True),
        placed(h264, 2, back_us + 2 * SECOND_US),
    ]
    shelf = street.shelf()
    for cut in cuts:
        shelf.append(cut)
    shelf.end_run(Kind.RECORDER_STOPPED, START_US, None)
    assert len(street.segments()) == 2


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(ticks=st.lists(st.integers(81_000, 180_000), min_size=1, max_size=6))
def test_rows_end_where_files_end_whatever_the_picture_rate(
    street: Street, h264: CodecConfig, ticks: list[int]
) -> None:
    """30 pictures a second, or a camera that jitters: no duration is a whole microsecond."""
    shelf = street.shelf()
    at_us = (shelf.gaps.covered_until_us or START_US) + SECOND_US
    run_id = f"run-{at_us}"
    for number, duration in enumerate(ticks):
        cut = placed(h264, number, at_us, ticks=duration, run_id=run_id)
        shelf.append(cut)
        at_us = cut.end_us
    shelf.end_run(Kind.CLOSED_BY_CAMERA, at_us, None)
    newest = street.segments()[-1]
    found = segment_row(PurePosixPath(newest.path), scan(street.parts.root / newest.path))
    assert (newest.start_us, newest.end_us) == (found.start_us, found.end_us)


def test_a_hole_inside_a_run_is_told(street: Street, h264: CodecConfig) -> None:
    cuts = [
        placed(h264, 0, START_US),
        placed(h264, 1, START_US + 10 * SECOND_US, after_hole=True),
    ]
    assert files_of(street, cuts) == [2]
    assert [(gap.start_us, gap.end_us, gap.reason) for gap in street.gaps()] == [
        (START_US + 2 * SECOND_US, START_US + 10 * SECOND_US, Kind.STALLED)
    ]


def test_the_open_rows_lag_is_bounded(street: Street, h264: CodecConfig) -> None:
    shelf = street.shelf()
    for number in range(40):
        shelf.append(placed(h264, number, START_US + number * 2 * SECOND_US))
        (row,) = street.segments()
        assert row.open
        assert shelf.newest_end_us is not None
        assert shelf.newest_end_us - row.end_us <= 60 * SECOND_US
    shelf.end_run(Kind.RECORDER_STOPPED, START_US + 80 * SECOND_US, None)
    assert not street.segments()[0].open
