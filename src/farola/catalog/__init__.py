"""The catalogue: cameras, runs, segments, gaps, people and sessions in SQLite or PostgreSQL."""

from farola.catalog.cameras import Cameras, NewCamera
from farola.catalog.catalog import Catalog
from farola.catalog.check import check
from farola.catalog.findings import Finding, FindingKind
from farola.catalog.people import People, Sessions
from farola.catalog.rebuild import Rebuilt, rebuild
from farola.catalog.recordings import Recordings
from farola.catalog.scanned import ScannedSegment, SegmentFiles
from farola.catalog.segments import LONGEST_US
from farola.catalog.spans import TOLERANCE_US, RecordedDay

__all__ = [
    "LONGEST_US",
    "TOLERANCE_US",
    "Cameras",
    "Catalog",
    "Finding",
    "FindingKind",
    "NewCamera",
    "People",
    "Rebuilt",
    "RecordedDay",
    "Recordings",
    "ScannedSegment",
    "SegmentFiles",
    "Sessions",
    "check",
    "rebuild",
]
