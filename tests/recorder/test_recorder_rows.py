"""Rows on their way to the catalogue: coalesced, kept while it is locked, never stopped by one."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from time import sleep

import pytest
from recorder_street import MAIN, START_US, Street, placed

from farola.base import Kind, SystemClock
from farola.catalog import Catalog
from farola.media import CodecConfig
from farola.model import Gap, Run, Segment
from farola.recorder.rows import Recordings, Rows


@pytest.fixture
def segment(street: Street, h264: CodecConfig) -> Segment:
    """A segment's row, its run's row stored."""
    shelf = street.shelf()
    shelf.append(placed(h264, 0, START_US))
    shelf.end_run(Kind.CLOSED_BY_CAMERA, START_US, None)
    return street.segments()[0]


def until(true: object) -> None:
    assert callable(true)
    for _ in range(400):
        if true():
            return
        sleep(0.05)
    raise AssertionError("waited in vain")


def test_the_latest_form_of_a_row_wins(street: Street, segment: Segment) -> None:
    rows = Rows(street.parts.catalog, street.clock)
    run = Run("run-new", street.camera_id, MAIN, START_US, None, None, None)
    for end_us in range(START_US + 1, START_US + 500):
        rows.run(replace(run, camera_offset_us=end_us))
        rows.segment(replace(segment, path="b", run_id="run-new", end_us=end_us))
        rows.gap(Gap(street.camera_id, MAIN, START_US + 9, None, Kind.STALLED, str(end_us)))
    assert rows.waiting == 3
    rows.start()
    rows.stop()
    assert rows.waiting == 0
    saved = street.parts.catalog.recordings.segment("b")
    assert saved is not None
    assert saved.end_us == START_US + 499
    assert [gap.detail for gap in street.gaps()] == [str(START_US + 499)]


def test_one_row_that_is_never_taken_keeps_no_other_out(street: Street, segment: Segment) -> None:
    rows = Rows(street.parts.catalog, street.clock)
    rows.segment(replace(segment, path="too-long", end_us=segment.start_us + 10**12))
    rows.segment(replace(segment, path="no-run", run_id="run-unknown"))
    rows.segment(replace(segment, path="good"))
    rows.start()
    rows.stop()
    assert rows.waiting == 0
    assert rows.alarm is None
    assert {each.path for each in street.segments()} == {segment.path, "good"}


def test_rows_wait_while_the_catalogue_is_locked(street: Street, segment: Segment) -> None:
    with Catalog.open(street.parts.settings.catalog_url, busy_ms=50) as catalog:
        rows = Rows(catalog, SystemClock())
        rows.start()
        holder = sqlite3.connect(street.parts.settings.catalog_url, isolation_level=None)
        try:
            holder.execute("BEGIN EXCLUSIVE")
            rows.segment(replace(segment, path="first"))
            until(lambda: rows.alarm is not None)
            assert rows.alarm is not None
            assert rows.alarm.kind is Kind.CATALOG_LOCKED
            rows.segment(replace(segment, path="first", size=segment.size + 1))
            rows.segment(replace(segment, path="second"))
            assert rows.waiting == 2  # what comes meanwhile is newer than what waits
            holder.execute("ROLLBACK")
            until(lambda: rows.alarm is None)
        finally:
            holder.close()
            rows.stop()
        saved = catalog.recordings.segment("first")
        assert saved is not None
        assert saved.size == segment.size + 1
        assert catalog.recordings.segment("second") is not None


class Defective:
    """A catalogue whose first transaction fails in a way that no word was found for."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._broken = True

    @property
    def recordings(self) -> Recordings:
        return self._catalog.recordings

    @contextmanager
    def _batch(self) -> Iterator[None]:
        if self._broken:
            self._broken = False
            raise RuntimeError("a defect")
        with self._catalog.batch():
            yield

    def batch(self) -> AbstractContextManager[None]:
        return self._batch()


def test_a_defect_does_not_end_the_thread(street: Street, segment: Segment) -> None:
    rows = Rows(Defective(street.parts.catalog), street.clock)
    rows.segment(replace(segment, path="first"))
    rows.start()
    until(lambda: rows.waiting == 0)
    rows.segment(replace(segment, path="second"))
    rows.stop()
    assert {each.path for each in street.segments()} == {segment.path, "first", "second"}


def test_a_gap_that_ends_before_it_began_is_forgotten(street: Street) -> None:
    rows = Rows(street.parts.catalog, street.clock)
    rows.start()
    gap = Gap(street.camera_id, MAIN, START_US, None, Kind.STALLED, "")
    rows.gap(gap)
    until(lambda: street.gaps() == [gap])
    rows.gap(replace(gap, end_us=START_US))
    rows.stop()
    assert street.gaps() == []
