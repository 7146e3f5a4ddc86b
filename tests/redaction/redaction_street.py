"""Made pictures for redaction: a textured scene, somebody in it, sightings of them."""

import numpy as np
import numpy.typing as npt

from farola.model import Box, Label, Recipe, Sighting
from farola.redaction import Covered, Redactor

type Planes = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 320, 240
PERIOD_US = 100_000


def scene(seed: int = 1, width: int = WIDTH, height: int = HEIGHT) -> Planes:
    """Random coarse texture in all three planes, always the same for a seed."""
    random = np.random.default_rng(seed)
    planes = []
    for lines, columns in ((height, width), (height // 2, width // 2), (height // 2, width // 2)):
        coarse = random.integers(40, 200, (lines // 10 + 1, columns // 10 + 1)).astype(np.uint8)
        planes.append(coarse.repeat(10, 0).repeat(10, 1)[:lines, :columns].ravel())
    return np.concatenate(planes).reshape(height * 3 // 2, width)


def with_person(picture: Planes, box: Box, seed: int = 7) -> Planes:
    """A copy with a striped body in `box`."""
    lines, width = picture.shape
    height = lines * 2 // 3
    drawn = picture.copy()
    rows = slice(max(0, round(box.top * height)), round(box.bottom * height))
    columns = slice(max(0, round(box.left * width)), round(box.right * width))
    body = drawn[:height][rows, columns]
    stripes = np.random.default_rng(seed).integers(0, 2, (body.shape[0], 1)) * 200 + 20
    body[:] = stripes
    return drawn


def person(box: Box, track: int = 1, score: float = 0.8) -> Sighting:
    return Sighting(track, Label.PERSON, score, box, sure=True)


def pixels(covered: Covered) -> npt.NDArray[np.bool_]:
    """The covered luma pixels, as the mask tells them."""
    grid = covered.mask.grid
    cells = covered.mask.levels != 0
    return cells.repeat(grid.cell, 0).repeat(grid.cell, 1)[: grid.height, : grid.width]


def is_covered(covered: Covered, box: Box) -> bool:
    """Whether every pixel of `box` that lies in the picture is."""
    height, width = covered.mask.grid.height, covered.mask.grid.width
    rows = slice(max(0, int(box.top * height)), max(0, int(np.ceil(box.bottom * height))))
    columns = slice(max(0, int(box.left * width)), max(0, int(np.ceil(box.right * width))))
    return bool(pixels(covered)[rows, columns].all())


def redactor(**recipe: object) -> Redactor:
    return Redactor(Recipe(**recipe), WIDTH, HEIGHT)  # type: ignore[arg-type]
