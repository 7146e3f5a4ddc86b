"""The geometry of zones: inside a polygon, near its edge, across a line. Points are fractions.

Pure functions. The picture's y grows downwards, so right of a direction is clockwise from it.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import hypot

from farola.model import Point, ZoneKind

_LEAST_AREA = 1e-4  # of the picture: a hundredth by a hundredth
_LEAST_LENGTH = 0.01


def flaw(kind: ZoneKind, points: Sequence[Point]) -> str | None:
    """Why this is no zone, as an English clause; None when it is one."""
    if kind is ZoneKind.LINE:
        if len(points) < 2:
            return "a line needs two points"
        if sum(hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points)) < _LEAST_LENGTH:
            return "the line is too short"
        return None
    if len(points) < 3:
        return "an area needs three points"
    sides = list(_sides(points))
    for (one, first), (two, second) in combinations(enumerate(sides), 2):
        neighbours = two - one in {1, len(sides) - 1}
        if not neighbours and _cross(*first, *second):
            return "the area's sides cross each other"
    if abs(_signed_area(points)) < _LEAST_AREA:
        return "the area is too small"
    return None


def inside(points: Sequence[Point], spot: Point) -> bool:
    """Whether a spot lies in a polygon, by the parity of the sides to its left."""
    x, y = spot
    found = False
    for (ax, ay), (bx, by) in _sides(points):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            found = not found
    return found


def distance(points: Sequence[Point], spot: Point, *, closed: bool) -> float:
    """From a spot to the nearest point of an outline (`closed`) or of a line."""
    pieces = _sides(points) if closed else pairwise(points)
    return min(_to_piece(start, end, spot) for start, end in pieces)


def crossings(line: Sequence[Point], before: Point, now: Point) -> int:
    """How often the straight way from `before` to `now` crosses a line, left to right.

    Left and right are those of somebody who walks along the line. Crossings from right to left
    count negatively, so that a way across and back is none.
    """
    # Every side is asked for in one fixed orientation, so that what lies exactly on it is on the
    # same side of it for who comes and for who goes.
    total = 0
    way = min(before, now), max(before, now)
    for start, end in pairwise(line):
        if (_side(*way, start) > 0) == (_side(*way, end) > 0):
            continue
        piece = min(start, end), max(start, end)
        crossed = int(_side(*piece, now) > 0) - int(_side(*piece, before) > 0)
        total += crossed if piece[0] == start else -crossed
    return total


def _sides(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    yield from pairwise(points)
    yield points[-1], points[0]


def _side(start: Point, end: Point, spot: Point) -> float:
    """Positive right of the way from `start` to `end`, negative left of it."""
    return (end[0] - start[0]) * (spot[1] - start[1]) - (end[1] - start[1]) * (spot[0] - start[0])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return (_side(a, b, c) > 0) != (_side(a, b, d) > 0) and (_side(c, d, a) > 0) != (
        _side(c, d, b) > 0
    )


def _signed_area(points: Sequence[Point]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in _sides(points)) / 2


def _to_piece(start: Point, end: Point, spot: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0
    if length > 0:
        along = ((spot[0] - start[0]) * dx + (spot[1] - start[1]) * dy) / length
        along = min(max(along, 0.0), 1.0)
    return hypot(spot[0] - start[0] - along * dx, spot[1] - start[1] - along * dy)
