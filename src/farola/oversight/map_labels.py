"""Where the labels of a map's points go so that none covers another. Pure."""

from collections.abc import Sequence

type Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_LETTER = 7.6  # wide for a mean letter of 13 px sans-serif, so that real text fits in
_HIGH = 14.0
_POINT = 8.0
_FAR = 12.0


def place_labels(
    points: Sequence[tuple[float, float]], labels: Sequence[str], width: float, height: float
) -> list[tuple[float, float] | None]:
    """Where the baseline of each label begins; None where it would cover something.

    A label is tried to the right of its point, to the left, below and above. What has no room is
    left out: the list beside the map names every point.
    """
    taken: list[Box] = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in points]
    found: list[tuple[float, float] | None] = []
    for (x, y), label in zip(points, labels, strict=True):
        wide = len(label) * _LETTER
        spots = (
            (x + _FAR, y + 4),
            (x - _FAR - wide, y + 4),
            (x - wide / 2, y + _POINT + _HIGH),
            (x - wide / 2, y - _POINT - 5),
        )
        spot = next((each for each in spots if _fits(each, wide, taken, width, height)), None)
        if spot is not None:
            taken.append(label_box(spot, wide))
        found.append(spot)
    return found


def label_box(spot: tuple[float, float], wide: float) -> Box:
    """What a label covers whose baseline begins there."""
    x, y = spot
    return (x, y - _HIGH + 3, x + wide, y + 3)


def _fits(
    spot: tuple[float, float], wide: float, taken: Sequence[Box], width: float, height: float
) -> bool:
    left, top, right, bottom = label_box(spot, wide)
    if left < 0 or top < 0 or right > width or bottom > height:
        return False
    return not any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in taken
    )
