"""The catalogue: cameras, recordings, situations, people, sessions; SQLite or PostgreSQL."""

from farola.catalog.cameras import Cameras
from farola.catalog.catalog import Catalog
from farola.catalog.check import check
from farola.catalog.events import Events
from farola.catalog.findings import Finding, FindingKind
from farola.catalog.groups import Groups
from farola.catalog.marks import LEDGER_SIZE, Marks
from farola.catalog.passkeys import Passkeys
from farola.catalog.people import People
from farola.catalog.rebuild import Rebuilt, rebuild
from farola.catalog.recordings import Recordings
from farola.catalog.scanned import ScannedSegment, SegmentFiles
from farola.catalog.seals import RootedFile, Seals
from farola.catalog.segments import LONGEST_US
from farola.catalog.sessions import Sessions
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
    "Groups",
    "Marks",
    "Passkeys",
    "People",
    "Rebuilt",
    "RecordedDay",
    "Recordings",
    "RootedFile",
    "ScannedSegment",
    "Seals",
    "SegmentFiles",
    "Sessions",
    "Zones",
    "check",
    "rebuild",
]
