"""What lies under a cover is gone: only averages of coarse squares are left of it."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.model import Box, Recipe
from farola.redaction import Mask, cover
from farola.redaction.grid import LEAST_SQUARE, Grid
from farola.redaction.mask import Level
from farola.redaction.mosaic import block_sums, planes

sides = st.integers(16, 120).map(lambda half: half * 2)
sizes = st.tuples(sides, sides)
seeds = st.integers(0, 2**32 - 1)


def random_mask(grid: Grid, seed: int) -> Mask:
    random = np.random.default_rng(seed)
    levels = random.integers(0, 4, (grid.rows, grid.columns)).astype(np.uint8)
    levels[random.random(levels.shape) < 0.6] = Level.CLEAR
    return Mask(grid, levels)


def random_picture(grid: Grid, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (grid.height * 3 // 2, grid.width)).astype(np.uint8)


def covered_samples(mask: Mask) -> list[np.ndarray]:
    """For each plane, which of its samples are covered."""
    cells, grid = mask.levels != 0, mask.grid
    fine = cells.repeat(grid.cell, 0).repeat(grid.cell, 1)[: grid.height, : grid.width]
    half = grid.cell // 2
    chroma = cells.repeat(half, 0).repeat(half, 1)[: grid.height // 2, : grid.width // 2]
    return [fine, chroma, chroma]


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_only_what_the_mask_covers_changes(size: tuple[int, int], seed: int) -> None:
    grid = Grid(*size)
    picture, mask = random_picture(grid, seed), random_mask(grid, seed)
    before = picture.copy()
    covered = cover(picture, mask, Recipe())
    assert covered is picture
    for was, now, hidden in zip(
        planes(before), planes(covered), covered_samples(mask), strict=True
    ):
        assert np.array_equal(was[~hidden], now[~hidden])


@settings(deadline=None, max_examples=40)
@given(sizes, seeds, st.sampled_from(["mosaic", "solid"]))
def test_what_is_covered_depends_on_averages_alone(
    size: tuple[int, int], seed: int, style: str
) -> None:
    """Shuffling the pixels within each square, in all planes, changes nothing that is shown."""
    grid = Grid(*size)
    mask = random_mask(grid, seed)
    levels = mask.levels
    levels[levels == Level.COARSE] = Level.FINE
    picture = random_picture(grid, seed)
    shuffled = picture.copy()
    random = np.random.default_rng(seed)
    for plane, side in zip(
        planes(shuffled), (grid.cell, grid.cell // 2, grid.cell // 2), strict=True
    ):
        step = side * grid.fine
        # Squares that the picture's edge cuts are filled up with its last row or column.
        for top in range(0, plane.shape[0] // step * step, step):
            for left in range(0, plane.shape[1] // step * step, step):
                square = plane[top : top + step, left : left + step]
                square[:] = random.permutation(square.ravel()).reshape(square.shape)
    recipe = Recipe(style=style)
    first, second = cover(picture, mask, recipe), cover(shuffled, mask, recipe)
    for one, other, hidden, side in zip(
        planes(first),
        planes(second),
        covered_samples(mask),
        (grid.cell, grid.cell // 2, grid.cell // 2),
        strict=True,
    ):
        step = side * grid.fine
        rows, columns = one.shape[0] // step * step, one.shape[1] // step * step
        inside = hidden[:rows, :columns]
        assert np.array_equal(one[:rows, :columns][inside], other[:rows, :columns][inside])


@settings(deadline=None, max_examples=40)
@given(seeds)
def test_a_square_tells_the_same_whatever_part_of_it_is_covered(seed: int) -> None:
    """A cover's moving edge must not give away one more average with every picture."""
    grid = Grid(320, 240)
    picture = random_picture(grid, seed)
    all_of_it = Mask(grid, np.full((grid.rows, grid.columns), Level.FINE, np.uint8))
    some = random_mask(grid, seed)
    some.levels[some.levels != 0] = Level.FINE
    whole, part = cover(picture.copy(), all_of_it, Recipe()), cover(picture, some, Recipe())
    for one, other, hidden in zip(planes(whole), planes(part), covered_samples(some), strict=True):
        assert np.array_equal(one[hidden], other[hidden])


