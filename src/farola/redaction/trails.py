"""Where everybody is at one instant, from what was seen before and after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from farola.model.scene import Box, Label, Sighting

LINK_US = 1_200_000  # two sightings of a track so far apart still say where it was between them
DRIFT_US = 500_000  # how long somebody is believed to go on as before
BEFORE_US = 400_000  # how long before the first sighting a place is covered in any case


class When(Enum):
    """An instant against a track: while it is seen, after it was, shortly before, long before."""

    SEEN = auto()
    AFTER = auto()
    BEFORE = auto()
    LONG_BEFORE = auto()


@dataclass(slots=True)
class Trail:
    """One track's sightings, oldest first.

    `score` is its usual one, the newest counting most. `stood_out` is the share of its place that
    differed from the empty scene when it was seen last, `scenery` whether it was taken for a thing
    then.
    """

    label: Label
    seen: list[tuple[int, Box]]
    score: float
    stood_out: float = 0.0
    scenery: bool = False
    hits: int = 0

    @property
    def last_us(self) -> int:
        return self.seen[-1][0]

    def beside(self, other: "Trail") -> bool:
        """Whether both were seen in the same time."""
        return self.seen[0][0] <= other.last_us and other.seen[0][0] <= self.last_us

    @property
    def believed(self) -> bool:
        """Seen often and well enough to be looked for after it is lost."""
        return self.hits >= 3 and self.score >= 0.3

    def at(self, at_us: int, hold_us: int, ahead_us: int) -> Iterator[tuple[When, Box]]:
        """Where it may be: between two sightings, or for a while around them.

        Time only moves on: what is older than two sightings before `at_us` is forgotten.
        """
        while len(self.seen) > 2 and self.seen[2][0] <= at_us:
            del self.seen[0]
        before = after = -1
        for index, (seen_us, _) in enumerate(self.seen):
            if seen_us <= at_us:
                before = index
            else:
                after = index
                break
        if before >= 0:
            then_us, box = self.seen[before]
            if then_us == at_us:
                yield When.SEEN, box
                return
            if after >= 0:
                next_us, other = self.seen[after]
                if next_us - then_us <= LINK_US:
                    share = (at_us - then_us) / (next_us - then_us)
                    yield When.SEEN, box.between(other, share)
                    return
            if at_us - then_us <= hold_us:
                for place in self._drift(before, before - 1, at_us):
                    yield When.AFTER, place
        if after >= 0 and (wait_us := self.seen[after][0] - at_us) <= ahead_us:
            when = When.BEFORE if wait_us <= BEFORE_US else When.LONG_BEFORE
            for place in self._drift(after, after + 1, at_us):
                yield when, place

    def _drift(self, near: int, far: int, at_us: int) -> Iterator[Box]:
        """Where it was seen, and where it went on to or came from if it kept its pace."""
        near_us, box = self.seen[near]
        yield box
        if not 0 <= far < len(self.seen) or abs(near_us - at_us) > DRIFT_US:
            return
        far_us, other = self.seen[far]
        if 0 < abs(far_us - near_us) <= LINK_US:
            share = (at_us - near_us) / (near_us - far_us)
            yield Box(
                box.left + (box.left - other.left) * share,
                box.top + (box.top - other.top) * share,
                box.width,
                box.height,
            )


class Trails:
    """The tracks of one stream, as far back as they still matter."""

    def __init__(self, hold_us: int) -> None:
        self._hold_us = hold_us
        self._trails: dict[int, Trail] = {}

    def add(self, at_us: int, sightings: Sequence[Sighting]) -> None:
        for one in sightings:
            trail = self._trails.get(one.track)
            if trail is None:
                trail = self._trails[one.track] = Trail(one.label, [], one.score)
            trail.label = one.label
            trail.score += (one.score - trail.score) * 0.2
            trail.hits += 1
            trail.seen.append((at_us, one.box))

    def __iter__(self) -> Iterator[Trail]:
        return iter(self._trails.values())

    def lost(self, at_us: int) -> list[Trail]:
        """Tracks that nothing holds any longer, taken out."""
        gone = [
            number
            for number, trail in self._trails.items()
            if at_us - trail.last_us > self._hold_us
        ]
        return [self._trails.pop(number) for number in gone]

    def clear_before(self, at_us: int) -> None:
        """Forget where things were before the scene changed."""
        for number in list(self._trails):
            seen = self._trails[number].seen
            while seen and seen[0][0] < at_us:
                del seen[0]
            if not seen:
                del self._trails[number]
