"""Make the catalogue's rows again from the segment files alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched

from farola.base import Error, Kind
from farola.catalog.catalog import Catalog
from farola.catalog.check import EVER
from farola.catalog.scanned import ScannedSegment, SegmentFiles
from farola.model import Address, CameraDraft, Papers, Run, Segment, StreamKind

_ROWS_A_TRANSACTION = 200


@dataclass(slots=True)
class Rebuilt:
    """How many rows were made, made again, or forgotten because their file is gone."""

    cameras: int = 0
    runs: int = 0
    segments: int = 0
    forgotten: int = 0


def rebuild(catalog: Catalog, files: SegmentFiles) -> Rebuilt:
    """Bring every row in line with its file; rows that are right stay as they are.

    A camera that the catalogue does not know comes back switched off, with its id for a name and
    an address that nothing answers (RFC 2606): where it is and why is not in the files. Files that
    a writer holds are left to it. May be repeated and interrupted. Raises `Error(CONFLICT)` when
    there are rows but not one file: that disk is not there, and its rows must not be forgotten.
    """
    done = Rebuilt()
    on_disk = sorted(set(files.streams()))
    known = set(catalog.recordings.streams())
    seen = False
    for camera_id, stream in on_disk:
        scanned = list(files.scan(camera_id, stream))
        seen = seen or bool(scanned)
        readable = [file.row for file in scanned if file.row is not None and not file.living]
        if readable and (camera_id, stream) not in known:
            _add_camera(catalog, camera_id)
            known |= {(camera_id, kind) for kind in StreamKind}
            done.cameras += 1
        rows = {row.path: row for row in catalog.recordings.segments(camera_id, stream, EVER)}
        changed = [row for row in readable if rows.get(row.path) != row]
        done.runs += _save_runs(catalog, scanned, changed)
        done.segments += _save_segments(catalog, changed)
        paths = {file.path for file in scanned}
        done.forgotten += _forget(catalog, [path for path in rows if path not in paths])
    elsewhere = sorted(known - set(on_disk))
    lost = [row.path for key in elsewhere for row in catalog.recordings.segments(*key, EVER)]
    if lost and not seen:
        raise Error(Kind.CONFLICT, "there are rows but no files: is the recordings' disk there?")
    done.forgotten += _forget(catalog, lost)
    return done


def _add_camera(catalog: Catalog, camera_id: str) -> None:
    catalog.cameras.add(
        CameraDraft(
            name=camera_id,
            place=camera_id,
            main=Address("rtsp", "unknown.invalid", 554, "/"),
            sub=None,
            papers=Papers("", "", ""),
            enabled=False,
        ),
        camera_id=camera_id,
    )


def _save_runs(
    catalog: Catalog, scanned: Sequence[ScannedSegment], changed: Sequence[Segment]
) -> int:
    """Runs that a changed row needs and that are missing: from their files' first to last."""
    needed = {row.run_id for row in changed}
    missing = {run_id for run_id in needed if catalog.recordings.run(run_id) is None}
    runs: dict[str, Run] = {}
    for file in sorted(scanned, key=lambda file: file.path):
        row = file.row
        if row is None or row.run_id not in missing:
            continue
        before = runs.get(row.run_id)
        runs[row.run_id] = Run(
            id=row.run_id,
            camera_id=row.camera_id,
            stream=row.stream,
            start_us=min(row.start_us, before.start_us) if before else row.start_us,
            end_us=max(row.end_us, before.end_us or 0) if before else row.end_us,
            end_reason=None,
            camera_offset_us=file.camera_offset_us,
        )
    with catalog.batch():
        for run in runs.values():
            catalog.recordings.begin_run(run)
    return len(runs)


def _save_segments(catalog: Catalog, rows: Iterable[Segment]) -> int:
    count = 0
    for some in batched(rows, _ROWS_A_TRANSACTION):
        with catalog.batch():
            for row in some:
                catalog.recordings.save_segment(row)
        count += len(some)
    return count


def _forget(catalog: Catalog, paths: Sequence[str]) -> int:
    for some in batched(paths, _ROWS_A_TRANSACTION):
        with catalog.batch():
            for path in some:
                catalog.recordings.delete_segment(path)
    return len(paths)
