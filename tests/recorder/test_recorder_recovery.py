"""After a crash: files tell what the catalogue does not know, and gaps are made to fit them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorder_street import MAIN, SECOND_US, START_US, Street, placed

from farola.base import Error, Kind
from farola.media import CodecConfig
from farola.merkle import root_of
from farola.model import Gap, Span
from farola.recorder.shelf import Shelf
from farola.recorder.untold import untold_holes
from farola.store import scan, stored_hash

NOW_US = START_US + 1_000 * SECOND_US


def at(number: int) -> int:
    return START_US + number * 2 * SECOND_US


def record(
    street: Street,
    h264: CodecConfig,
    numbers: range,
    run_id: str = "run-1",
    shelf: Shelf | None = None,
) -> Shelf:
    shelf = shelf or street.shelf()
    for number in numbers:
        shelf.append(placed(h264, number, at(number), run_id=run_id))
    return shelf


def crash(shelf: Shelf) -> None:
    """The process is gone: its descriptor closes, and nothing else happens."""
    assert shelf._writer is not None
    os.close(shelf._writer._file.descriptor)
    shelf._writer._file.descriptor = os.open(os.devnull, os.O_RDWR)
    shelf._writer = None


def told(street: Street) -> list[tuple[int, int | None, Kind]]:
    return [(gap.start_us, gap.end_us, gap.reason) for gap in street.gaps()]


def test_files_without_any_row_are_found(street: Street, h264: CodecConfig) -> None:
    street.rows.lost = True
    crash(record(street, h264, range(3)))
    assert street.segments() == []
    assert street.recover(NOW_US) == 1
    (segment,) = street.segments()
    assert (segment.start_us, segment.end_us, segment.open) == (at(0), at(3), False)
    assert told(street) == [(at(3), None, Kind.RECORDER_KILLED)]
    (run,) = street.parts.catalog.recordings.runs(street.camera_id, MAIN, _ever())
    assert (run.end_us, run.end_reason) == (at(3), Kind.RECORDER_KILLED)
    assert street.check() == []


def test_a_row_that_lags_is_brought_up_to_its_file(street: Street, h264: CodecConfig) -> None:
    crash(record(street, h264, range(5)))
    assert street.segments()[0].end_us == at(1)
    street.recover(NOW_US)
    assert street.segments()[0].end_us == at(5)
    assert street.check() == []
    assert street.recover(NOW_US) == 0  # nothing is left to do


def test_a_root_is_kept_when_a_file_is_closed_and_when_it_is_recovered(
    street: Street, h264: CodecConfig
) -> None:
    seals = street.parts.catalog.seals
    crash(record(street, h264, range(3)))
    (path,) = [each.path for each in street.segments()]
    assert seals.root(path) is None
    street.recover(NOW_US)
    record(street, h264, range(5, 8), "run-2").end_run(Kind.UNREACHABLE, at(8), None)
    for each in street.segments():
        file = street.parts.root / each.path
        hashes = [stored_hash(file, fragment) for fragment in scan(file).fragments]
        assert len(hashes) == 3
        assert seals.root(each.path) == root_of(hashes)


@pytest.mark.parametrize("tail", [b"F", b"FAROLAFRG", os.urandom(50_000)])
def test_a_torn_tail_is_cut(street: Street, h264: CodecConfig, tail: bytes) -> None:
    crash(record(street, h264, range(2)))
    size = street.files[0].stat().st_size
    with street.files[0].open("ab") as file:
        file.write(tail)
    street.recover(NOW_US)
    assert street.files[0].stat().st_size == size
    assert street.segments()[0].end_us == at(2)
    assert street.check() == []


@pytest.mark.parametrize("keep", [0, 10, 100])
def test_a_file_that_was_never_begun_is_taken_away(
    street: Street, h264: CodecConfig, keep: int
) -> None:
    crash(record(street, h264, range(1)))
    os.truncate(street.files[0], keep)
    street.recover(NOW_US)
    assert street.files == []
    assert street.segments() == []
    assert street.check() == []


def test_a_gap_ends_where_the_recovered_file_begins(street: Street, h264: CodecConfig) -> None:
    """The fragment was on disk, the row that ends the gap was not."""
    shelf = record(street, h264, range(2))
    shelf.end_run(Kind.UNREACHABLE, at(2), None)
    shelf.gaps.missing(Kind.UNREACHABLE, "", at(3))
    street.rows.lost = True
    crash(record(street, h264, range(10, 12), "run-2", shelf))
    assert told(street) == [(at(2), None, Kind.UNREACHABLE)]
    street.recover(NOW_US)
    assert told(street) == [
        (at(2), at(10), Kind.UNREACHABLE),
        (at(12), None, Kind.RECORDER_KILLED),
    ]
    assert street.check() == []


def test_a_hole_that_nobody_told_is_a_gap(street: Street, h264: CodecConfig) -> None:
    shelf = record(street, h264, range(2))
    street.rows.lost = True
    shelf.end_run(Kind.UNREACHABLE, at(2), None)
    shelf.gaps.missing(Kind.UNREACHABLE, "", at(3))
    crash(record(street, h264, range(10, 12), "run-2", shelf))
    street.recover(NOW_US)
    assert told(street) == [
        (at(2), at(10), Kind.RECORDER_KILLED),
        (at(12), None, Kind.RECORDER_KILLED),
    ]
    assert street.check() == []


def test_a_run_that_ended_without_its_gap_is_followed_by_one(
    street: Street, h264: CodecConfig
) -> None:
    record(street, h264, range(2)).end_run(Kind.UNREACHABLE, at(2), None)
    street.recover(NOW_US)
    assert told(street) == [(at(2), None, Kind.RECORDER_KILLED)]
    crashed = record(street, h264, range(5, 6), "run-2")
    assert told(street) == [(at(2), at(5), Kind.RECORDER_KILLED)]
    crash(crashed)


def test_a_gap_that_lasts_over_the_crash_goes_on(street: Street, h264: CodecConfig) -> None:
    shelf = record(street, h264, range(2))
    shelf.end_run(Kind.UNREACHABLE, at(2), None)
    shelf.gaps.missing(Kind.UNREACHABLE, "", at(3))
    street.recover(NOW_US)
    assert told(street) == [(at(2), None, Kind.UNREACHABLE)]


def test_a_recorder_that_lives_is_not_recovered(street: Street, h264: CodecConfig) -> None:
    """Two recorders on one directory: the second must wait, and changes nothing."""
    shelf = record(street, h264, range(2))
    with pytest.raises(Error) as raised:
        street.recover(NOW_US)
    assert raised.value.kind is Kind.CONFLICT
    assert told(street) == []
    record(street, h264, range(2, 3), shelf=shelf).end_run(Kind.RECORDER_STOPPED, at(3), None)
    assert street.segments()[0].end_us == at(3)


def test_a_damaged_file_stays_for_people_to_look_at(street: Street, h264: CodecConfig) -> None:
    crash(record(street, h264, range(2)))
    with street.files[0].open("r+b") as file:
        file.write(b"not a segment")
    street.recover(NOW_US)
    assert len(street.files) == 1
    assert not street.segments()[0].open
    assert [finding.kind for finding in street.check()] != []


TIMES = st.integers(0, 50).map(lambda second: second * SECOND_US)


@given(st.lists(TIMES, min_size=4, max_size=12), st.lists(TIMES, max_size=8))
def test_holes_and_gaps_together_leave_nothing_untold(
    records: list[int], gap_times: list[int]
) -> None:
    recorded = [
        (start, end) for start, end in zip(records[::2], sorted(records[1::2]), strict=False)
        if start < end
    ]  # fmt: skip
    recorded.sort()
    bounds = sorted(set(gap_times))
    gaps = [
        Gap("cam", MAIN, start, end, Kind.STALLED, "")
        for start, end in zip(bounds[::2], bounds[1::2], strict=False)
    ]
    if not recorded:
        return
    found = list(untold_holes(recorded, gaps))
    covered = [*recorded, *((gap.start_us, gap.end_us or 0) for gap in gaps)]
    for second in range(50):
        moment = second * SECOND_US + SECOND_US // 2
        if not recorded[0][0] <= moment < max(end for _, end in recorded):
            continue
        known = any(start <= moment < end for start, end in covered)
        assert known is not any(hole.start_us <= moment < hole.end_us for hole in found)


def _ever() -> Span:
    return Span(0, 4_000_000_000_000_000)
