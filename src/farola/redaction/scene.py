"""Everything known about one stream's scene, and the mask that follows from it for one picture."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from farola.base import Kind
from farola.model.course import Course
from farola.model.covering import Recipe
from farola.model.scene import Box, Sighting
from farola.redaction.carry import Carry
from farola.redaction.grid import Cells, Grid
from farola.redaction.mask import Level, Mask
from farola.redaction.mosaic import Planes
from farola.redaction.motion import Look, Motion
from farola.redaction.places import Placing
from farola.redaction.trails import Trail
from farola.redaction.unexplained import Unexplained, framed

SAME = 0.5
"""How much two boxes overlap that are of one thing."""


class Scene:
    """`look` at every picture in order, then ask for its `mask` or `hide` it whole."""

    def __init__(
        self, recipe: Recipe, grid: Grid, ahead_us: int, recorded_height: int, bare: Course
    ) -> None:
        self._grid = grid
        self._motion = Motion(grid)
        self._carry = Carry(grid)
        self._unexplained = Unexplained(grid)
        self._placing = Placing(recipe, grid, self._motion, ahead_us, recorded_height)
        self._private = grid.empty()
        for polygon in recipe.private:
            self._private |= grid.polygon(polygon)
        self._rim = ~grid.empty()
        self._rim[1:-1, 1:-1] = False
        self._margin = recipe.margin
        self._bare = bare
        self._boxes: list[tuple[Trail | None, Box]] = []
        self._at_us = 0
        self._look: Look

    def saw(self, at_us: int, sightings: Sequence[Sighting]) -> None:
        self._placing.trails.add(at_us, sightings)

    def look(self, at_us: int, picture: Planes) -> bool:
        """Take in the next picture, not yet covered; True when it shows another scene."""
        self._at_us = at_us
        self._look = self._motion.look(at_us, picture[: self._grid.height])
        if self._look.another:
            self._placing.clear_before(at_us)
            self._carry.clear()
            self._unexplained.clear()
        return self._look.another

    def mask(self, *, unsure: bool) -> Mask:
        """What to cover in the picture looked at last; with `unsure` everything that moves too."""
        covered, near = self._cover()
        if unsure:
            covered |= self._look.foreground
        levels = covered.astype(np.uint8)
        levels[near] = Level.COARSE
        levels[self._private] = Level.SOLID
        return Mask(self._grid, levels)

    def bare(self) -> Cells:
        """Cells of the one thing that is left to be seen in the picture looked at last.

        Whatever else is covered there is left out, and all of it when two may be that thing.
        """
        cells = self._grid.empty()
        box = self._bare.at(self._at_us)
        if box is None:
            return cells
        self._grid.mark(cells, box, self._margin)
        own: list[Trail] = []
        for trail, other in self._boxes:
            if trail is None or not self._is_bare(trail):
                cells[self._grid.span(other, self._margin)] = False
            elif all(trail is not each for each in own):
                own.append(trail)
        # One that follows the other is the same thing, lost and found by the tracker.
        if any(one.beside(other) for one, other in combinations(own, 2)):
            cells[:] = False
        return cells

    def _is_bare(self, trail: Trail) -> bool:
        """Whether it is that thing's: wherever both are known they are in one place."""
        told = [(self._bare.at(at_us), box) for at_us, box in trail.seen]
        known = [one.overlap(box) for one, box in told if one is not None]
        return bool(known) and min(known) >= SAME

    def hide(self, reason: Kind) -> Mask:
        """The mask that covers all of it."""
        self._cover()
        return Mask.everything(self._grid, reason, self._private)

    def _cover(self) -> tuple[Cells, Cells]:
        at_us, foreground = self._at_us, self._look.foreground
        places = self._placing.at(at_us, self._look)
        moving = self._carry.spread(at_us, foreground, places.people | places.ridden, places.others)
        covered = places.people | places.others | moving
        self._boxes = places.boxes
        self._motion.learn(covered & ~places.weak | moving, places.weak)
        unexplained = self._unexplained.cover(
            at_us, foreground, self._motion.changed_us, covered | places.vehicles
        )
        # Who comes in at the border was not yet seen there, and stands out only in parts.
        entering = framed(moving & ~places.people, self._rim)
        return covered | unexplained | entering, places.near
