"""One stream's pictures and sightings in, covered pictures out; when in doubt, all is covered."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np

from farola.base import Error, Kind
from farola.model.course import NOWHERE, Course
from farola.model.covering import Recipe
from farola.model.scene import Sighting
from farola.redaction.grid import Grid
from farola.redaction.mask import Mask
from farola.redaction.mosaic import Planes, cover
from farola.redaction.scene import Scene

MOST_BETWEEN_US = 1_500_000
"""Samples further apart say too little about the pictures between them."""

MOST_TAIL_US = 600_000
"""How far behind the last sample the last pictures of a file may lie."""


@dataclass(frozen=True, slots=True)
class Covered:
    """A picture that may be shown. `whole` is why all of it is covered, None while all is well.

    `mask` covers everything there is, also what was left bare in this picture.
    """

    at_us: int
    picture: Planes = field(repr=False)
    mask: Mask

    @property
    def whole(self) -> Kind | None:
        return self.mask.whole


@dataclass(slots=True)
class _Sample:
    at_us: int
    answered: bool = False
    missed: Kind | None = None

    @property
    def good(self) -> bool:
        return self.answered and self.missed is None


@dataclass(frozen=True, slots=True)
class _Waiting:
    at_us: int
    picture: Planes


@dataclass(frozen=True, slots=True)
class _Blind:
    """Pictures from `from_us` on are wholly covered until a good answer later than `after_us`."""

    from_us: int
    after_us: int
    reason: Kind


class _Clear(Enum):
    """A picture of which enough is known: `TAIL` when nothing later is."""

    BETWEEN = auto()
    TAIL = auto()


class Redactor:
    """Covers one stream of pictures, all of `width` x `height` px, in presentation order.

    Every picture that was pushed comes out once, in order, from `ready` or `flush`. A picture is
    ready when the answers (`sighted` or `missed`) of the sampled pictures around it are there, and
    of those up to `ahead_us` later: whoever can wait (a file, a recorded span) covers people before
    they were first noticed. A sampled picture counts as around itself. `recorded_height` is the
    height in px of the recorded picture, for the size of number plates, if it was scaled. `bare`
    is where one thing stays to be seen, while enough is known and but for all else that is there.
    """

    def __init__(
        self,
        recipe: Recipe,
        width: int,
        height: int,
        *,
        ahead_us: int = 0,
        recorded_height: int | None = None,
        bare: Course = NOWHERE,
    ) -> None:
        self.grid = Grid(width, height)
        self._recipe = recipe
        self._ahead_us = ahead_us
        self._scene = Scene(recipe, self.grid, ahead_us, recorded_height or height, bare)
        self._bare = bool(bare.stretches)
        self._waiting: deque[_Waiting] = deque()
        self._samples: deque[_Sample] = deque()
        self._newest_us: int | None = None
        self._blind: list[_Blind] = []
        self._late: tuple[int, Kind] | None = None

    def push(self, at_us: int, picture: Planes, sampled: bool) -> None:
        """The next picture, which now belongs to the redactor and is covered in place.

        `picture` is yuv420p planar, (height * 3 // 2) x width, limited range, contiguous.
        `sampled`: one call of `sighted`, `missed` or `skipped` with this `at_us` will follow. It
        raises INVALID_INPUT for another size, and for a time not after that of the one before.
        """
        lines, width = self.grid.height * 3 // 2, self.grid.width
        if picture.shape != (lines, width) or picture.dtype != np.uint8:
            raise Error(Kind.INVALID_INPUT, "a picture of another size or format was pushed")
        if self._newest_us is not None and at_us <= self._newest_us:
            raise Error(Kind.INVALID_INPUT, "pictures come in the order in which they are shown")
        self._newest_us = at_us
        if sampled:
            self._samples.append(_Sample(at_us))
        self._waiting.append(_Waiting(at_us, picture))

    def sighted(self, at_us: int, sightings: Sequence[Sighting]) -> None:
        """What was seen in the sampled picture of that time; answers come in order.

        An answer for a picture that was given up still counts for those after it.
        """
        if self._answer(at_us, None):
            self._scene.saw(at_us, sightings)

    def missed(self, at_us: int, reason: Kind) -> None:
        """Nothing is known about that sampled picture: all is covered to the next good answer."""
        self._answer(at_us, reason)

    def skipped(self, at_us: int) -> None:
        """That sampled picture was not looked at after all: it lies between two that were.

        Under load that is no fault; how far apart two looks may lie is bounded all the same.
        """
        for sample in self._samples:
            if sample.at_us == at_us and not sample.answered:
                self._samples.remove(sample)
                return

    def give_up(self, before_us: int, reason: Kind) -> None:
        """Pictures before `before_us` go out now; those not ready yet are wholly covered."""
        self._late = before_us, reason

    def broken(self, reason: Kind) -> None:
        """Decoding broke after the last pushed picture: all is covered until a later good answer.

        Also for a cut in the bitstream, lost packets, a seek.
        """
        if self._newest_us is not None:  # before the first answer all is covered anyway
            self._blind.append(_Blind(self._newest_us + 1, self._newest_us, reason))

    def ready(self) -> Iterator[Covered]:
        """Covered pictures that wait for nothing more."""
        while self._waiting:
            verdict = self._verdict(self._waiting[0].at_us, final=False)
            if verdict is None:
                return
            yield self._release(verdict)

    def flush(self) -> Iterator[Covered]:
        """All that is left: no picture and no answer will come any more."""
        while self._waiting:
            verdict = self._verdict(self._waiting[0].at_us, final=True)
            yield self._release(verdict or Kind.DETECTOR_LATE)

    def _answer(self, at_us: int, missed: Kind | None) -> bool:
        """False when nothing waits for that answer any more."""
        for sample in self._samples:
            if sample.at_us == at_us and not sample.answered:
                sample.answered, sample.missed = True, missed
                return True
        return False

    def _verdict(self, at_us: int, *, final: bool) -> Kind | _Clear | None:
        """Why the picture must be covered whole, or that it need not be; None: wait."""
        before = after = None
        for sample in self._samples:
            if sample.at_us <= at_us:
                before = sample
            if sample.at_us >= at_us:
                after = sample
                break
        if before is None:
            return Kind.WARMING_UP
        if before.missed is not None:
            return before.missed
        if not before.answered:
            passed = any(sample.answered for sample in self._samples if sample.at_us > at_us)
            return Kind.DETECTOR_LATE if passed else self._unknown(at_us, final)
        if after is None:
            if final and at_us - before.at_us <= MOST_TAIL_US:
                return _Clear.TAIL
            return self._unknown(at_us, final)
        if not after.answered:
            return self._unknown(at_us, final)
        if after.missed is not None:
            return after.missed
        if after.at_us - before.at_us > MOST_BETWEEN_US:
            return Kind.DETECTOR_LATE
        given_up = self._late is not None and at_us < self._late[0]
        if self._ahead_us and not final and not given_up and not self._knows_ahead(at_us):
            return None
        return _Clear.BETWEEN

    def _unknown(self, at_us: int, final: bool) -> Kind | None:
        if self._late is not None and at_us < self._late[0]:
            return self._late[1]
        return Kind.DETECTOR_LATE if final else None

    def _knows_ahead(self, at_us: int) -> bool:
        until_us = at_us + self._ahead_us
        if self._newest_us is None or self._newest_us < until_us:
            return False
        return all(sample.answered for sample in self._samples if sample.at_us <= until_us)

    def _release(self, verdict: Kind | _Clear) -> Covered:
        waiting = self._waiting.popleft()
        at_us = waiting.at_us
        while len(self._samples) > 1 and self._samples[1].at_us <= at_us:
            self._samples.popleft()
        if self._scene.look(at_us, waiting.picture):
            self._blind.append(_Blind(at_us, at_us, Kind.SCENE_CHANGED))
        if isinstance(verdict, _Clear):
            verdict = self._blinded(at_us) or verdict
        if isinstance(verdict, Kind):
            mask = laid = self._scene.hide(verdict)
        else:
            mask = laid = self._scene.mask(unsure=verdict is _Clear.TAIL)
            if verdict is _Clear.BETWEEN:
                laid = mask.without(self._scene.bare()) if self._bare else mask
        return Covered(at_us, cover(waiting.picture, laid, self._recipe), mask)

    def _blinded(self, at_us: int) -> Kind | None:
        """Why all is covered although the samples around are known."""
        seen_us = self._samples[0].at_us
        self._blind = [one for one in self._blind if seen_us <= one.after_us]
        return next((one.reason for one in self._blind if one.from_us <= at_us), None)
