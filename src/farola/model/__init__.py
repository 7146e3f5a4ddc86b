"""The domain's words as frozen values, without input or output."""

from farola.model.camera import Address, Camera, Credentials, Papers, StreamKind
from farola.model.person import Person, Session
from farola.model.recording import Gap, Rendition, Run, Segment, Span
from farola.model.scene import PLATED, Box, Detection, Label, Sighting
from farola.model.state import Alarm, CameraState, Phase

__all__ = [
    "PLATED",
    "Address",
    "Alarm",
    "Box",
    "Camera",
    "CameraState",
    "Credentials",
    "Detection",
    "Gap",
    "Label",
    "Papers",
    "Person",
    "Phase",
    "Rendition",
    "Run",
    "Segment",
    "Session",
    "Sighting",
    "Span",
    "StreamKind",
]
