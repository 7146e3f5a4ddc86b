"""The catalogue: cameras, recordings, situations, people, sessions; SQLite or PostgreSQL."""

from farola.catalog.cameras import Cameras, NewCamera
from farola.catalog.catalog import Catalog
from farola.catalog.check import check
from farola.catalog.events import Events
from farola.catalog.findings import Finding, FindingKind
from farola.catalog.marks import LEDGER_SIZE, Marks
from farola.catalog.people import People, Sessions
from farola.catalog.rebuild import Rebuilt, rebuild
from farola.catalog.recordings import Recordings
from farola.catalog.scanned import ScannedSegment, SegmentFiles
from farola.catalog.segments import LONGEST_US
from farola.catalog.spans import TOLERANCE_US, RecordedDay
from farola.catalog.zones import MOST_RULES, MOST_ZONES, Zones

__all__ = [
    "LEDGER_SIZE",
    "LONGEST_US",
    "MOST_RULES",
    "MOST_ZONES",
    "TOLERANCE_US",
    "Cameras",
    "Catalog",
    "Events",
    "Finding",
    "FindingKind",
    "Marks",
    "NewCamera",
    "People",
    "Rebuilt",
    "RecordedDay",
    "Recordings",
    "ScannedSegment",
    "SegmentFiles",
    "Sessions",
    "Zones",
    "check",
    "rebuild",
]
