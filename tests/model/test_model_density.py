"""Pixels a metre: checked against points of the street that are projected one by one."""

from math import cos, hypot, isclose, radians, sin, tan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from farola.model import (
    LEVELS_2014,
    LEVELS_2025,
    Density,
    Mounting,
    Zone,
    ZoneKind,
    densities,
    level,
)
from farola.model.density import pixels_a_metre

WIDTH = 1920
FLAT = Mounting(height_m=5, tilt_deg=0, field_deg=90)
TOP, BOTTOM = 0.0, 1.0


def zone(kind: ZoneKind = ZoneKind.AREA, width_m: float | None = None) -> Zone:
    points = ((0.2, 0.75), (0.8, 0.75), (0.5, 0.9))
    return Zone("zon-1", "cam-1", "Crossing", kind, points, width_m)


def seen(mounting: Mounting, ahead_m: float, aside_m: float) -> tuple[float, float]:
    """Where a point of the ground is in the picture, in pixels from the picture's middle."""
    tilt = radians(mounting.tilt_deg)
    depth = ahead_m * cos(tilt) + mounting.height_m * sin(tilt)
    below = mounting.height_m * cos(tilt) - ahead_m * sin(tilt)
    focal = WIDTH / 2 / tan(radians(mounting.field_deg) / 2)
    return focal * aside_m / depth, focal * below / depth


@given(
    st.floats(2, 30), st.floats(0, 80), st.floats(20, 120), st.floats(1, 100), st.floats(-20, 20)
)
def test_a_metre_of_street_takes_so_many_pixels(
    height: float, tilt: float, field: float, ahead: float, aside: float
) -> None:
    mounting = Mounting(height, tilt, field)
    left, right = seen(mounting, ahead, aside - 0.5), seen(mounting, ahead, aside + 0.5)
    apart = hypot(right[0] - left[0], right[1] - left[1])
    y = 0.5 + left[1] / (WIDTH * 9 / 16)
    assume(abs(y) < 50)
    assert isclose(pixels_a_metre(mounting, y, WIDTH), apart, rel_tol=1e-6)


def test_nothing_of_the_street_lies_above_the_horizon() -> None:
    assert pixels_a_metre(FLAT, TOP, WIDTH) == 0
    assert pixels_a_metre(FLAT, 0.5, WIDTH) == 0
    assert pixels_a_metre(FLAT, BOTTOM, WIDTH) == 108


def test_the_whole_picture_comes_first_and_what_is_always_covered_not_at_all() -> None:
    whole, crossing = densities(FLAT, [zone(), zone(ZoneKind.PRIVATE)], WIDTH)
    assert whole == Density(None, 0, 108)
    assert (crossing.zone, crossing.least, crossing.most) == (zone(), 54, 86)


def test_what_somebody_measured_counts_for_more_than_the_estimate() -> None:
    (measured,) = densities(None, [zone(width_m=24), zone()], WIDTH)
    assert measured == Density(zone(width_m=24), 80, 80, measured=True)
    assert densities(FLAT, [zone(width_m=24)], WIDTH)[1] == measured


@pytest.mark.parametrize(("target", "too_much"), [(None, False), (108, False), (107, True)])
def test_more_than_the_purpose_needs_is_told(target: int | None, too_much: bool) -> None:
    assert Density(None, 0, 108).exceeds(target) is too_much


@pytest.mark.parametrize(
    ("pixels", "old", "now"),
    [
        (19, "", ""),
        (20, "", "overview"),
        (25, "detect", "overview"),
        (62, "observe", "outline"),
        (125, "recognise", "perceive"),
        (249, "recognise", "perceive"),
        (250, "identify", "characterise"),
        (1500, "identify", "scrutinise"),
    ],
)
def test_levels_are_those_of_both_editions(pixels: int, old: str, now: str) -> None:
    assert (level(pixels, LEVELS_2014), level(pixels, LEVELS_2025)) == (old, now)
