"""The geometry of zones, against slower ways to say the same."""

from itertools import pairwise
from math import atan2, cos, hypot, pi, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from vision_walks import patient

from farola.model import Point, ZoneKind
from farola.vision.zones import crossings, distance, flaw, inside

fraction = st.floats(0, 1).map(lambda value: round(value, 4))
points = st.tuples(fraction, fraction)
lines = st.lists(points, min_size=2, max_size=6)
# Corners in order around a middle make a polygon whose sides do not cross.
stars = st.lists(
    st.tuples(st.floats(0.05, 0.49), st.floats(0.05, 1.0)), min_size=3, max_size=10
).map(
    lambda spokes: [
        (
            0.5 + length * cos(2 * pi * n / len(spokes)),
            0.5 + length * sin(2 * pi * n / len(spokes)),
        )
        for n, (length, _) in enumerate(spokes)
    ]
)


def turns(polygon: list[Point], spot: Point) -> int:
    """How often the outline goes around a spot, by summing angles."""
    total = 0.0
    for start, end in pairwise([*polygon, polygon[0]]):
        before = atan2(start[1] - spot[1], start[0] - spot[0])
        after = atan2(end[1] - spot[1], end[0] - spot[0])
        total += (after - before + pi) % (2 * pi) - pi
    return round(total / (2 * pi))


@patient
@given(stars, points)
def test_inside_is_where_the_outline_goes_around(polygon: list[Point], spot: Point) -> None:
    assume(distance(polygon, spot, closed=True) > 1e-9)
    assert inside(polygon, spot) == (turns(polygon, spot) != 0)


@patient
@given(stars, points)
def test_inside_does_not_depend_on_where_or_which_way_one_began_to_draw(
    polygon: list[Point], spot: Point
) -> None:
    assume(distance(polygon, spot, closed=True) > 1e-9)
    expected = inside(polygon, spot)
    for turn in range(len(polygon)):
        assert inside(polygon[turn:] + polygon[:turn], spot) is expected
    assert inside(polygon[::-1], spot) is expected


@patient
@given(lines, points, st.booleans())
def test_the_distance_is_that_to_the_nearest_of_many_points_on_it(
    line: list[Point], spot: Point, closed: bool
) -> None:
    pieces = list(pairwise([*line, line[0]] if closed else line))
    near = min(
        hypot(ax + (bx - ax) * n / 200 - spot[0], ay + (by - ay) * n / 200 - spot[1])
        for (ax, ay), (bx, by) in pieces
        for n in range(201)
    )
    found = distance(line, spot, closed=closed)
    assert found <= near + 1e-9
    assert near <= found + 0.005 * 2**0.5 / 2 + 1e-9


@patient
@given(lines, points, points)
def test_back_is_the_opposite_of_there(line: list[Point], before: Point, now: Point) -> None:
    assume(distance(line, before, closed=False) > 1e-6)
    assume(distance(line, now, closed=False) > 1e-6)
    there = crossings(line, before, now)
    assert crossings(line, now, before) == -there
    assert crossings(line[::-1], before, now) == -there


@patient
@given(lines, points, points, st.floats(0.05, 0.95))
def test_a_way_may_be_seen_in_parts(
    line: list[Point], before: Point, now: Point, share: float
) -> None:
    middle = (before[0] + (now[0] - before[0]) * share, before[1] + (now[1] - before[1]) * share)
    assume(all(distance(line, spot, closed=False) > 1e-4 for spot in (before, middle, now)))
    assume(all(distance([before, now], corner, closed=False) > 1e-4 for corner in line))
    parts = crossings(line, before, middle) + crossings(line, middle, now)
    assert parts == crossings(line, before, now)


@patient
@given(lines, points)
def test_who_stands_still_crosses_nothing(line: list[Point], spot: Point) -> None:
    assert crossings(line, spot, spot) == 0


def test_right_is_right_of_who_walks_along_the_line() -> None:
    eastward = [(0.2, 0.5), (0.8, 0.5)]  # y grows downwards: to the right is down
    assert crossings(eastward, (0.5, 0.4), (0.5, 0.6)) == 1
    assert crossings(eastward, (0.5, 0.6), (0.5, 0.4)) == -1
    assert crossings(eastward, (0.1, 0.4), (0.1, 0.6)) == 0  # past its end
    southward = [(0.5, 0.1), (0.5, 0.9)]
    assert crossings(southward, (0.7, 0.5), (0.3, 0.5)) == 1
    bent = [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)]
    assert crossings(bent, (0.5, 0.4), (0.5, 0.6)) == 1  # through the corner, once
    hook = [(0.2, 0.4), (0.8, 0.4), (0.8, 0.6), (0.2, 0.6)]
    assert crossings(hook, (0.5, 0.1), (0.5, 0.9)) == 0  # in and out again


@patient
@given(stars)
def test_what_is_drawn_around_a_middle_is_a_zone(polygon: list[Point]) -> None:
    why = flaw(ZoneKind.AREA, polygon)
    assert why in {None, "the area is too small"}
    assert flaw(ZoneKind.PRIVATE, polygon) == why


@pytest.mark.parametrize(
    ("kind", "corners", "why"),
    [
        (ZoneKind.AREA, [(0, 0), (1, 1)], "three points"),
        (ZoneKind.AREA, [(0, 0), (1, 1), (1, 0), (0, 1)], "cross each other"),
        (ZoneKind.AREA, [(0, 0), (0.5, 0.5), (1, 1)], "too small"),
        (ZoneKind.PRIVATE, [(0.5, 0.5)] * 4, "too small"),
        (ZoneKind.LINE, [(0.5, 0.5)], "two points"),
        (ZoneKind.LINE, [(0.5, 0.5), (0.501, 0.5)], "too short"),
    ],
)
def test_what_is_no_zone_is_told_why(kind: ZoneKind, corners: list[Point], why: str) -> None:
    found = flaw(kind, corners)
    assert found is not None
    assert why in found


def test_a_line_may_cross_itself() -> None:
    assert flaw(ZoneKind.LINE, [(0, 0), (1, 1), (1, 0), (0, 1)]) is None
