"""The domain's words as frozen values, without input or output."""

from farola.model.camera import Address, Attention, Camera, Credentials, Papers, StreamKind
from farola.model.covering import (
    Cover,
    CoveredUnit,
    CoverJob,
    CoverState,
    LaneSpec,
    Point,
    Recipe,
    RecordedUnit,
)
from farola.model.entry import Body, Entry, EntryKind, Json
from farola.model.hold import Hold
from farola.model.masks import pack_masks, unpack_masks
from farola.model.person import Person, Session, session_id
from farola.model.recording import Gap, Rendition, Run, Segment, Span
from farola.model.scene import PLATED, Box, Detection, Label, Sighting
from farola.model.situation import (
    HOUR_US,
    Condition,
    Direction,
    Event,
    EventFilter,
    EventPage,
    HourCount,
    Rule,
    Schedule,
    Trial,
    Zone,
    ZoneKind,
)
from farola.model.state import Alarm, CameraState, Phase

__all__ = [
    "HOUR_US",
    "PLATED",
    "Address",
    "Alarm",
    "Attention",
    "Body",
    "Box",
    "Camera",
    "CameraState",
    "Condition",
    "Cover",
    "CoverJob",
    "CoverState",
    "CoveredUnit",
    "Credentials",
    "Detection",
    "Direction",
    "Entry",
    "EntryKind",
    "Event",
    "EventFilter",
    "EventPage",
    "Gap",
    "Hold",
    "HourCount",
    "Json",
    "Label",
    "LaneSpec",
    "Papers",
    "Person",
    "Phase",
    "Point",
    "Recipe",
    "RecordedUnit",
    "Rendition",
    "Rule",
    "Run",
    "Schedule",
    "Segment",
    "Session",
    "Sighting",
    "Span",
    "StreamKind",
    "Trial",
    "Zone",
    "ZoneKind",
    "pack_masks",
    "session_id",
    "unpack_masks",
]
