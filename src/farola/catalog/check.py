"""The invariants between catalogue and files, checked stream by stream. Changes nothing.

`compare` is pure; `check` reads rows and files for it. The invariants:

1. every row has its file and every file its row;
2. a closed row says what its file says: size, times, index, codec, picture, camera, stream, run;
   a row that is still written describes the beginning of its file;
3. inside a segment, fragments follow each other without a hole in their sequence, except where a
   gap says that some were lost;
4. segments of one run do not overlap; gaps overlap neither each other nor a recording;
5. an open row has a living writer.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from farola.base import Error
from farola.catalog.catalog import Catalog
from farola.catalog.fields import MOST_US
from farola.catalog.findings import Finding, FindingKind
from farola.catalog.scanned import ScannedSegment, SegmentFiles
from farola.catalog.spans import TOLERANCE_US, fragment_bounds
from farola.media import FragmentEntry, ticks_to_us, unpack_fragments
from farola.model import Gap, Segment, Span

EVER = Span(0, MOST_US)


def check(catalog: Catalog, files: SegmentFiles) -> Iterator[Finding]:
    """All findings. What a recorder writes meanwhile may be found as a row that lags behind its
    file; `living` files are allowed that.
    """
    for line in catalog.damage():
        yield Finding(FindingKind.DATABASE_DAMAGED, "catalogue", line)
    for table, count in catalog.orphans():
        yield Finding(
            FindingKind.ORPHAN_ROW, table, f"{count} rows belong to rows that are not there"
        )
    for camera_id, stream in sorted(set(catalog.recordings.streams()) | set(files.streams())):
        # Files first: a row that is written after its file was read is then found with it.
        scanned = list(files.scan(camera_id, stream))
        yield from compare(
            catalog.recordings.segments(camera_id, stream, EVER),
            scanned,
            catalog.recordings.gaps(camera_id, stream, EVER),
            subject=f"{camera_id}/{stream}",
        )


def compare(
    rows: Sequence[Segment], files: Sequence[ScannedSegment], gaps: Sequence[Gap], subject: str
) -> Iterator[Finding]:
    """The findings of one stream; `subject` names it where no file does."""
    by_path = {row.path: row for row in rows}
    for file in sorted(files, key=lambda file: file.path):
        row = by_path.pop(file.path, None)
        yield from _file(file, gaps)
        if row is not None:
            yield from _row(row, file)
        elif file.row is not None and not file.living:
            yield Finding(FindingKind.ROW_MISSING, file.path, "no row names this file")
    for path, row in by_path.items():
        if not row.open:  # a file made after the files were read
            yield Finding(FindingKind.FILE_MISSING, path, f"no file; {_length(row)} are lost")
        else:
            yield Finding(FindingKind.OPEN_WITHOUT_WRITER, path, "an open row without a file")
    yield from _runs(rows)
    yield from _gaps(rows, gaps, subject)


def _file(file: ScannedSegment, gaps: Sequence[Gap]) -> Iterator[Finding]:
    if file.row is None:
        if not file.living:
            yield Finding(FindingKind.FILE_UNREADABLE, file.path, file.problem)
        return
    for start, end in file.damage:
        yield Finding(
            FindingKind.FILE_DAMAGED, file.path, f"bytes {start} to {end} are no whole fragment"
        )
    if file.file_size > file.row.size and not file.living:
        yield Finding(
            FindingKind.TORN_TAIL,
            file.path,
            f"{file.file_size - file.row.size} bytes after the last whole fragment",
        )
    for before, after in pairwise(_entries(file.row.index)):
        missing = Span(before.start_us + ticks_to_us(before.duration), after.start_us)
        explained = any(
            gap.start_us < missing.end_us + TOLERANCE_US
            and (gap.end_us is None or gap.end_us > missing.start_us - TOLERANCE_US)
            for gap in gaps
        )
        step = after.sequence - before.sequence
        if step < 1 or (step > 1 and not explained and not file.damage):
            yield Finding(
                FindingKind.SEQUENCE_HOLE,
                file.path,
                f"fragment {after.sequence} follows {before.sequence} and no gap tells why",
            )


def _row(row: Segment, file: ScannedSegment) -> Iterator[Finding]:
    path, found = row.path, file.row
    if row.open and not file.living:
        yield Finding(FindingKind.OPEN_WITHOUT_WRITER, path, "open, and nobody writes the file")
    if found is None:
        return
    if file.living:
        if not _begins(_entries(row.index), _entries(found.index)):
            yield Finding(
                FindingKind.INDEX_MISMATCH, path, "the row is not the beginning of the file"
            )
        return
    if row.size != found.size:
        yield Finding(
            FindingKind.SIZE_MISMATCH, path, f"row {row.size} bytes, file {found.size} bytes"
        )
    if (row.start_us, row.end_us) != (found.start_us, found.end_us):
        yield Finding(
            FindingKind.TIME_MISMATCH,
            path,
            f"row {row.start_us} to {row.end_us}, file {found.start_us} to {found.end_us}",
        )
    if row.index != found.index:
        yield Finding(FindingKind.INDEX_MISMATCH, path, "row and file list other fragments")
    for name in ("camera_id", "stream", "run_id", "codec", "width", "height"):
        ours, theirs = getattr(row, name), getattr(found, name)
        if ours != theirs:
            yield Finding(FindingKind.ROW_DIFFERS, path, f"{name}: row {ours}, file {theirs}")


def _runs(rows: Sequence[Segment]) -> Iterator[Finding]:
    ends: dict[str, Segment] = {}
    for row in sorted(rows, key=lambda row: (row.start_us, row.path)):
        before = ends.get(row.run_id)
        if before is not None and row.start_us < before.end_us - TOLERANCE_US:
            yield Finding(
                FindingKind.SEGMENTS_OVERLAP,
                row.path,
                f"begins {before.end_us - row.start_us} µs before {before.path} ends",
            )
        if before is None or row.end_us > before.end_us:
            ends[row.run_id] = row


def _gaps(rows: Sequence[Segment], gaps: Sequence[Gap], subject: str) -> Iterator[Finding]:
    for before, after in pairwise(gaps):
        if before.end_us is None or before.end_us > after.start_us:
            yield Finding(
                FindingKind.GAPS_OVERLAP, subject, f"{_gap(before)} reaches into {_gap(after)}"
            )
    starts = sorted(rows, key=lambda row: row.start_us)
    for gap in gaps:
        for row in starts:
            if gap.end_us is not None and row.start_us >= gap.end_us - TOLERANCE_US:
                break
            if row.end_us > gap.start_us + TOLERANCE_US and _covered(gap, row):
                yield Finding(
                    FindingKind.GAP_OVERLAPS_RECORDING, row.path, f"{_gap(gap)} was recorded"
                )


def _covered(gap: Gap, row: Segment) -> bool:
    bounds = fragment_bounds(row.index) or [(row.start_us, row.end_us)]
    return any(
        start_us < (gap.end_us or MOST_US) - TOLERANCE_US and end_us > gap.start_us + TOLERANCE_US
        for start_us, end_us in bounds
    )


def _begins(some: Sequence[FragmentEntry], all_: Sequence[FragmentEntry]) -> bool:
    return list(some) == list(all_[: len(some)])


def _entries(index: bytes) -> list[FragmentEntry]:
    try:
        return unpack_fragments(index)
    except Error:
        return []  # another finding says that row and file differ


def _length(row: Segment) -> str:
    return f"{(row.end_us - row.start_us) // 1_000_000} s of {row.camera_id}"


def _gap(gap: Gap) -> str:
    return f"the gap from {gap.start_us} to {gap.end_us or 'now'} ({gap.reason})"
