"""A thing that somebody pointed at is followed only while it cannot be taken for another."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vision_walks import NOW_US, S, patient, pictures, sighting

from farola.model import Course, Label, Sighting, Spot
from farola.vision.course import course_of, is_over

type Where = Callable[[float], Iterable[Sighting]]


def follow(seconds: float, where: Where, at_s: float, x: float = 0.5, y: float = 0.45) -> Course:
    spot = Spot(NOW_US + round(at_s * S), x, y)
    return course_of(pictures(seconds, where), spot)


def lasting(course: Course) -> tuple[float, float] | None:
    """First and last second of its only stretch."""
    if not course.stretches:
        return None
    (stretch,) = course.stretches
    return (stretch.points[0][0] - NOW_US) / S, (stretch.points[-1][0] - NOW_US) / S


def test_who_is_alone_is_followed_from_beginning_to_end() -> None:
    course = follow(20, lambda s: [sighting(0.1 + s * 0.04, 0.5)], 10)
    assert lasting(course) == (0.0, 19.8)
    box = course.at(NOW_US + 5_100_000)
    assert box is not None
    assert box.foot[0] == pytest.approx(0.1 + 5.1 * 0.04)
    assert course.at(NOW_US - 1) is None
    assert course.at(NOW_US + 19_800_001) is None


def test_who_crosses_another_is_lost_before_and_not_found_again() -> None:
    def where(s: float) -> list[Sighting]:
        return [sighting(0.1 + s * 0.04, 0.5), sighting(0.9 - s * 0.04, 0.5, track=2)]

    course = follow(20, where, 2, x=0.18)
    assert lasting(course) == (0.0, pytest.approx(9.2, abs=0.3))
    after = follow(20, where, 18, x=0.82)
    told = lasting(after)
    assert told is not None
    assert told[0] == pytest.approx(10.8, abs=0.3)


def test_a_number_that_passes_to_somebody_else_takes_nobody_along() -> None:
    """The tracker takes one for the other in the moment when they meet."""

    def where(s: float) -> list[Sighting]:
        one, other = 0.1 + s * 0.04, 0.9 - s * 0.04
        first, second = (one, other) if s < 10 else (other, one)
        return [sighting(first, 0.5), sighting(second, 0.5, track=2)]

    told = lasting(follow(20, where, 2, x=0.18))
    assert told is not None
    assert told[1] < 9.5


def test_who_vanished_close_by_may_stand_behind() -> None:
    def where(s: float) -> list[Sighting]:
        found = [sighting(0.5, 0.5)]
        if 4 <= s < 5 or s >= 6.5:
            found.append(sighting(0.56, 0.5, track=2 if s < 6 else 3))
        return found

    assert lasting(follow(10, where, 1)) == (0.0, pytest.approx(2.4, abs=0.3))
    assert follow(10, where, 5.7).stretches == ()


@pytest.mark.parametrize(
    ("missing_s", "lasts_s"), [(0.4, 9.8), (1.0, 4.8)], ids=["a moment", "too long"]
)
def test_who_is_not_seen_for_long_may_be_somebody_else(missing_s: float, lasts_s: float) -> None:
    def where(s: float) -> list[Sighting]:
        return [] if 5 <= s < 5 + missing_s else [sighting(0.5, 0.5)]

    told = lasting(follow(10, where, 1))
    assert told is not None
    assert told[1] == pytest.approx(lasts_s)


def test_a_leap_is_nobodys() -> None:
    told = lasting(follow(10, lambda s: [sighting(0.5 if s < 5 else 0.58, 0.5)], 1))
    assert told is not None
    assert told[1] == pytest.approx(4.8)


def test_a_post_beside_does_not_matter_and_a_vehicle_neither() -> None:
    def where(s: float) -> list[Sighting]:
        post = replace(sighting(0.52, 0.5, track=2), score=0.25)
        car = sighting(0.55, 0.5, track=3, label=Label.CAR)
        return [sighting(0.5, 0.5), post, car]

    assert lasting(follow(10, where, 1, x=0.487)) == (0.0, 9.8)


@pytest.mark.parametrize(
    "where",
    [
        lambda s: [],
        lambda s: [sighting(0.8, 0.5)],
        lambda s: [sighting(0.5, 0.5), sighting(0.51, 0.5, track=2)],
        lambda s: [replace(sighting(0.5, 0.5), score=0.3)],
        lambda s: [sighting(0.5, 0.5, label=Label.DOG)],
        lambda s: [sighting(0.5, 0.5)] if s < 2 else [],
    ],
    ids=["nobody", "elsewhere", "two", "unlikely", "a dog", "gone by then"],
)
def test_where_no_one_thing_is_meant_nothing_is_followed(where: Where) -> None:
    assert follow(10, where, 5).stretches == ()


def test_the_search_ends_once_the_thing_is_gone() -> None:
    def where(s: float) -> list[Sighting]:
        return [sighting(0.5, 0.5)] if s < 5 else [sighting(0.9, 0.5, track=2)]

    spot = Spot(NOW_US + S, 0.5, 0.45)
    samples = pictures(20, where)
    ends = [number for number in range(len(samples)) if is_over(samples[:number], spot)]
    assert (samples[ends[0]][0] - NOW_US) / S == pytest.approx(7.2, abs=0.3)
    assert course_of(samples[: ends[0]], spot) == course_of(samples, spot)


@patient
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-0.1, 0.1)), min_size=1, max_size=6),
    st.floats(0, 10),
)
def test_nobody_else_is_ever_where_the_course_is(
    walks: list[tuple[float, float]], at_s: float
) -> None:
    """People who walk along one line at their own pace, each seen in every picture."""

    def where(s: float) -> list[Sighting]:
        return [sighting(x + pace * s, 0.5, track=number) for number, (x, pace) in enumerate(walks)]

    x, pace = walks[0]
    course = follow(10, where, at_s, x=x + pace * round(at_s * 5) / 5)
    for at_us, sightings in pictures(10, where):
        box = course.at(at_us)
        if box is not None:
            assert [one.track for one in sightings if one.box.overlap(box) > 0] == [0]
