"""One thing somebody pointed at in a recorded picture, and where it is before and after."""

from bisect import bisect_left
from dataclasses import dataclass

from farola.model.scene import Box


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody pointed, and when: `at_us` is UTC microseconds, `x` and `y` are fractions of
    the picture's width and height.
    """

    at_us: int
    x: float
    y: float


type Stretch = tuple[tuple[int, Box], ...]
"""UTC microseconds and boxes in order of time; between two of them a thing is on its way."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where the thing is for as long as it can be told from all others.

    Outside of its stretches nothing is known of it. Of two that overlap the first counts.
    """

    stretches: tuple[Stretch, ...] = ()

    def at(self, at_us: int) -> Box | None:
        """Its box at that time; None where it is not known."""
        for stretch in self.stretches:
            if stretch[0][0] <= at_us <= stretch[-1][0]:
                return _within(stretch, at_us)
        return None

    def joined(self, other: "Course") -> "Course":
        """This one, and the other where this one is not known."""
        return Course(self.stretches + other.stretches)


NOWHERE = Course()
"""No one thing, or none that can be told."""


def _within(stretch: Stretch, at_us: int) -> Box:
    after = bisect_left(stretch, at_us, key=lambda point: point[0])
    next_us, box = stretch[after]
    if next_us == at_us:
        return box
    then_us, before = stretch[after - 1]
    return before.between(box, (at_us - then_us) / (next_us - then_us))
