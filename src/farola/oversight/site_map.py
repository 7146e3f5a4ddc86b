"""A drawing of where the cameras are, without tiles from anywhere."""

from collections.abc import Sequence
from html import escape
from math import cos, radians

from farola.oversight.map_labels import place_labels
from farola.oversight.site_facts import PublicCamera

_WIDTH, _HEIGHT, _EDGE = 760.0, 420.0, 48.0
_METRES_A_DEGREE = 111_320.0
_LEAST_METRES = 200.0


def map_svg(cameras: Sequence[PublicCamera], label: str) -> str:
    """North is up; empty where no camera has a position."""
    placed = [
        (each, each.latitude, each.longitude)
        for each in cameras
        if each.latitude is not None and each.longitude is not None
    ]
    if not placed:
        return ""
    north = max(latitude for _, latitude, _ in placed)
    south = min(latitude for _, latitude, _ in placed)
    west = min(longitude for _, _, longitude in placed)
    east = max(longitude for _, _, longitude in placed)
    narrowing = max(0.05, cos(radians((north + south) / 2)))
    wide = max(_LEAST_METRES, (east - west) * _METRES_A_DEGREE * narrowing)
    high = max(_LEAST_METRES, (north - south) * _METRES_A_DEGREE)
    scale = min((_WIDTH - 2 * _EDGE) / wide, (_HEIGHT - 2 * _EDGE) / high)
    marks = []
    # Role `group` and not `img`: what lies in an image is hidden from screen readers, links too.
    points = [
        (
            _WIDTH / 2 + (longitude - (east + west) / 2) * _METRES_A_DEGREE * narrowing * scale,
            _HEIGHT / 2 - (latitude - (north + south) / 2) * _METRES_A_DEGREE * scale,
        )
        for _, latitude, longitude in placed
    ]
    spots = place_labels(points, [each.place[:40] for each, _, _ in placed], _WIDTH, _HEIGHT)
    for (camera, _, _), (x, y), spot in zip(placed, points, spots, strict=True):
        name = escape(camera.place[:40])
        text = "" if spot is None else f'<text x="{spot[0]:.1f}" y="{spot[1]:.1f}">{name}</text>'
        marks.append(
            f'<a href="camera/{camera.id}.html" aria-label="{name}"><title>{name}</title>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7"/>{text}</a>'
        )
    metres = _round_length(wide)
    length = metres * scale
    bar = (
        f'<path d="M{_EDGE} {_HEIGHT - 20} h{length:.1f}" stroke-width="2"/>'
        f'<text x="{_EDGE}" y="{_HEIGHT - 26}">{metres:g} m</text>'
    )
    return (
        f'<svg class="map" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="group" '
        f'aria-label="{escape(label)}">{"".join(marks)}{bar}</svg>'
    )


def _round_length(wide: float) -> float:
    """A round number of metres, about a fifth of the width."""
    found = 10.0
    for step in (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 200_000):
        if step <= wide / 4:
            found = step
    return found
