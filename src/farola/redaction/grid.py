"""Cells and squares: the fixed raster in which a picture of one size is covered."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from farola.base import Error, Kind
from farola.model.covering import Point
from farola.model.scene import Box

type Cells = npt.NDArray[np.bool_]
"""rows x columns, True where something is."""

LEAST_SQUARE = 24  # px: below it a far face would still be several squares wide
GRAZE = 0.4  # cells
_CELL_LINES = 72  # a cell is 8 px high in a picture of 576 lines
_SQUARES_HIGH = 24
_LEAST_SIDE = 16
_MOST_SIDE = 8192


@dataclass(frozen=True)
class Grid:
    """The raster of pictures of `width` x `height` px, both even.

    A cell is the unit in which masks are kept: an even number of pixels, so that it covers whole
    chroma samples. Squares, the mosaic's stones, are made of whole cells and begin at the picture's
    top left corner, always: a raster that moved with a person would give away one average more with
    every picture. Raises INVALID_INPUT for odd or impossible sizes.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if side % 2 or not _LEAST_SIDE <= side <= _MOST_SIDE:
                raise Error(
                    Kind.INVALID_INPUT,
                    "a picture to be covered has even sides",
                    width=self.width,
                    height=self.height,
                )

    @cached_property
    def cell(self) -> int:
        """Pixels along a cell's side."""
        return max(4, round(self.height / _CELL_LINES / 2) * 2)

    @cached_property
    def columns(self) -> int:
        return -(-self.width // self.cell)

    @cached_property
    def rows(self) -> int:
        return -(-self.height // self.cell)

    @cached_property
    def fine(self) -> int:
        """Cells along a square's side."""
        return -(-max(LEAST_SQUARE, -(-self.height // _SQUARES_HIGH)) // self.cell)

    @cached_property
    def coarse(self) -> int:
        """Cells along the side of a square for near persons and for the whole picture."""
        return 2 * self.fine

    def empty(self) -> Cells:
        return np.zeros((self.rows, self.columns), np.bool_)

    def span(self, box: Box, margin: float = 0.0) -> tuple[slice, slice]:
        """Rows and columns of the cells that `box` touches.

        It is widened by the same number of pixels on all sides, `margin` of its size (the root of
        its area): limbs swing out sideways, so the narrow side needs it more. A cell that the
        margin only grazes is left out. Both slices may be empty.
        """
        across, down = self.width / self.cell, self.height / self.cell
        left, top = box.left * across, box.top * down
        right, bottom = left + box.width * across, top + box.height * down
        wide = margin * math.sqrt(max(0.0, (right - left) * (bottom - top)))
        return _reach(top, bottom, wide, self.rows), _reach(left, right, wide, self.columns)

    def mark(self, cells: Cells, box: Box, margin: float = 0.0) -> None:
        """Set every cell of `span`."""
        cells[self.span(box, margin)] = True

    def polygon(self, points: tuple[Point, ...]) -> Cells:
        """Cells that a polygon (fractions of the picture) touches: inside or on its edge."""
        cells = self.empty()
        if not points:
            return cells
        xs = np.array([x for x, _ in points]) * self.width / self.cell
        ys = np.array([y for _, y in points]) * self.height / self.cell
        across, down = np.meshgrid(np.arange(self.columns) + 0.5, np.arange(self.rows) + 0.5)
        for x0, y0, x1, y1 in zip(xs, ys, np.roll(xs, -1), np.roll(ys, -1), strict=True):
            if y0 != y1:  # even-odd rule on the cells' middles
                with np.errstate(over="ignore"):  # far above and below an edge that is nearly level
                    meets = (x1 - x0) * (down - y0) / (y1 - y0) + x0
                cells ^= ys_between(down, y0, y1) & (across < meets)
        for x0, y0, x1, y1 in zip(xs, ys, np.roll(xs, -1), np.roll(ys, -1), strict=True):
            steps = int(max(abs(x1 - x0), abs(y1 - y0)) * 8) + 2
            for way in np.linspace(0.0, 1.0, steps):
                # A point on a cell's border belongs to the cells on both sides of it.
                self._touch(cells, x0 + (x1 - x0) * way, y0 + (y1 - y0) * way)
        return cells

    def _touch(self, cells: Cells, x: float, y: float) -> None:
        reach = 0.13  # cells: what lies between two points of the walk along an edge
        top, bottom = int(np.floor(y - reach)), int(np.floor(y + reach)) + 1
        left, right = int(np.floor(x - reach)), int(np.floor(x + reach)) + 1
        if bottom > 0 and right > 0:
            cells[max(0, top) : bottom, max(0, left) : right] = True


def _reach(first: float, last: float, wide: float, count: int) -> slice:
    grazed = max(0.0, wide - GRAZE)
    begin, end = math.floor(first - grazed), math.ceil(last + grazed)
    begin = min(max(begin, 0), count)
    return slice(begin, min(max(end, begin), count))


def ys_between(down: npt.NDArray[np.float64], first: float, second: float) -> npt.NDArray[np.bool_]:
    """Where a horizontal line through the point meets the edge, its lower end left out."""
    return (down >= min(first, second)) & (down < max(first, second))
