"""Which cells people and plates take at one instant: what was seen, weighed against the scene."""

import numpy as np

from farola.model.covering import Recipe
from farola.model.scene import PLATED, Box, Label
from farola.redaction.grid import Cells, Grid
from farola.redaction.motion import Look, Motion
from farola.redaction.stays import Stays
from farola.redaction.trails import Trail, Trails, When

RIDDEN = frozenset({Label.BICYCLE, Label.MOTORCYCLE})

NEAR = 1 / 3
"""Share of the picture's height; a person taller than that is covered in coarser squares."""

STRONG = 0.4
"""A score from which a sighting is believed whatever the scene looks like."""

STRONG_US = 10_000_000
"""For so long weak sightings in a place are believed after a strong one there."""

FORGET_US = 3_000_000

HUGE = 0.5
"""Share of the picture; a weak sighting of that size is covered where something stands out."""

STOOD_OUT = 0.25
GONE = 0.08


class Places:
    """Cells of people, of vehicles with a plate (`others`), and of people who are `near`.

    `weak` are the cells where only unlikely sightings say that somebody is there, covered or not.
    `vehicles` and `ridden` are only where: what moves there is no person, or is one. `boxes` are
    those of everything that is covered, with the trail that each belongs to, if any.
    """

    def __init__(self, grid: Grid) -> None:
        self.people = grid.empty()
        self.others = grid.empty()
        self.near = grid.empty()
        self.weak = grid.empty()
        self.vehicles = grid.empty()
        self.ridden = grid.empty()
        self.boxes: list[tuple[Trail | None, Box]] = []


class Placing:
    def __init__(
        self, recipe: Recipe, grid: Grid, motion: Motion, ahead_us: int, recorded_height: int
    ) -> None:
        self._recipe = recipe
        self._grid = grid
        self._motion = motion
        self._ahead_us = max(ahead_us, 400_000)
        self._plate_height = recipe.vehicle_pixels / recorded_height
        self._strong_us = np.full((grid.rows, grid.columns), -STRONG_US, np.int64)
        self._clear = grid.empty()  # where somebody was clearly seen not long ago
        self._stirred = grid.empty()  # what changed within the last second
        self.trails = Trails(recipe.hold_us)
        self._stays = Stays(grid, motion)

    def at(self, at_us: int, look: Look) -> Places:
        places = Places(self._grid)
        seen: list[Box] = []
        self._forget(at_us, look)
        # The likely ones first: an unlikely sighting is judged by what they leave over.
        for trail in sorted(self.trails, key=lambda trail: -trail.score):
            if trail.label is Label.PERSON:
                seen += self._place_person(trail, at_us, look, places)
            elif trail.label is not Label.DOG:
                self._place_vehicle(trail, at_us, look, places)
        for trail in self.trails.lost(at_us):
            if trail.label is Label.PERSON and trail.believed and not trail.scenery:
                lost_us, box = trail.seen[-1]
                self._stays.keep(box, lost_us, at_us, trail.stood_out)
        for box in self._stays.boxes(at_us, look.foreground, seen):
            self._mark(places, box)
        return places

    def clear_before(self, at_us: int) -> None:
        """The scene is another one since then."""
        self.trails.clear_before(at_us)
        self._stays.clear()
        self._strong_us[:] = -STRONG_US

    def _place_person(self, trail: Trail, at_us: int, look: Look, places: Places) -> list[Box]:
        boxes = []
        for when, box in trail.at(at_us, self._recipe.hold_us, self._ahead_us):
            span = self._grid.span(box)
            foreground = look.foreground[span]
            if foreground.size == 0:
                continue
            out = float(np.count_nonzero(foreground)) / foreground.size
            if when is When.SEEN:
                if trail.score >= STRONG:
                    self._strong_us[span] = at_us
                    self._clear[span] = True
                trail.stood_out = out
                trail.scenery = trail.score < STRONG and self._is_scenery(
                    look, span, ~places.people[span]
                )
            elif when is When.AFTER:
                if trail.stood_out >= STOOD_OUT and out <= GONE and self._known(span):
                    continue  # it stood out while it was seen, and now there is nothing
            elif when is When.LONG_BEFORE and out < 0.1 and self._known(span):
                continue
            if trail.scenery:
                places.weak[span] = True
                continue
            if trail.score < STRONG:
                if box.width * box.height > HUGE:
                    places.people[span] |= foreground
                    places.weak[span] = True
                    places.boxes.append((trail, box))
                    continue
                self._grid.mark(places.weak, box, self._recipe.margin)
            self._mark(places, box, trail)
            boxes.append(box)
        return boxes

    def _place_vehicle(self, trail: Trail, at_us: int, look: Look, places: Places) -> None:
        for _, box in trail.at(at_us, self._recipe.hold_us, self._ahead_us):
            self._grid.mark(places.ridden if trail.label in RIDDEN else places.vehicles, box)
            plated = self._recipe.vehicles and trail.label in PLATED
            if not plated or box.height < self._plate_height:
                continue
            if trail.score < STRONG and box.width * box.height > HUGE:
                span = self._grid.span(box)
                places.others[span] |= look.foreground[span]
            else:
                self._grid.mark(places.others, box, self._recipe.margin)
            places.boxes.append((trail, box))

    def _mark(self, places: Places, box: Box, trail: Trail | None = None) -> None:
        self._grid.mark(places.people, box, self._recipe.margin)
        places.boxes.append((trail, box))
        if box.height > NEAR:
            self._grid.mark(places.near, box, self._recipe.margin)

    def _known(self, span: tuple[slice, slice]) -> bool:
        known = self._motion.known[span]
        return self._motion.sees and bool(np.count_nonzero(known) > 0.8 * known.size)

    def _is_scenery(self, look: Look, span: tuple[slice, slice], rest: Cells) -> bool:
        """Whether an unlikely sighting is of a thing that always stood there.

        Nobody was clearly seen there, nothing stands out, nothing stirs, and the scene was learned
        while nothing stirred; all of it in the `rest` that likelier sightings leave over.
        """
        most = GONE * rest.size
        if not self._known(span) or np.count_nonzero(look.foreground[span] & rest) > most:
            return False
        if np.count_nonzero(self._clear[span] & rest):
            return False
        return bool(np.count_nonzero(self._stirred[span] & rest) < most)

    def _forget(self, at_us: int, look: Look) -> None:
        """Who was clearly seen has left where the empty scene was seen again for a while."""
        still = self._motion.changed_us < at_us - FORGET_US
        self._strong_us[self._motion.known & ~look.foreground & still] = -STRONG_US
        self._clear = self._strong_us > at_us - STRONG_US
        self._stirred = self._motion.changed_us > at_us - 1_000_000
