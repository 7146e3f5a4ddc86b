"""One thing is left to be seen on its course, and nothing else, whatever else is there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redaction_street import (
    HEIGHT,
    PERIOD_US,
    WIDTH,
    Planes,
    is_covered,
    person,
    scene,
    with_person,
)

from farola.base import Kind
from farola.model import Box, Course, Label, Recipe, Sighting, Stretch
from farola.redaction import Covered, Redactor

BOX = Box(0.4, 0.3, 0.15, 0.5)
ASIDE = Box(0.75, 0.3, 0.15, 0.5)
LAST_US = 20 * PERIOD_US
SOLID = 60


def course(box: Box = BOX, from_us: int = 0, until_us: int = LAST_US) -> Course:
    return Course((Stretch(((from_us, box), (until_us, box))),))


def film(
    seen: list[Sighting], bare: Course, *, missed: int | None = None, **recipe: object
) -> tuple[Planes, list[Covered]]:
    """The bare picture, and twenty times the same one with every second one looked at."""
    settled = Recipe(style="solid", **recipe)  # type: ignore[arg-type]
    covering = Redactor(settled, WIDTH, HEIGHT, bare=bare)
    picture = scene()
    for one in seen:
        picture = with_person(picture, one.box, seed=one.track)
    out = []
    for number in range(20):
        covering.push(number * PERIOD_US, picture.copy(), sampled=number % 2 == 0)
        if number % 2 == 0 and number == missed:
            covering.missed(number * PERIOD_US, Kind.DETECTOR_FAILED)
        elif number % 2 == 0:
            covering.sighted(number * PERIOD_US, seen)
        out += covering.ready()
    return picture, [*out, *covering.flush()]


def cut(picture: Planes, box: Box) -> Planes:
    """Luma of the box, less a cell at its edges."""
    rows = slice(int(box.top * HEIGHT) + 4, int(box.bottom * HEIGHT) - 4)
    columns = slice(int(box.left * WIDTH) + 4, int(box.right * WIDTH) - 4)
    return picture[:HEIGHT][rows, columns]


def is_bare(picture: Planes, one: Covered, box: Box) -> bool:
    return bool(np.array_equal(cut(picture, box), cut(one.picture, box)))


def is_solid(one: Covered, box: Box) -> bool:
    return bool((cut(one.picture, box) == SOLID).all())


def test_who_is_on_the_course_is_seen_and_the_mask_covers_them_all_the_same() -> None:
    picture, out = film([person(BOX), person(ASIDE, track=2)], course())
    assert len(out) == 20
    assert all(is_bare(picture, one, BOX) for one in out[:-1])
    assert all(is_solid(one, ASIDE) for one in out)
    assert all(is_covered(one, BOX) for one in out)


def test_nothing_later_is_known_of_the_last_picture_so_nothing_is_bare_in_it() -> None:
    _, out = film([person(BOX)], course())
    assert is_solid(out[-1], BOX)


def test_before_and_after_the_course_all_is_covered() -> None:
    bare = course(from_us=5 * PERIOD_US, until_us=10 * PERIOD_US)
    picture, out = film([person(BOX)], bare)
    assert [is_bare(picture, one, BOX) for one in out] == [5 <= at <= 10 for at in range(20)]
    assert [is_solid(one, BOX) for one in out] == [not 5 <= at <= 10 for at in range(20)]


@pytest.mark.parametrize("score", [0.8, 0.25])
def test_who_stands_in_front_stays_covered(score: float) -> None:
    before = Box(0.45, 0.5, 0.2, 0.45)
    seen = [person(BOX), person(before, track=2, score=score)]
    picture, out = film(seen, course())
    assert all(is_solid(one, before) for one in out)
    head = Box(0.4, 0.3, 0.15, 0.15)
    assert all(is_bare(picture, one, head) for one in out[:-1])


def test_somebody_large_and_unlikely_before_all_of_it_leaves_nothing_bare() -> None:
    large = Box(0.1, 0.05, 0.8, 0.9)
    seen = [person(BOX), person(large, track=2, score=0.25)]
    picture, out = film(seen, course())
    assert not any(is_bare(picture, one, BOX) for one in out)


def test_a_plate_in_front_stays_covered() -> None:
    car = Box(0.3, 0.55, 0.4, 0.4)
    seen = [person(BOX), Sighting(2, Label.CAR, 0.9, car, sure=True)]
    _, out = film(seen, course(), vehicle_pixels=20)
    assert all(is_solid(one, car) for one in out)


def test_a_private_place_stays_covered() -> None:
    private = ((0.4, 0.3), (0.55, 0.3), (0.55, 0.5), (0.4, 0.5))
    _, out = film([person(BOX)], course(), private=(private,))
    assert all(is_solid(one, Box(0.4, 0.3, 0.15, 0.2)) for one in out)


def test_while_the_detector_says_nothing_all_is_covered() -> None:
    picture, out = film([person(BOX)], course(), missed=10)
    whole = [at for at, one in enumerate(out) if one.whole is not None]
    assert whole == [9, 10, 11]
    assert not any(is_bare(picture, out[at], BOX) for at in whole)


def test_a_course_where_somebody_else_is_shows_nobody() -> None:
    """Whoever made the course was wrong, or it is another picture's."""
    half = Box(BOX.left + 0.1, BOX.top, BOX.width, BOX.height)
    _, out = film([person(BOX)], course(half))
    assert all(is_solid(one, BOX) for one in out)


@settings(deadline=None, max_examples=40)
@given(
    left=st.floats(0, 0.85),
    top=st.floats(0, 0.7),
    width=st.floats(0.06, 0.3),
    height=st.floats(0.1, 0.5),
)
def test_whoever_else_is_there_is_covered_wherever_they_are(
    left: float, top: float, width: float, height: float
) -> None:
    other = Box(left, top, min(width, 1 - left), min(height, 1 - top))
    _, out = film([person(BOX), person(other, track=2)], course())
    assert all(is_solid(one, other) for one in out)
