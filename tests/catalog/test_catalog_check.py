"""Every kind of disagreement between rows and files is found, and rebuild mends what it says."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest
from catalog_rows import FRAGMENT_US, NOW_US, segment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.catalog import Catalog, FindingKind, ScannedSegment, check, rebuild
from farola.model import Camera, Gap, Run, Segment, StreamKind

MAIN = StreamKind.MAIN
TEN_MINUTES_US = 600_000_000


def scanned(row: Segment, **changes: object) -> ScannedSegment:
    file = ScannedSegment(row.path, replace(row, open=False), row.size)
    return replace(file, **changes)  # type: ignore[arg-type]


@dataclass
class Disk:
    """Files as a scan would tell them."""

    files: list[ScannedSegment] = field(default_factory=list)

    def streams(self) -> Iterable[tuple[str, StreamKind]]:
        for file in self.files:
            camera_id, stream, _ = file.path.split("/")
            yield camera_id, StreamKind(stream)

    def scan(self, camera_id: str, stream: StreamKind) -> Iterable[ScannedSegment]:
        return [each for each in self.files if each.path.startswith(f"{camera_id}/{stream}/")]


@pytest.fixture
def disk(catalog: Catalog, run: Run) -> Disk:
    """Three segments of one run, in the catalogue and on the disk."""
    rows = [segment(run.camera_id, NOW_US + n * TEN_MINUTES_US) for n in range(3)]
    for row in rows:
        catalog.recordings.save_segment(row)
    return Disk([scanned(row) for row in rows])


def found(catalog: Catalog, disk: Disk) -> list[FindingKind]:
    return [finding.kind for finding in check(catalog, disk)]


def test_what_agrees_has_no_findings(catalog: Catalog, disk: Disk) -> None:
    assert found(catalog, disk) == []
    assert rebuild(catalog, disk).segments == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"size": 5}, FindingKind.SIZE_MISMATCH),
        ({"end_us": NOW_US + 5}, FindingKind.TIME_MISMATCH),
        ({"index": segment("x", NOW_US, 7).index}, FindingKind.INDEX_MISMATCH),
        ({"index": b"\xff"}, FindingKind.INDEX_MISMATCH),
        ({"codec": "hvc1.1.6.L93.B0"}, FindingKind.ROW_DIFFERS),
        ({"width": 640}, FindingKind.ROW_DIFFERS),
        ({"open": True}, FindingKind.OPEN_WITHOUT_WRITER),
    ],
)
def test_a_row_that_lies_is_found_and_mended(
    catalog: Catalog, disk: Disk, change: dict[str, object], kind: FindingKind
) -> None:
    first = disk.files[0].row
    assert first is not None
    catalog.recordings.save_segment(replace(first, **change))
    findings = list(check(catalog, disk))
    assert [(each.kind, each.subject) for each in findings] == [(kind, first.path)]
    assert findings[0].mended_by_rebuild
    assert rebuild(catalog, disk).segments == 1
    assert found(catalog, disk) == []


def test_a_file_without_a_row_and_a_row_without_a_file(catalog: Catalog, disk: Disk) -> None:
    catalog.recordings.delete_segment(disk.files[0].path)
    lost = disk.files.pop()
    assert sorted(found(catalog, disk)) == [FindingKind.FILE_MISSING, FindingKind.ROW_MISSING]
    done = rebuild(catalog, disk)
    assert (done.segments, done.forgotten) == (1, 1)
    assert found(catalog, disk) == []
    assert catalog.recordings.segment(lost.path) is None


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"row": None, "problem": "The segment header is cut short"}, FindingKind.FILE_UNREADABLE),
        ({"damage": ((500, 600),)}, FindingKind.FILE_DAMAGED),
        ({"file_size": 400_000_000}, FindingKind.TORN_TAIL),
    ],
)
def test_a_broken_file_is_found_and_not_pretended_to_be_mended(
    catalog: Catalog, disk: Disk, changes: dict[str, object], kind: FindingKind
) -> None:
    disk.files[1] = replace(disk.files[1], **changes)  # type: ignore[arg-type]
    findings = list(check(catalog, disk))
    assert [each.kind for each in findings] == [kind]
    assert not findings[0].mended_by_rebuild
    rebuild(catalog, disk)
    assert found(catalog, disk) == [kind]


def test_a_hole_in_the_sequence_needs_a_gap(catalog: Catalog, disk: Disk, run: Run) -> None:
    row = segment(run.camera_id, NOW_US, missing=frozenset({10, 11}))
    catalog.recordings.save_segment(row)
    disk.files[0] = scanned(row)
    assert found(catalog, disk) == [FindingKind.SEQUENCE_HOLE]
    start_us = NOW_US + 10 * FRAGMENT_US
    gap = Gap(run.camera_id, MAIN, start_us, start_us + 2 * FRAGMENT_US, Kind.DISK_SLOW, "")
    catalog.recordings.save_gap(gap)
    assert found(catalog, disk) == []


def test_a_gap_over_a_recording_is_found(catalog: Catalog, disk: Disk, run: Run) -> None:
    start_us = NOW_US + 3 * TEN_MINUTES_US
    end = Gap(run.camera_id, MAIN, start_us, start_us + 5, Kind.STALLED, "")
    catalog.recordings.save_gap(end)
    assert found(catalog, disk) == []
    over = replace(end, start_us=start_us - 5 * FRAGMENT_US, end_us=start_us)
    catalog.recordings.save_gap(over)
    assert found(catalog, disk) == [FindingKind.GAP_OVERLAPS_RECORDING]


def test_gaps_over_each_other_are_found(catalog: Catalog, disk: Disk, run: Run) -> None:
    start_us = NOW_US + 3 * TEN_MINUTES_US
    for start, end in ((0, 10), (5, 20)):
        catalog.recordings.save_gap(
            Gap(run.camera_id, MAIN, start_us + start, start_us + end, Kind.STALLED, "")
        )
    assert found(catalog, disk) == [FindingKind.GAPS_OVERLAP]


def test_segments_of_one_run_do_not_overlap(catalog: Catalog, disk: Disk, run: Run) -> None:
    row = segment(run.camera_id, NOW_US + 5 * FRAGMENT_US, 5)
    catalog.recordings.save_segment(row)
    disk.files.append(scanned(row))
    assert found(catalog, disk) == [FindingKind.SEGMENTS_OVERLAP]
    catalog.recordings.begin_run(replace(run, id="run-2"))
    other = replace(row, run_id="run-2")
    catalog.recordings.save_segment(other)
    disk.files[-1] = scanned(other)
    assert found(catalog, disk) == []


def test_a_living_file_may_be_ahead_of_its_row(catalog: Catalog, disk: Disk, run: Run) -> None:
    start_us = NOW_US + 3 * TEN_MINUTES_US
    catalog.recordings.save_segment(segment(run.camera_id, start_us, 5, open=True))
    ahead = replace(segment(run.camera_id, start_us, 9))
    disk.files.append(scanned(ahead, living=True, file_size=ahead.size + 77))
    new = segment(run.camera_id, start_us + TEN_MINUTES_US, 1)
    disk.files.append(scanned(new, living=True))
    assert found(catalog, disk) == []
    assert rebuild(catalog, disk).segments == 0
    assert len(catalog.recordings.open_segments()) == 1
    other = segment(run.camera_id, start_us, 9, missing=frozenset({2}))
    disk.files[3] = scanned(other, living=True)
    assert FindingKind.INDEX_MISMATCH in found(catalog, disk)


def test_a_lost_catalogue_comes_back_from_the_files(catalog: Catalog) -> None:
    """Everything that files know; that a camera's place is not among it is said by its state."""
    rows = [segment("cam-lost", NOW_US + n * TEN_MINUTES_US) for n in range(3)]
    rows.append(segment("cam-lost", NOW_US, stream=StreamKind.SUB, run_id="run-2"))
    disk = Disk([scanned(row, camera_offset_us=-7) for row in rows])
    done = rebuild(catalog, disk)
    assert (done.cameras, done.runs, done.segments) == (1, 2, 4)
    camera = catalog.cameras.get("cam-lost")
    assert (camera.enabled, camera.main.host) == (False, "unknown.invalid")
    assert sorted(catalog.recordings.all_segments(), key=lambda row: row.path) == sorted(
        rows, key=lambda row: row.path
    )
    assert catalog.recordings.run("run-1") == Run(
        "run-1", "cam-lost", MAIN, NOW_US, NOW_US + 3 * TEN_MINUTES_US, None, -7
    )
    assert found(catalog, disk) == []
    assert rebuild(catalog, disk).segments == 0


