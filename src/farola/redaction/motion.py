"""What differs from the empty scene, on a small luma picture, and whether the scene is another."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from farola.redaction.grid import Cells, Grid
from farola.redaction.mosaic import Planes, block_sums

type Points = npt.NDArray[np.float32]
"""Averages of half a cell's side squared: 2 x rows, 2 x columns."""

LEAST_DIFFERENCE = 7.0  # luma levels; below it compression and flicker live
MOST_CHANGED = 0.4  # share of the points; beyond it this is another scene
STILL_US = 20_000_000  # who lives does not stand without any change for so long
WEAK_STILL_US = 8_000_000
KNOW_US = 2_000_000
ABSORB_US = 8_000_000  # a thing that was put down becomes scene after so long
LEFT_US = 1_000_000  # as who stood there from the beginning walks away
LEARN_US = 4_000_000
RECENT_US = 500_000
NOISE_US = 5_000_000
MOST_NOISE = 10.0
LEAST_RANGE = 10
OUTLINE = 3.0
LEAST_OUTLINES = 0.01  # share of the points; a picture with fewer has nothing to go by
MOST_OUTLINES = 0.35  # share of the outlines
LEAST_TOLD = 0.03  # share of a block's points that are outlines, for it to have a say
LEAST_BLOCKS = 10
MOST_BLOCKS = 0.7
BETTER = 0.8
MOST_SHIFT = 1.5  # points; less is a camera that trembles


@dataclass(frozen=True, slots=True)
class Look:
    """One picture against what came before. `another` when it shows another scene."""

    foreground: Cells
    changed: Cells
    another: bool


