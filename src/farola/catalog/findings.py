"""What can be wrong between catalogue and files, one word each."""

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    DATABASE_DAMAGED = "database_damaged"
    ORPHAN_ROW = "orphan_row"
    FILE_MISSING = "file_missing"
    ROW_MISSING = "row_missing"
    FILE_UNREADABLE = "file_unreadable"
    FILE_DAMAGED = "file_damaged"
    TORN_TAIL = "torn_tail"
    SIZE_MISMATCH = "size_mismatch"
    TIME_MISMATCH = "time_mismatch"
    INDEX_MISMATCH = "index_mismatch"
    ROW_DIFFERS = "row_differs"
    SEQUENCE_HOLE = "sequence_hole"
    SEGMENTS_OVERLAP = "segments_overlap"
    GAP_OVERLAPS_RECORDING = "gap_overlaps_recording"
    GAPS_OVERLAP = "gaps_overlap"
    OPEN_WITHOUT_WRITER = "open_without_writer"
    SEAL_BROKEN = "seal_broken"
    """What the ledger says of an hour's recordings is not what there is."""


# What `rebuild` puts right, because the file says all that the row should.
MENDED = frozenset(
    {
        FindingKind.FILE_MISSING,
        FindingKind.ROW_MISSING,
        FindingKind.SIZE_MISMATCH,
        FindingKind.TIME_MISMATCH,
        FindingKind.INDEX_MISMATCH,
        FindingKind.ROW_DIFFERS,
        FindingKind.OPEN_WITHOUT_WRITER,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant that does not hold. `subject` is a file's path, a camera/stream or a table."""

    kind: FindingKind
    subject: str
    message: str

    @property
    def mended_by_rebuild(self) -> bool:
        return self.kind in MENDED