def test_a_disk_that_is_not_there_does_not_empty_the_catalogue(
    catalog: Catalog, disk: Disk, camera: Camera
) -> None:
    with pytest.raises(Error, match="disk") as error:
        rebuild(catalog, Disk())
    assert error.value.kind is Kind.CONFLICT
    assert len(list(catalog.recordings.all_segments())) == 3


def test_rows_without_their_parents_are_found(sqlite_catalog: Catalog) -> None:
    """As another program leaves them, one that does not ask for foreign keys."""
    with sqlite_catalog._database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF").close()
        raw.execute("INSERT INTO open_segments VALUES (7)").close()
        raw.execute("PRAGMA foreign_keys=ON").close()
    findings = list(check(sqlite_catalog, Disk()))
    assert [(each.kind, each.subject) for each in findings] == [
        (FindingKind.ORPHAN_ROW, "open_segments.segment_id")
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(1, 9), st.booleans(), st.booleans()), max_size=8
    )
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_a_rebuild_nothing_that_it_mends_is_left(
    sqlite_catalog: Catalog, plan: list[tuple[int, int, bool, bool]]
) -> None:
    disk = Disk()
    for number, fragments, in_catalogue, on_disk in plan:
        row = segment("cam-1", NOW_US + number * TEN_MINUTES_US, fragments, run_id=f"r{number}")
        if in_catalogue and {camera.id for camera in sqlite_catalog.cameras.list()}:
            sqlite_catalog.recordings.begin_run(
                Run(row.run_id, "cam-1", MAIN, row.start_us, None, None, None)
            )
            sqlite_catalog.recordings.save_segment(row)
        disk.files = [each for each in disk.files if each.path != row.path]
        if on_disk:
            disk.files.append(scanned(row))
    if not disk.files:
        return
    rebuild(sqlite_catalog, disk)
    assert list(check(sqlite_catalog, disk)) == []