@settings(deadline=None, max_examples=40)
@given(sizes)
def test_squares_are_coarse(size: tuple[int, int]) -> None:
    grid = Grid(*size)
    assert grid.cell % 2 == 0
    assert grid.fine * grid.cell >= max(LEAST_SQUARE, grid.height / 24)
    assert grid.coarse * grid.cell >= max(2 * LEAST_SQUARE, grid.height / 12)


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_colours_are_quantised(size: tuple[int, int], seed: int) -> None:
    grid = Grid(*size)
    covered = cover(random_picture(grid, seed), Mask.everything(grid, Kind.WARMING_UP), Recipe())
    assert np.all(covered % 8 == 0)
    squares = (-(-grid.rows // grid.coarse)) * (-(-grid.columns // grid.coarse))
    assert len(np.unique(covered[: grid.height], axis=0)) <= -(-grid.rows // grid.coarse)
    assert squares <= 200


def test_solid_leaves_one_colour() -> None:
    grid = Grid(320, 240)
    covered = cover(
        random_picture(grid, 1), Mask.everything(grid, Kind.WARMING_UP), Recipe("solid")
    )
    assert [len(np.unique(plane)) for plane in planes(covered)] == [1, 1, 1]


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_a_mask_survives_packing(size: tuple[int, int], seed: int) -> None:
    mask = random_mask(Grid(*size), seed)
    assert Mask.unpack(mask.pack()) == mask
    whole = Mask.everything(mask.grid, Kind.SCENE_CHANGED, mask.levels == Level.SOLID)
    assert Mask.unpack(whole.pack()) == whole
    assert Mask.unpack(whole.pack()).whole is Kind.SCENE_CHANGED


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=400) | st.tuples(seeds, st.integers(0, 60)))
def test_a_damaged_mask_is_refused_or_is_a_mask(data: bytes | tuple[int, int]) -> None:
    if isinstance(data, tuple):
        packed = bytearray(random_mask(Grid(64, 48), data[0]).pack())
        packed[data[1] % len(packed)] ^= 0x55
        data = bytes(packed)
    mask = None
    with suppress(Error):  # and nothing else
        mask = Mask.unpack(data)
    assert mask is None or mask.levels.shape == (mask.grid.rows, mask.grid.columns)


def test_a_cut_off_mask_is_damaged() -> None:
    with pytest.raises(Error) as raised:
        Mask.unpack(random_mask(Grid(64, 48), 1).pack()[:-3])
    assert raised.value.kind is Kind.FILE_DAMAGED


@settings(deadline=None, max_examples=40)
@given(sizes, seeds)
def test_rectangles_are_the_mask(size: tuple[int, int], seed: int) -> None:
    mask = random_mask(Grid(*size), seed)
    drawn = np.zeros((mask.grid.height, mask.grid.width), np.uint8)
    for left, top, width, height in mask.rectangles():
        drawn[top : top + height, left : left + width] += 1
    assert np.array_equal(drawn == 1, covered_samples(mask)[0])
    assert drawn.max() <= 1
    assert mask.area == pytest.approx(drawn.mean())


@settings(deadline=None, max_examples=40)
@given(
    sizes,
    st.floats(-0.5, 1.2),
    st.floats(-0.5, 1.2),
    st.floats(0, 1.5),
    st.floats(0, 1.5),
    st.floats(0, 1),
)
def test_marked_cells_cover_the_box(
    size: tuple[int, int], left: float, top: float, width: float, height: float, margin: float
) -> None:
    grid = Grid(*size)
    box, cells = Box(left, top, width, height), grid.empty()
    grid.mark(cells, box, margin)
    drawn = cells.repeat(grid.cell, 0).repeat(grid.cell, 1)[: grid.height, : grid.width]
    rows = slice(max(0, int(box.top * grid.height)), max(0, int(box.bottom * grid.height)))
    columns = slice(max(0, int(box.left * grid.width)), max(0, int(box.right * grid.width)))
    assert drawn[rows, columns].all()


@settings(deadline=None, max_examples=40)
@given(sizes, st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=6))
def test_a_polygon_covers_its_corners_and_its_inside(
    size: tuple[int, int], points: list[tuple[float, float]]
) -> None:
    grid = Grid(*size)
    cells = grid.polygon(tuple(points))
    middle = tuple(np.mean(points[:3], axis=0))
    triangle = grid.polygon(tuple(points[:3]))
    for where, (x, y) in [*((cells, point) for point in points), (triangle, middle)]:
        row = min(grid.rows - 1, int(y * grid.height / grid.cell))
        column = min(grid.columns - 1, int(x * grid.width / grid.cell))
        assert where[row, column]


def test_sums_are_exact() -> None:
    random = np.random.default_rng(3)
    for height, width, side in ((24, 40, 4), (20, 30, 5), (9, 15, 3), (512, 512, 256)):
        plane = random.integers(0, 256, (height, width)).astype(np.uint8)
        slow = plane.reshape(height // side, side, width // side, side).astype(int).sum((1, 3))
        assert np.array_equal(block_sums(plane, side), slow)


def test_a_mask_of_another_size_is_refused() -> None:
    mask = Mask.everything(Grid(64, 48), Kind.WARMING_UP)
    with pytest.raises(Error) as raised:
        cover(random_picture(Grid(64, 64), 1), mask, Recipe())
    assert raised.value.kind is Kind.INVALID_INPUT
    with pytest.raises(Error):
        mask.union(Mask.everything(Grid(64, 64), Kind.WARMING_UP))


@pytest.mark.parametrize("size", [(63, 48), (64, 47), (0, 48), (64, 10), (20_000, 48)])
def test_impossible_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(Error) as raised:
        Grid(*size)
    assert raised.value.kind is Kind.INVALID_INPUT