class Motion:
    """The empty scene as it is learned, picture by picture, and what stands out from it.

    Brightness is compared after taking out what all the picture has in common, so that a lamp or
    the camera's exposure is not motion. The threshold at a point follows the picture's noise, the
    point's own unrest and the contrast around it: a shaking camera moves edges, not persons.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        shape = grid.rows, grid.columns
        self._scene: Points | None = None
        self._recent: Points
        self._unrest: Points
        self._edges: Points
        self._noise = -1.0  # standard deviation of a point, not known yet
        self._at_us = 0
        self._edges_us = 0
        self._range = 0.0
        self._begun_us = 0
        self._pictures = 0
        self.changed_us = np.zeros(shape, np.int64)  # when each cell last changed
        self.known = np.zeros(shape, np.bool_)  # the scene there was learned with nobody in it

    def look(self, at_us: int, luma: Planes) -> Look:
        """Compare the next picture; `learn` must follow."""
        points = self._points(luma)
        if self._scene is None:
            self._begin(at_us, points)
            return Look(self._grid.empty(), self._grid.empty(), another=False)
        difference = points - _as_light(self._scene, points)
        np.abs(difference, out=difference)
        noise = 1.48 * _middle(difference[2::5, 2::5])
        if self._noise < 0:
            self._noise = min(noise, MOST_NOISE)
        # More noise than was usual is no excuse: half a new picture would hide the other half.
        noise = min(noise, 1.5 * self._noise + 1)
        limit = max(LEAST_DIFFERENCE, 5 * noise) + self._edges + 3 * self._unrest
        ago = np.abs(points - _as_light(self._recent, points))
        much = 1.5 * limit
        another = (
            float(np.count_nonzero(difference > much)) > MOST_CHANGED * points.size
            or float(np.count_nonzero(ago > much)) > MOST_CHANGED * points.size
        )
        if another or self._moved(points, difference, max(LEAST_DIFFERENCE, 5 * self._noise)):
            self._begin(at_us, points)
            return Look(self._grid.empty(), self._grid.empty(), another=True)
        self._now = points
        self._difference = difference
        self._gap_us = at_us - self._at_us
        pace_us = NOISE_US if noise > self._noise else NOISE_US // 5
        self._noise += (noise - self._noise) * min(1.0, self._gap_us / pace_us)
        self._at_us = at_us
        foreground = _in_cells(difference, limit)
        changed = _in_cells(ago, limit)
        self.changed_us[changed] = at_us
        self._recent += (points - self._recent) * min(1.0, self._gap_us / RECENT_US)
        self._foreground = foreground
        return Look(foreground, changed, another=False)

    def learn(self, held: Cells, weak: Cells) -> None:
        """Take the picture looked at last into the scene, but for who is `held` there.

        Where somebody is held, the scene is learned only after nothing stirred for long; where the
        sightings are `weak`, a little sooner.
        """
        if self._scene is None or self._pictures == 0:
            self._pictures = 1
            return
        self._pictures += 1
        still_us = self._at_us - self.changed_us
        pace = min(1.0, max(self._gap_us / LEARN_US, 1 / self._pictures))
        rate = np.full(held.shape, pace, np.float32)
        rate[self._foreground & self.known & (still_us < ABSORB_US)] = 0.0
        rate[self._foreground & ~self.known & (still_us < LEFT_US)] = 0.0
        rate[held & (still_us < STILL_US)] = 0.0
        rate[weak & (still_us < WEAK_STILL_US)] = 0.0
        if self._at_us - self._begun_us > KNOW_US:
            self.known |= rate > 0
        rate[self._foreground & (rate > 0)] = 1.0
        fine = rate.repeat(2, 0).repeat(2, 1)
        self._scene += (self._now - self._scene) * fine
        self._unrest += (self._difference - self._unrest) * (fine * 0.5)
        if self._at_us - self._edges_us > 1_000_000:
            self._edges = _edges(self._scene)
            self._edges_us = self._at_us
            self._range = _range(self._scene)

    @property
    def sees(self) -> bool:
        """Whether the picture has so much contrast that a person would stand out from the scene.

        At night or in fog nothing may follow from it that nothing stands out.
        """
        return self._range > LEAST_RANGE * max(LEAST_DIFFERENCE, 5 * self._noise)

    def empty(self, core: Cells) -> bool:
        """Whether the scene, not the picture, has somebody in that place.

        Who stood there when the scene began is part of it, and leaves a hole. A hole has no
        outline: the contrast is the scene's.
        """
        if self._scene is None:
            return False
        rows, columns = np.flatnonzero(core.any(1)), np.flatnonzero(core.any(0))
        span = (
            slice(2 * int(rows[0]), 2 * int(rows[-1]) + 2),
            slice(2 * int(columns[0]), 2 * int(columns[-1]) + 2),
        )
        return contrast(self._scene[span]) > 1.5 * contrast(self._now[span])

    def _moved(self, points: Points, difference: Points, limit: float) -> bool:
        """Whether the camera turned: most contours are elsewhere, and not because it trembled."""
        outlines = self._edges > OUTLINE
        count = int(np.count_nonzero(outlines))
        if count < LEAST_OUTLINES * points.size:
            return False
        if np.count_nonzero((difference > limit) & outlines) < MOST_OUTLINES * count:
            return False
        assert self._scene is not None
        return turned(points, self._scene, difference, outlines)

    def _begin(self, at_us: int, points: Points) -> None:
        self._scene = points.copy()
        self._recent = points.copy()
        self._unrest = np.full_like(points, 1.0)
        self._edges = _edges(points)
        self._range = _range(points)
        self._at_us = self._edges_us = self._begun_us = at_us
        self._pictures = 0
        self.changed_us[:] = at_us
        self.known[:] = False

    def _points(self, luma: Planes) -> Points:
        side = self._grid.cell // 2
        lines, across = 2 * self._grid.rows * side, 2 * self._grid.columns * side
        if luma.shape != (lines, across):
            spare = ((0, lines - luma.shape[0]), (0, across - luma.shape[1]))
            luma = np.pad(luma, spare, "edge")
        return block_sums(luma, side).astype(np.float32) * np.float32(1 / side**2)


def _as_light(before: Points, now: Points) -> Points:
    """`before` as light as `now` is as a whole, and no lighter than its lightest point."""
    gain = np.float32(_middle((now[3::7, 3::7] + 8) / (before[3::7, 3::7] + 8)))
    expected: Points = np.minimum(before * gain, now.max())
    return expected


def _middle(values: Points) -> float:
    """The median, or the value just above it."""
    flat = values.ravel()
    return float(np.partition(flat, flat.size // 2)[flat.size // 2])


def _range(scene: Points) -> float:
    """From the darker to the lighter parts, in luma levels."""
    flat = np.sort(scene[2::5, 2::5], axis=None)
    return float(flat[flat.size * 9 // 10] - flat[flat.size // 10])


def _in_cells(difference: Points, limit: Points) -> Cells:
    """Cells in which two of four points stand out, or one by far."""
    out = (difference > limit).view(np.uint8) + (difference > 2 * limit).view(np.uint8)
    rows = out[0::2] + out[1::2]
    return rows[:, 0::2] + rows[:, 1::2] >= 2


def _edges(scene: Points) -> Points:
    """How much a point changes when the picture moves by about a third of a point."""
    edges = np.zeros_like(scene)
    down = np.abs(np.diff(scene, axis=0))
    across = np.abs(np.diff(scene, axis=1))
    np.maximum(edges[1:], down, out=edges[1:])
    np.maximum(edges[:-1], down, out=edges[:-1])
    np.maximum(edges[:, 1:], across, out=edges[:, 1:])
    np.maximum(edges[:, :-1], across, out=edges[:, :-1])
    return edges * np.float32(0.35)


def turned(
    now: Points, before: Points, difference: Points, outlines: npt.NDArray[np.bool_]
) -> bool:
    """Whether the whole picture moved, and not a large thing in it.

    The shift that phase correlation finds must explain the picture better nearly everywhere where
    there is an outline.
    """
    down, across = shift(now, before)
    if down * down + across * across <= MOST_SHIFT**2:
        return False
    moved = np.abs(now - np.roll(before, (down, across), (0, 1)))
    told = _blocks(outlines.astype(np.float32)) > LEAST_TOLD
    better = _blocks(moved) < BETTER * _blocks(difference)
    count = int(np.count_nonzero(told))
    return count >= LEAST_BLOCKS and bool(np.count_nonzero(better & told) > MOST_BLOCKS * count)


def shift(now: Points, before: Points) -> tuple[int, int]:
    """How many points down and across `before` must be moved (phase correlation)."""
    window = np.hanning(now.shape[0])[:, None] * np.hanning(now.shape[1])[None, :]
    window = window.astype(np.float32)
    product = np.fft.rfft2((now - now.mean()) * window)
    product *= np.conj(np.fft.rfft2((before - before.mean()) * window))
    product /= np.abs(product) + 1e-6
    peak = int(np.argmax(np.fft.irfft2(product, now.shape)))
    down, across = divmod(peak, now.shape[1])
    return (
        down - now.shape[0] if down > now.shape[0] // 2 else down,
        across - now.shape[1] if across > now.shape[1] // 2 else across,
    )


def _blocks(points: Points) -> Points:
    """Means over 8 x 8 parts of the picture."""
    down, across = points.shape[0] // 8, points.shape[1] // 8
    parts = points[: down * 8, : across * 8].reshape(8, down, 8, across)
    means: Points = parts.mean((1, 3))
    return means


def contrast(points: Points) -> float:
    """Mean difference of neighbours."""
    down = np.abs(np.diff(points, axis=0)).mean()
    return float(down + np.abs(np.diff(points, axis=1)).mean())
