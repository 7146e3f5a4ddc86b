"""Laying a mask over a picture so that it cannot be taken off again."""

import numpy as np
import numpy.typing as npt

from farola.base import Error, Kind
from farola.model.covering import Recipe
from farola.redaction.grid import Grid
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
    rows = np.flatnonzero(mask.levels.any(1))
    if rows.size == 0:
        return picture
    # Whole coarse squares, so that averages do not depend on where the covered band begins.
    first = int(rows[0]) // grid.coarse * grid.coarse
    stop = min(grid.rows, -(-int(rows[-1] + 1) // grid.coarse) * grid.coarse)
    levels = mask.levels[first:stop]
    for plane, step, flat in zip(planes(picture), (2, 1, 1), _SOLID, strict=True):
        side = grid.cell // 2 * step
        band = plane[first * side : stop * side]
        _cover_band(band, side, levels, grid, flat, solid=recipe.style == "solid")
    return picture


def planes(picture: Planes) -> tuple[Planes, Planes, Planes]:
    """Y, U and V as views."""
    lines, width = picture.shape
    height = lines * 2 // 3
    quarter = height // 2 * (width // 2)
    chroma = picture[height:].reshape(-1)
    shape = height // 2, width // 2
    return picture[:height], chroma[:quarter].reshape(shape), chroma[quarter:].reshape(shape)


def _cover_band(
    band: Planes, side: int, levels: Levels, grid: Grid, flat: int, *, solid: bool
) -> None:
    rows, columns = levels.shape
    spare = rows * side - band.shape[0], columns * side - band.shape[1]
    whole = np.pad(band, ((0, spare[0]), (0, spare[1])), "edge") if any(spare) else band
    stones = whole.reshape(rows, side, columns, side).transpose(0, 2, 1, 3)
    if solid:
        stones[levels != Level.CLEAR] = flat
    else:
        sums = block_sums(whole, side)
        for level, size in ((Level.FINE, grid.fine), (Level.COARSE, grid.coarse)):
            chosen = levels == level
            count = np.count_nonzero(chosen)
            if count == 0:
                continue
            colours = _square_colours(sums, size, side)
            if count == chosen.size:
                lines = whole.reshape(rows, side, columns * side)
                lines[:] = colours.repeat(side, 1)[:, None]
            else:
                stones[chosen] = colours[chosen][:, None, None]
        stones[levels == Level.SOLID] = flat
    if any(spare):
        band[:] = whole[: band.shape[0], : band.shape[1]]


def block_sums(plane: Planes, side: int) -> npt.NDArray[np.uint32]:
    """Sums over blocks of `side` x `side`; the plane's sides are multiples of it."""
    if side in {4, 8} and plane.shape[1] % 8 == 0 and plane.strides[1] == 1:
        return _sums_in_words(plane, side)
    lines = plane[0::side].astype(np.uint16)
    for offset in range(1, side):
        lines += plane[offset::side]
    sums = lines[:, 0::side].astype(np.uint32)
    for offset in range(1, side):
        sums += lines[:, offset::side]
    return sums


_EVEN = np.uint64(0x00FF_00FF_00FF_00FF)
_LOW = np.uint64(0x0000_FFFF_0000_FFFF)
_ADD_UP = np.uint64(0x0001_0001_0001_0001)


def _sums_in_words(plane: Planes, side: int) -> npt.NDArray[np.uint32]:
    """`block_sums` eight pixels at a time: four sums of 16 bits in every word of 64."""
    words = plane.view("<u8")
    pairs = words >> np.uint64(8)
    pairs &= _EVEN
    pairs += words & _EVEN
    lanes = pairs.reshape(-1, side, words.shape[1]).sum(axis=1)
    if side == 8:
        lanes *= _ADD_UP
        lanes >>= np.uint64(48)
        return lanes.astype(np.uint32)
    lanes += lanes >> np.uint64(16)
    lanes &= _LOW
    return lanes.view("<u4").astype(np.uint32, copy=False)


def _square_colours(sums: npt.NDArray[np.uint32], size: int, side: int) -> Levels:
    """The quantised average of each cell's square, rows x columns of cells."""
    rows, columns = sums.shape
    starts = np.arange(0, rows, size), np.arange(0, columns, size)
    across = np.add.reduceat(sums, starts[1], axis=1)
    squares = np.add.reduceat(across, starts[0], axis=0)
    high = np.diff(np.append(starts[0], rows))[:, None]
    wide = np.diff(np.append(starts[1], columns))[None, :]
    averages = squares // (high * wide * side * side)
    # Rounded, so that grey (128 in both chroma planes) stays grey.
    quantised = np.minimum((averages + 4) // 8 * 8, 248).astype(np.uint8)
    colours: Levels = quantised.repeat(size, 0)[:rows].repeat(size, 1)[:, :columns]
    return colours
