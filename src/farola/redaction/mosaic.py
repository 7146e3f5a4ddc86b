"""Laying a mask over a picture so that it cannot be taken off again."""

import numpy as np
import numpy.typing as npt

from farola.base import Error, Kind
from farola.model.covering import Recipe
from farola.redaction.mask import Level, Levels, Mask

type Planes = npt.NDArray[np.uint8]
"""yuv420p, planar: (height * 3 // 2) x width; luma, then a quarter for each of U and V."""

_SOLID = (60, 128, 128)


def cover(picture: Planes, mask: Mask, recipe: Recipe) -> Planes:
    """Cover `picture` in place and give it back.

    What is covered shows, for each square of the fixed raster, its average colour in 32 levels, or
    one flat colour. The average is the whole square's, also where only a part of it is covered, so
    that a mask which changes from picture to picture tells nothing more about a square. Raises
    INVALID_INPUT when mask and picture differ in size.
    """
    grid = mask.grid
    if picture.shape != (grid.height * 3 // 2, grid.width) or picture.dtype != np.uint8:
        raise Error(Kind.INVALID_INPUT, "a mask belongs to a picture of its own size")
    for plane, step, flat in zip(planes(picture), (2, 1, 1), _SOLID, strict=True):
        _cover_plane(plane, grid.cell // 2 * step, mask, flat, recipe.style == "solid")
    return picture


def planes(picture: Planes) -> tuple[Planes, Planes, Planes]:
    """Y, U and V as views."""
    lines, width = picture.shape
    height = lines * 2 // 3
    quarter = height // 2 * (width // 2)
    chroma = picture[height:].reshape(-1)
    shape = height // 2, width // 2
    return picture[:height], chroma[:quarter].reshape(shape), chroma[quarter:].reshape(shape)


def _cover_plane(plane: Planes, side: int, mask: Mask, flat: int, solid: bool) -> None:
    rows, columns = mask.grid.rows, mask.grid.columns
    spare = rows * side - plane.shape[0], columns * side - plane.shape[1]
    whole = np.pad(plane, ((0, spare[0]), (0, spare[1])), "edge") if any(spare) else plane
    stones = whole.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    levels = mask.levels
    if not solid:
        sums = block_sums(whole, side)
        for level, size in ((Level.FINE, mask.grid.fine), (Level.COARSE, mask.grid.coarse)):
            chosen = levels == level
            if chosen.any():
                colours = _square_colours(sums, size, side)
                stones[chosen] = colours[chosen][:, None, None]
        chosen = levels == Level.SOLID
    else:
        chosen = levels != Level.CLEAR
    if chosen.any():
        stones[chosen] = flat
    if any(spare):
        plane[:] = whole[: plane.shape[0], : plane.shape[1]]


def block_sums(plane: Planes, side: int) -> npt.NDArray[np.uint32]:
    """Sums over blocks of `side` x `side`; the plane's sides are multiples of it."""
    lines = plane[0::side].astype(np.uint16)
    for offset in range(1, side):
        lines += plane[offset::side]
    sums = lines[:, 0::side].astype(np.uint32)
    for offset in range(1, side):
        sums += lines[:, offset::side]
    return sums


def _square_colours(sums: npt.NDArray[np.uint32], size: int, side: int) -> Levels:
    """The quantised average of each cell's square, rows x columns of cells."""
    rows, columns = sums.shape
    starts = np.arange(0, rows, size), np.arange(0, columns, size)
    squares = np.add.reduceat(np.add.reduceat(sums, starts[0], axis=0), starts[1], axis=1)
    high = np.diff(np.append(starts[0], rows))[:, None]
    wide = np.diff(np.append(starts[1], columns))[None, :]
    averages = squares // (high * wide * side * side)
    quantised = (averages.astype(np.uint8) & 0xF8) | 4
    colours: Levels = quantised.repeat(size, 0)[:rows].repeat(size, 1)[:, :columns]
    return colours
