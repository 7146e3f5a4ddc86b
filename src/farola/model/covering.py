"""What is asked of a darkroom, the locked-in process from which only covered pictures leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from farola.base import Kind
from farola.model.course import NOWHERE, Course

type Point = tuple[float, float]
"""x and y in fractions of the picture's width and height, origin top left."""


class CoverState(StrEnum):
    """How much of a picture is covered. `COVERED` covers people and plates alone."""

    COVERED = "covered"
    WHOLE = "whole"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Cover:
    """`reason` is why the whole picture is covered or withheld, None while all is well."""

    state: CoverState
    reason: Kind | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How pictures are covered; equal recipes give equal masks for equal sightings.

    `vehicle_pixels` is a height in pixels of the recorded picture. `private` are the camera's
    privacy zones as polygons.
    """

    style: str = "mosaic"
    vehicles: bool = True
    vehicle_pixels: int = 90
    margin: float = 0.10
    hold_us: int = 1_500_000
    most_height: int = 720
    private: tuple[tuple[Point, ...], ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hexadecimal over every field: masks kept under another one are not used."""
        fields = (
            self.style,
            self.vehicles,
            self.vehicle_pixels,
            self.margin,
            self.hold_us,
            self.most_height,
            self.private,
        )
        return sha256(repr(fields).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """One live stream: `key` names the lane, `rate` is detections a second.

    With `show` pictures are covered and coded; without it they are only looked at.
    """

    key: str
    camera_id: str
    recipe: Recipe
    rate: float
    show: bool


@dataclass(frozen=True, slots=True)
class RecordedUnit:
    """One access unit of a recorded group; `media` is presentation time in ticks of its run."""

    media: int
    key: bool
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CoverJob:
    """Recorded units in decoding order to be covered; the first begins with a key frame.

    `codec` is `h264` or `h265`. The pictures of the first `lead` units are context for detection
    and are not given back, nor are those shown before `since` or after `until`; the first picture
    given back is coded as a key frame. Of a long context before it only the end is looked at.
    `masks` is what `pack_masks` made of an earlier job's masks: nothing is detected anew then, and
    a picture without a mask of its size among them is wholly covered. With `keep` every covered
    unit brings its mask. With `still` only the picture at or next after `still_media` comes back,
    as one JPEG.
    With `look` pictures are only looked at, and none comes back. `bare` is where one thing is left
    to be seen, but for what else is there; its times are the units' in microseconds.
    """

    camera_id: str
    codec: str
    parameter_sets: tuple[bytes, ...] = field(repr=False)
    units: Sequence[RecordedUnit] = field(repr=False)
    recipe: Recipe
    rate: float
    lead: int = 0
    since: int | None = None
    until: int | None = None
    masks: bytes | None = field(default=None, repr=False)
    keep: bool = False
    still: bool = False
    still_media: int = 0
    look: bool = False
    bare: Course = NOWHERE


@dataclass(frozen=True, slots=True)
class CoveredUnit:
    """One covered picture, H.264 with length-prefixed NAL units, or a JPEG for a still.

    `parameter_sets` are SPS and PPS, the same object for every picture until they change. `mask`
    is the picture's packed mask, empty where nobody asked for it.
    """

    parameter_sets: tuple[bytes, ...] = field(repr=False)
    width: int
    height: int
    media: int
    wall_us: int
    key: bool
    payload: bytes = field(repr=False)
    cover: Cover
    mask: bytes = field(default=b"", repr=False)
