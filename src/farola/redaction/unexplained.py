"""Motion that nothing explains: somebody whom the detector has not found yet, or never finds."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage  # type: ignore[import-untyped]

from farola.redaction.grid import Cells, Grid

LEAST_CELLS = 4
FRESH_US = 1_500_000  # what has not changed for so long was put down, and waits to become scene
RESTLESS = 0.3  # share of the time; what moves so often is foliage, water or a flag
RESTLESS_US = 60_000_000
_AROUND = np.ones((3, 3), np.bool_)


class Unexplained:
    """Remembers which cells move all day long."""

    def __init__(self, grid: Grid) -> None:
        self._restless = np.zeros((grid.rows, grid.columns), np.float32)
        self._at_us = 0

    def cover(
        self,
        at_us: int,
        foreground: Cells,
        changed_us: npt.NDArray[np.int64],
        explained: Cells,
    ) -> Cells:
        """Moving cells to be covered although nobody was seen there.

        `explained` are those that are covered anyway or belong to a vehicle.
        """
        unknown = foreground & ~explained
        passed_us = min(max(at_us - self._at_us, 0), 1_000_000)
        self._at_us = at_us
        self._restless += (unknown - self._restless) * np.float32(passed_us / RESTLESS_US)
        unknown &= self._restless < RESTLESS
        return framed(unknown, changed_us > at_us - FRESH_US)

    def clear(self) -> None:
        self._restless[:] = 0.0


def framed(moving: Cells, wanted: Cells, least: int = LEAST_CELLS) -> Cells:
    """The frames of what moves, and a cell around: a body stands out from the scene in parts only.

    Left out is what has fewer than `least` cells, and what has none of the `wanted` cells.
    """
    covered: Cells = np.zeros_like(moving)
    if not moving.any():
        return covered
    blobs, count = ndimage.label(moving, _AROUND)
    sizes = np.bincount(blobs.ravel(), minlength=count + 1)
    chosen = np.bincount(blobs[wanted], minlength=count + 1)
    for number, (down, across) in enumerate(ndimage.find_objects(blobs), 1):
        if sizes[number] >= least and chosen[number] > 0:
            rows = slice(max(0, down.start - 1), down.stop + 1)
            covered[rows, max(0, across.start - 1) : across.stop + 1] = True
    return covered
