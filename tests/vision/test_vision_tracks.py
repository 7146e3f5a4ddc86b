"""Tracks follow what moves, tell things apart, and keep nothing that could follow a person on."""

import math
import random
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from farola.model import Box, Detection, Label, Sighting
from farola.vision import Tracker
from farola.vision.tracks import CLEAR_SCORE, COAST_US, SURE_HITS

STEP_US = 200_000


def person(x: float, y: float = 0.5, score: float = 0.8, label: Label = Label.PERSON) -> Detection:
    return Detection(label, score, Box(x, y, 0.04, 0.16))


def walk(
    tracker: Tracker, steps: int, where: Callable[[int], list[Detection]], step_us: int = STEP_US
) -> list[list[Sighting]]:
    return [tracker.update(1 + number * step_us, where(number)) for number in range(steps)]


def test_who_walks_keeps_the_number() -> None:
    seen = walk(Tracker(), 20, lambda step: [person(0.1 + 0.02 * step)])
    assert len({each.track for row in seen for each in row}) == 1


def test_at_one_picture_a_second_as_well() -> None:
    seen = walk(Tracker(), 8, lambda step: [person(0.1 + 0.08 * step)], 1_000_000)
    assert len({each.track for row in seen for each in row}) == 1


def test_two_who_pass_each_other_are_two() -> None:
    def where(step: int) -> list[Detection]:
        found = [person(0.1 + 0.02 * step, 0.50), person(0.7 - 0.02 * step, 0.54)]
        random.Random(step).shuffle(found)
        return found

    seen = walk(Tracker(), 30, where)
    to_the_right = {min(row, key=lambda each: each.box.top).track for row in seen}
    to_the_left = {max(row, key=lambda each: each.box.top).track for row in seen}
    assert len(to_the_right) == len(to_the_left) == 1
    assert to_the_right != to_the_left


def test_sure_only_after_being_seen_clearly_and_often() -> None:
    seen = walk(Tracker(), 6, lambda step: [person(0.1), person(0.6, score=CLEAR_SCORE - 0.01)])
    assert [row[0].sure for row in seen] == [False] * (SURE_HITS - 1) + [True] * (7 - SURE_HITS)
    assert not any(row[1].sure for row in seen)


def test_clutter_that_is_clear_once_is_not_counted() -> None:
    def where(step: int) -> list[Detection]:
        return [person(0.5, score=0.45 if step % 10 == 0 else 0.22)]

    assert not any(each.sure for row in walk(Tracker(), 60, where) for each in row)


def test_every_detection_is_a_sighting_however_faint() -> None:
    found = [person(0.1, score=0.2), person(0.5, score=0.9)]
    seen = Tracker().update(1, found)
    assert [(each.box, each.score) for each in seen] == [(d.box, d.score) for d in found]


def test_a_faint_detection_keeps_a_track_alive() -> None:
    def where(step: int) -> list[Detection]:
        return [person(0.1 + 0.01 * step, score=0.8 if step < 5 else 0.25)]

    seen = walk(Tracker(), 8, where)
    assert len({each.track for row in seen for each in row}) == 1


def test_who_is_missed_goes_on_where_they_walked() -> None:
    tracker = Tracker()
    walk(tracker, 6, lambda step: [person(0.1 + 0.02 * step)])
    (missed,) = tracker.update(1 + 6 * STEP_US, [])
    assert math.isclose(missed.box.left, 0.1 + 0.02 * 6, abs_tol=0.005)
    assert missed.score == 0.4
    (again,) = tracker.update(1 + 7 * STEP_US, [person(0.1 + 0.02 * 7)])
    assert again.track == missed.track


def test_a_track_ends_with_a_second_unseen_and_its_number_with_it() -> None:
    tracker = Tracker()
    seen = walk(tracker, 6, lambda step: [person(0.3)])
    gone = [tracker.update(1 + (6 + step) * STEP_US, []) for step in range(10)]
    assert gone[0]
    assert gone[-1] == []
    (back,) = tracker.update(1 + 5 * STEP_US + COAST_US + 12 * STEP_US, [person(0.3)])
    assert back.track != seen[0][0].track


def test_who_walks_out_of_the_picture_is_not_held_in_it() -> None:
    tracker = Tracker()
    walk(tracker, 5, lambda step: [person(0.86 + 0.03 * step)])
    assert tracker.update(1 + 5 * STEP_US, []) == []


def test_a_car_is_no_person_and_a_van_may_be_a_car() -> None:
    labels = [Label.CAR, Label.TRUCK, Label.VEHICLE, Label.PERSON]
    seen = walk(Tracker(), 4, lambda step: [person(0.4, label=labels[step])])
    numbers = [row[0].track for row in seen]
    assert len(set(numbers[:3])) == 1
    assert numbers[3] not in numbers[:3]


def test_an_earlier_picture_begins_anew() -> None:
    tracker = Tracker()
    (first,) = tracker.update(5_000_000, [person(0.3)])
    (second,) = tracker.update(1_000_000, [person(0.3)])
    (third,) = tracker.update(1_000_000, [person(0.3)])
    (much_later,) = tracker.update(60_000_000, [person(0.3)])
    assert len({each.track for each in (first, second, third, much_later)}) == 4


def test_numbers_say_nothing() -> None:
    """The same street twice gives other numbers: they are drawn, not counted or computed."""
    runs = [
        {each.track for row in walk(Tracker(), 3, lambda step: [person(0.1)]) for each in row}
        for _ in range(20)
    ]
    assert len(set.union(*runs)) == 20
    assert max(set.union(*runs)) > 2**32


UNIT = st.floats(0, 1)
DETECTIONS = st.lists(
    st.builds(
        Detection,
        st.sampled_from(Label),
        st.floats(0.2, 1),
        st.builds(Box, UNIT, UNIT, st.floats(0, 1), st.floats(0, 1)),
    ),
    max_size=12,
)


@given(st.lists(st.tuples(st.integers(-2_000_000, 3_000_000), DETECTIONS), max_size=12))
def test_whatever_comes_every_detection_goes_out_once_with_a_track_of_its_own(
    pictures: list[tuple[int, list[Detection]]],
) -> None:
    tracker, at_us = Tracker(4 / 3), 10_000_000
    for later_us, found in pictures:
        at_us += later_us
        seen = tracker.update(at_us, found)
        assert [each.box for each in seen[: len(found)]] == [each.box for each in found]
        assert len({each.track for each in seen}) == len(seen)
