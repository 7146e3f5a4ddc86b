"""People whom the detector lost and of whom nothing shows that they left."""

from dataclasses import dataclass

import numpy as np

from farola.model.scene import Box
from farola.redaction.grid import Cells, Grid
from farola.redaction.motion import Motion

LIVELY_US = 8_000_000  # what did not stir for so long before it was lost is a thing
LIVELY_SHARE = 0.08
GONE_SHARE = 0.25  # of the cells; fewer that stand out from the empty scene show that it is empty
HOLE_SHARE = 0.5
KNOWN_SHARE = 0.7
GONE_US = 400_000
QUIET_US = 20_000_000
MOST_US = 120_000_000


@dataclass(slots=True)
class Stay:
    """`core` is the place itself; `empty_us` since when it looks like the empty scene."""

    box: Box
    core: Cells
    since_us: int
    stood_out: float
    empty_us: int | None = None


class Stays:
    def __init__(self, grid: Grid, motion: Motion) -> None:
        self._grid = grid
        self._motion = motion
        self._stays: list[Stay] = []

    def keep(self, box: Box, lost_us: int, at_us: int, stood_out: float) -> None:
        """Somebody was last seen there: stay, if there was life in the place."""
        core = self._grid.empty()
        self._grid.mark(core, box)
        size = int(np.count_nonzero(core))
        if size == 0:
            return
        stirred = np.count_nonzero(self._motion.changed_us[core] > lost_us - LIVELY_US)
        if stirred >= max(2, LIVELY_SHARE * size):
            self._stays.append(Stay(box, core, at_us, stood_out))

    def boxes(self, at_us: int, foreground: Cells, seen: list[Box]) -> list[Box]:
        """Who still stays; `seen` are the boxes that are covered anyway."""
        self._stays = [stay for stay in self._stays if self._remains(stay, at_us, foreground, seen)]
        return [stay.box for stay in self._stays]

    def clear(self) -> None:
        self._stays.clear()

    def _remains(self, stay: Stay, at_us: int, foreground: Cells, seen: list[Box]) -> bool:
        if any(stay.box.overlap(box) > 0.4 for box in seen):
            return False
        known = float(self._motion.known[stay.core].mean()) > KNOWN_SHARE
        out = float(foreground[stay.core].mean())
        if not self._motion.sees:
            known, out = False, 0.0
        left = out < GONE_SHARE if known else out > HOLE_SHARE and self._motion.empty(stay.core)
        if left:
            stay.empty_us = stay.empty_us or at_us
            if at_us - stay.empty_us >= GONE_US:
                return False
        else:
            stay.empty_us = None
        quiet_us = at_us - int(self._motion.changed_us[stay.core].max())
        return quiet_us < QUIET_US and at_us - stay.since_us < MOST_US
