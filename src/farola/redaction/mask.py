"""What of one picture is covered, in cells, and how it is kept."""

import struct
import zlib
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from farola.base import Error, Kind
from farola.redaction.grid import Cells, Grid

type Levels = npt.NDArray[np.uint8]

_HEAD = struct.Struct(">BHHHHB")  # version, width, height, columns, rows, length of the reason
_VERSION = 1
_MOST_CELLS = 1 << 20


class Level(IntEnum):
    """How a cell is covered; the higher wins."""

    CLEAR = 0
    FINE = 1
    COARSE = 2
    SOLID = 3


class Mask:
    """One picture's cover. `whole` is why all of it is covered, None while all is well.

    `levels` is a `Level` for each cell, rows x columns.
    """

    __slots__ = ("grid", "levels", "whole")

    def __init__(self, grid: Grid, levels: Levels, whole: Kind | None = None) -> None:
        if levels.shape != (grid.rows, grid.columns):
            raise Error(Kind.INVALID_INPUT, "a mask has one level for each cell of its grid")
        self.grid = grid
        self.levels = levels
        self.whole = whole

    @classmethod
    def everything(cls, grid: Grid, reason: Kind, private: Cells | None = None) -> "Mask":
        """The whole picture in coarse squares, private places solid."""
        levels = np.full((grid.rows, grid.columns), Level.COARSE, np.uint8)
        if private is not None:
            levels[private] = Level.SOLID
        return cls(grid, levels, reason)

    @property
    def area(self) -> float:
        """Covered share of the picture, 0 to 1."""
        covered = self.levels != 0
        across = np.full(self.grid.columns, self.grid.cell)
        down = np.full(self.grid.rows, self.grid.cell)
        across[-1] -= self.grid.columns * self.grid.cell - self.grid.width
        down[-1] -= self.grid.rows * self.grid.cell - self.grid.height
        return float(down @ covered @ across) / (self.grid.width * self.grid.height)

    def rectangles(self) -> list[tuple[int, int, int, int]]:
        """Rectangles (left, top, width, height) in px that cover it exactly without overlap."""
        step, done = self.grid.cell, list[tuple[int, int, int, int]]()
        open_runs: dict[tuple[int, int], int] = {}
        for row, runs in enumerate([*_runs(self.levels), []]):
            for run in [run for run in open_runs if run not in runs]:
                done.append(self._pixels(run, open_runs.pop(run), row, step))
            for run in runs:
                open_runs.setdefault(run, row)
        return sorted(done, key=lambda one: (one[1], one[0]))

    def _pixels(
        self, run: tuple[int, int], first: int, stop: int, step: int
    ) -> tuple[int, int, int, int]:
        left, top = run[0] * step, first * step
        right, bottom = min(run[1] * step, self.grid.width), min(stop * step, self.grid.height)
        return left, top, right - left, bottom - top

    def union(self, other: "Mask") -> "Mask":
        """Both covers; the higher level wins. Raises INVALID_INPUT for another picture size."""
        if other.grid != self.grid:
            raise Error(Kind.INVALID_INPUT, "masks of different picture sizes have no union")
        levels = np.maximum(self.levels, other.levels)
        return Mask(self.grid, levels, self.whole or other.whole)

    def without(self, cells: Cells) -> "Mask":
        """The cover without those cells, but for what is solid: private places stay."""
        levels = self.levels.copy()
        levels[cells & (levels != Level.SOLID)] = Level.CLEAR
        return Mask(self.grid, levels, self.whole)

    def pack(self) -> bytes:
        """A few hundred bytes from which `unpack` makes it again."""
        reason = (self.whole or "").encode()
        grid = self.grid
        head = _HEAD.pack(_VERSION, grid.width, grid.height, grid.columns, grid.rows, len(reason))
        spare = np.zeros(-self.levels.size % 4, np.uint8)
        quads = np.append(self.levels, spare).reshape(-1, 4)
        packed = quads[:, 0] | quads[:, 1] << 2 | quads[:, 2] << 4 | quads[:, 3] << 6
        return head + reason + zlib.compress(packed.astype(np.uint8).tobytes(), 1)

    @classmethod
    def unpack(cls, data: bytes) -> "Mask":
        """Raises FILE_DAMAGED for anything that `pack` did not write."""
        try:
            version, width, height, columns, rows, length = _HEAD.unpack_from(data)
            text = data[_HEAD.size : _HEAD.size + length].decode("ascii")
            whole = Kind(text) if text else None
            grid = Grid(width, height)
            if version != _VERSION or (columns, rows) != (grid.columns, grid.rows):
                raise ValueError("another version or grid")
            cells = rows * columns
            if cells > _MOST_CELLS:
                raise ValueError("too many cells")
            size = -(-cells // 4)
            inflate = zlib.decompressobj()
            packed = inflate.decompress(data[_HEAD.size + length :], size + 1)
            if len(packed) != size or not inflate.eof or inflate.unused_data:
                raise ValueError("another size")
        except (struct.error, ValueError, zlib.error, Error) as error:
            raise Error(Kind.FILE_DAMAGED, f"a kept mask is damaged: {error}") from error
        quads = np.frombuffer(packed, np.uint8)[:, None] >> np.array([0, 2, 4, 6], np.uint8) & 3
        levels = quads.ravel()[:cells].reshape(rows, columns)
        return cls(grid, np.ascontiguousarray(levels), whole)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        return (
            self.grid == other.grid
            and self.whole == other.whole
            and bool(np.array_equal(self.levels, other.levels))
        )

    __hash__ = None  # type: ignore[assignment]


def _runs(levels: Levels) -> list[list[tuple[int, int]]]:
    """First and last + 1 covered column of every run, row by row."""
    rows, columns = levels.shape
    covered = np.zeros((rows, columns + 2), np.int8)
    covered[:, 1:-1] = levels != 0
    where, edges = np.nonzero(np.diff(covered, axis=1))
    found: list[list[tuple[int, int]]] = [[] for _ in range(rows)]
    starts, stops = edges[0::2].tolist(), edges[1::2].tolist()
    for row, start, stop in zip(where[0::2].tolist(), starts, stops, strict=True):
        found[row].append((start, stop))
    return found
