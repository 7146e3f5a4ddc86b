"""What can be noticed in a picture. The only word for a human being is `person`."""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """The closed allow-list: no model's other classes ever become a `Detection`."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"
    VEHICLE = "vehicle"
    DOG = "dog"


PLATED = frozenset({Label.MOTORCYCLE, Label.CAR, Label.BUS, Label.TRUCK, Label.VEHICLE})
"""Things that carry a number plate."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the picture's width and height, origin top left.

    Fractions, because one camera's streams and renditions differ in size. It may reach beyond the
    picture.
    """

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def foot(self) -> tuple[float, float]:
        """Where it stands on the ground: the middle of the lower edge."""
        return self.left + self.width / 2, self.top + self.height

    @property
    def area(self) -> float:
        return self.width * self.height

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.area + other.area - shared)

    def between(self, other: "Box", share: float) -> "Box":
        """The box `share` (0 to 1) of the way from this one to the other."""
        return Box(
            self.left + (other.left - self.left) * share,
            self.top + (other.top - self.top) * share,
            self.width + (other.width - self.width) * share,
            self.height + (other.height - self.height) * share,
        )


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing in one picture. `score` is the detector's confidence, 0 to 1."""

    label: Label
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Sighting:
    """A track at one instant. `track` is random, and gone with the track.

    `sure` once the track was seen often and clearly enough to be counted and to fire rules; what
    covers people does not wait for that.
    """

    track: int
    label: Label
    score: float
    box: Box
    sure: bool
