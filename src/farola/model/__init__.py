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
from farola.model.person import Person, Session
from farola.model.recording import Gap, Rendition, Run, Segment, Span
from farola.model.scene import PLATED, Box, Detection, Label, Sighting
from farola.model.state import Alarm, CameraState, Phase

__all__ = [
    "PLATED",
    "Address",
    "Alarm",
    "Attention",
    "Box",
    "Camera",
    "CameraState",
    "Cover",
    "CoverJob",
    "CoverState",
    "CoveredUnit",
    "Credentials",
    "Detection",
    "Gap",
    "Label",
    "LaneSpec",
    "Papers",
    "Person",
    "Phase",
    "Point",
    "Recipe",
    "RecordedUnit",
    "Rendition",
    "Run",
    "Segment",
    "Session",
    "Sighting",
    "Span",
    "StreamKind",
]
