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


@dataclass(frozen=True, slots=True)
class Stretch:
    """`points` are UTC microseconds and boxes in order of time; between two of them the thing is on
    its way. They are of the recording's run `run_id`: after a clock was set back, pictures of
    another run may have the same times.
    """

    points: tuple[tuple[int, Box], ...]
    run_id: str = ""

    def at(self, at_us: int) -> Box | None:
        """The box at that time; None before the first and after the last point."""
        if not self.points[0][0] <= at_us <= self.points[-1][0]:
            return None
        after = bisect_left(self.points, at_us, key=lambda point: point[0])
        next_us, box = self.points[after]
        if next_us == at_us:
            return box
        then_us, before = self.points[after - 1]
        return before.between(box, (at_us - then_us) / (next_us - then_us))


@dataclass(frozen=True, slots=True)
class Course:
    """Where the thing is for as long as it can be told from all others.

    Outside of its stretches nothing is known of it. Of two that overlap the first counts.
    """

    stretches: tuple[Stretch, ...] = ()

    def at(self, at_us: int, run_id: str = "") -> Box | None:
        """Its box at that time of that run; None where it is not known."""
        found = (each.at(at_us) for each in self.stretches if each.run_id == run_id)
        return next((box for box in found if box is not None), None)

    def joined(self, other: "Course") -> "Course":
        """This one, and the other where this one is not known."""
        return Course(self.stretches + other.stretches)


NOWHERE = Course()
"""No one thing, or none that can be told."""
