"""Everything known about one stream's scene, and the mask that follows from it for one picture."""

from collections.abc import Sequence

import numpy as np

from farola.base import Kind
from farola.model.covering import Recipe
from farola.model.scene import PLATED, Box, Label, Sighting
from farola.redaction.carry import Carry
from farola.redaction.grid import Cells, Grid
from farola.redaction.mask import Level, Mask
from farola.redaction.mosaic import Planes
from farola.redaction.motion import Look, Motion
from farola.redaction.stays import Stays
from farola.redaction.trails import Trails

NEAR = 1 / 3
"""Share of the picture's height; a person taller than that is covered in coarser squares."""

RIDDEN = frozenset({Label.BICYCLE, Label.MOTORCYCLE})


class Scene:
    """`look` at every picture in order, then ask for its `mask` or `hide` it whole."""

    def __init__(self, recipe: Recipe, grid: Grid, ahead_us: int, recorded_height: int) -> None:
        self._recipe = recipe
        self._grid = grid
        self._plate_height = recipe.vehicle_pixels / recorded_height
        self._trails = Trails(recipe.hold_us, ahead_us)
        self._motion = Motion(grid)
        self._carry = Carry(grid)
        self._stays = Stays(grid, self._motion)
        self._private = grid.empty()
        for polygon in recipe.private:
            self._private |= grid.polygon(polygon)
        self._at_us = 0
        self._look: Look

    def saw(self, at_us: int, sightings: Sequence[Sighting]) -> None:
        self._trails.add(at_us, sightings)

    def look(self, at_us: int, picture: Planes) -> bool:
        """Take in the next picture, not yet covered; True when it shows another scene."""
        self._at_us = at_us
        self._look = self._motion.look(at_us, picture[: self._grid.height])
        if self._look.another:
            self._trails.clear_before(at_us)
            self._stays.clear()
            self._carry.clear()
        return self._look.another

    def mask(self, *, unsure: bool) -> Mask:
        """What to cover in the picture looked at last; with `unsure` everything that moves too."""
        people, others, near = self._places()
        moving = self._carry.spread(self._at_us, self._look.foreground, people, others)
        if unsure:
            moving |= self._look.foreground
        covered = people | others | moving
        self._motion.learn(covered)
        levels = covered.astype(np.uint8)
        levels[near] = Level.COARSE
        levels[self._private] = Level.SOLID
        return Mask(self._grid, levels)

    def hide(self, reason: Kind) -> Mask:
        """The mask that covers all of it."""
        people, others, _ = self._places()
        self._carry.spread(self._at_us, self._look.foreground, people, others)
        self._motion.learn(people | others)
        return Mask.everything(self._grid, reason, self._private)

    def _places(self) -> tuple[Cells, Cells, Cells]:
        """Cells of people, of vehicles with a plate, and of people who are near."""
        grid, margin = self._grid, self._recipe.margin
        people, others, near = grid.empty(), grid.empty(), grid.empty()
        seen: list[Box] = []
        for presence in self._trails.at(self._at_us):
            if presence.label is Label.PERSON:
                seen += presence.boxes
            elif presence.label in PLATED:
                if self._recipe.vehicles:
                    for box in presence.boxes:
                        if box.height >= self._plate_height:
                            grid.mark(others, box, margin)
            elif presence.label in RIDDEN:
                pass
        for trail in self._trails.lost(self._at_us):
            if trail.label is Label.PERSON:
                lost_us, box = trail.seen[-1]
                self._stays.keep(box, lost_us, self._at_us)
        stays = self._stays.boxes(self._at_us, self._look.foreground, seen)
        for box in [*seen, *stays]:
            grid.mark(people, box, margin)
            if box.height > NEAR:
                grid.mark(near, box, margin)
        return people, others, near
