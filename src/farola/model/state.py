"""What a camera and the recorder are doing now, in the words of the console."""

from dataclasses import dataclass
from enum import StrEnum

from farola.base import Kind


class Phase(StrEnum):
    OFF = "off"
    CONNECTING = "connecting"
    LIVE = "live"
    DELAYED = "delayed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class CameraState:
    """A camera's present condition and what it has done since the recorder started.

    `reason` is None while all is well. `lag_us` is how far the newest fragment on disk lies behind
    now; None before the first. `dropped` counts fragments that a full queue refused.
    """

    camera_id: str
    phase: Phase
    reason: Kind | None
    detail: str
    since_us: int
    frames: int
    bytes: int
    lost: int
    gaps: int
    reconnects: int
    dropped: int
    lag_us: int | None
    camera_offset_us: int | None
    width: int
    height: int
    codec: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition of the whole recorder that somebody must mend; it clears by itself."""

    kind: Kind
    message: str
    since_us: int
