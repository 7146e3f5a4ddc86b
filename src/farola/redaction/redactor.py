"""One stream's pictures and sightings in, covered pictures out; when in doubt, all is covered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from farola.base import Kind
from farola.model.covering import Recipe
from farola.model.scene import Sighting
from farola.redaction.grid import Grid
from farola.redaction.mask import Mask
from farola.redaction.mosaic import Planes


@dataclass(frozen=True, slots=True)
class Covered:
    """A picture that may be shown. `whole` is why all of it is covered, None while all is well."""

    at_us: int
    picture: Planes = field(repr=False)
    mask: Mask

    @property
    def whole(self) -> Kind | None:
        return self.mask.whole


class Redactor:
    """Covers one stream of pictures, all of `width` x `height` px, in presentation order.

    Every picture that was pushed comes out once, in order, from `ready` or `flush`. A picture is
    ready when the answers (`sighted` or `missed`) of the sampled pictures around it are there, and
    of those up to `ahead_us` later: whoever can wait (a file, a recorded span) covers people before
    they were first noticed. A sampled picture counts as around itself.
    """

    def __init__(self, recipe: Recipe, width: int, height: int, *, ahead_us: int = 0) -> None:
        self.grid = Grid(width, height)
        self._recipe = recipe
        self._ahead_us = ahead_us

    def push(self, at_us: int, picture: Planes, sampled: bool) -> None:
        """The next picture, which now belongs to the redactor and is covered in place.

        `picture` is yuv420p planar, (height * 3 // 2) x width, limited range. `sampled`: one call
        of `sighted` or `missed` with this `at_us` will follow. Raises INVALID_INPUT for another
        size and for a time that does not come after the one before.
        """

    def sighted(self, at_us: int, sightings: Sequence[Sighting]) -> None:
        """What was seen in the sampled picture of that time; answers come in order.

        An answer for a picture that was given up still counts for those after it.
        """

    def missed(self, at_us: int, reason: Kind) -> None:
        """Nothing is known about that sampled picture: all is covered to the next good answer."""

    def give_up(self, before_us: int, reason: Kind) -> None:
        """Pictures before `before_us` go out now; those not ready yet are wholly covered."""

    def broken(self, reason: Kind) -> None:
        """Decoding broke after the last pushed picture: all is covered until a later good answer.

        Also for a cut in the bitstream, lost packets, a seek.
        """

    def ready(self) -> Iterator[Covered]:
        """Covered pictures that wait for nothing more."""
        yield from ()

    def flush(self) -> Iterator[Covered]:
        """All that is left: no picture and no answer will come any more."""
        yield from ()
