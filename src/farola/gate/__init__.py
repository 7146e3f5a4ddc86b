"""The single media gate: every picture that leaves Farola passes here, and nowhere else."""

from farola.gate.admitted import Admitted
from farola.gate.gate import Gate
from farola.gate.looks import Acts, Looks
from farola.gate.media import (
    Chunk,
    CoverChange,
    Dropped,
    Footage,
    Init,
    KeyFrame,
    LiveMessage,
    StateChange,
    Still,
)
from farola.gate.rules import Look, Viewer, decide
from farola.gate.sources import Grants, LiveSource, LiveSubscription, PlaybackSource

__all__ = [
    "Acts",
    "Admitted",
    "Chunk",
    "CoverChange",
    "Dropped",
    "Footage",
    "Gate",
    "Grants",
    "Init",
    "KeyFrame",
    "LiveMessage",
    "LiveSource",
    "LiveSubscription",
    "Look",
    "Looks",
    "PlaybackSource",
    "StateChange",
    "Still",
    "Viewer",
    "decide",
]
