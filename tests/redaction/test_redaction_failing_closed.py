"""Whatever the detector does or leaves undone: no picture goes out of which too little is known."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from redaction_street import (
    HEIGHT,
    PERIOD_US,
    WIDTH,
    is_covered,
    person,
    redactor,
    scene,
    with_person,
)

from farola.base import Error, Kind
from farola.model import Box, Recipe
from farola.redaction import Covered, Redactor
from farola.redaction.mask import Level

BOX = Box(0.4, 0.3, 0.15, 0.5)


def test_all_is_covered_before_the_first_answer() -> None:
    covering = redactor()
    for number in range(3):
        covering.push(number * PERIOD_US, scene(), sampled=number == 2)
    first = list(covering.ready())
    assert [one.whole for one in first] == [Kind.WARMING_UP] * 2
    covering.sighted(2 * PERIOD_US, [])
    (third,) = covering.ready()
    assert third.whole is None


def test_the_first_picture_waits_for_its_own_answer() -> None:
    covering = redactor()
    covering.push(0, scene(), sampled=True)
    assert list(covering.ready()) == []
    covering.sighted(0, [person(BOX)])
    (first,) = covering.ready()
    assert first.whole is None
    assert is_covered(first, BOX)


@pytest.mark.parametrize("reason", [Kind.DETECTOR_FAILED, Kind.DETECTOR_LATE, Kind.MODEL_WRONG])
def test_a_missed_answer_covers_all_between_the_good_ones(reason: Kind) -> None:
    out = answers([None, None, reason, None, None], every=3)
    good = {0, 1, 2, 3, 9, 10, 11, 12}
    assert {number for number, one in enumerate(out) if one.whole is None} == good
    assert {one.whole for number, one in enumerate(out) if number not in good} == {reason}


def test_a_detector_that_never_answers_shows_nothing() -> None:
    covering = redactor()
    out = []
    for number in range(20):
        covering.push(number * PERIOD_US, scene(), sampled=number % 2 == 0)
        covering.give_up((number - 5) * PERIOD_US, Kind.DETECTOR_LATE)
        out += covering.ready()
    assert len(out) == 14
    out += covering.flush()
    assert [one.whole for one in out] == [Kind.DETECTOR_LATE] * 20


def test_an_answer_that_comes_late_counts_for_what_follows() -> None:
    covering = redactor()
    for number in range(5):
        covering.push(number * PERIOD_US, scene(), sampled=number in {0, 4})
    covering.give_up(2 * PERIOD_US, Kind.DETECTOR_LATE)
    assert [one.whole for one in covering.ready()] == [Kind.DETECTOR_LATE] * 2
    covering.sighted(0, [person(BOX)])
    covering.sighted(4 * PERIOD_US, [person(BOX)])
    later = list(covering.ready())
    assert [one.whole for one in later] == [None] * 3
    assert all(is_covered(one, BOX) for one in later)


def test_a_sample_left_out_under_load_is_a_picture_between_two_others() -> None:
    covering = redactor()
    for number in range(7):
        covering.push(number * PERIOD_US, scene(), sampled=number in {0, 3, 6})
    covering.sighted(0, [person(BOX)])
    covering.skipped(3 * PERIOD_US)
    assert [one.whole for one in covering.ready()] == [None]
    covering.sighted(6 * PERIOD_US, [person(BOX)])
    later = list(covering.ready())
    assert [one.whole for one in later] == [None] * 6
    assert all(is_covered(one, BOX) for one in later)


def test_samples_left_out_for_long_say_nothing_about_what_lies_between() -> None:
    covering = redactor()
    for number in range(31):
        covering.push(number * PERIOD_US, scene(), sampled=number % 5 == 0)
    for number in range(0, 31, 5):
        if number in {0, 30}:
            covering.sighted(number * PERIOD_US, [])
        else:
            covering.skipped(number * PERIOD_US)
    whole = [one.whole for one in covering.ready()]
    assert whole == [None, *[Kind.DETECTOR_LATE] * 29, None]


def test_skipping_every_sample_shows_nothing() -> None:
    covering = redactor()
    for number in range(8):
        covering.push(number * PERIOD_US, scene(), sampled=True)
        covering.skipped(number * PERIOD_US)
    assert {one.whole for one in covering.flush()} == {Kind.WARMING_UP}


def test_samples_too_far_apart_say_nothing_about_what_lies_between() -> None:
    covering = redactor()
    for number in range(31):
        covering.push(number * PERIOD_US, scene(), sampled=number in {0, 30})
    covering.sighted(0, [])
    covering.sighted(30 * PERIOD_US, [])
    whole = [one.whole for one in covering.ready()]
    assert whole == [None, *[Kind.DETECTOR_LATE] * 29, None]


def test_what_follows_the_last_answer_is_covered() -> None:
    covering = redactor()
    for number in range(12):
        covering.push(number * PERIOD_US, scene(), sampled=number == 0)
    covering.sighted(0, [])
    whole = [one.whole for one in covering.flush()]
    assert whole == [None] * 7 + [Kind.DETECTOR_LATE] * 5


def test_broken_decoding_covers_until_a_later_answer() -> None:
    covering = redactor()
    out: list[Covered] = []
    for number in range(8):
        if number == 4:
            covering.broken(Kind.DECODER_FAILED)
        covering.push(number * PERIOD_US, scene(), sampled=number in {0, 3, 6})
    for number in (0, 3, 6):
        covering.sighted(number * PERIOD_US, [])
    out += covering.flush()
    assert [one.whole for one in out] == [None] * 4 + [Kind.DECODER_FAILED] * 2 + [None] * 2


@pytest.mark.parametrize("sampled_at_cut", [False, True])
def test_a_cut_covers_until_a_sample_after_it(sampled_at_cut: bool) -> None:
    """Also the first picture of the new scene, even where it was looked at itself."""
    covering = redactor()
    cut = 6 if sampled_at_cut else 7
    for number in range(12):
        picture = scene(1 if number < cut else 2)
        covering.push(number * PERIOD_US, picture, sampled=number % 3 == 0)
        if number % 3 == 0:
            covering.sighted(number * PERIOD_US, [])
    out = list(covering.flush())
    whole = [number for number, one in enumerate(out) if one.whole is not None]
    assert whole == list(range(cut, 9))
    assert {out[number].whole for number in whole} == {Kind.SCENE_CHANGED}


def test_private_places_are_solid_whatever_happens() -> None:
    left_half = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    out = answers([None, Kind.DETECTOR_FAILED, None], every=2, private=(left_half,))
    assert {one.whole for one in out} == {None, Kind.DETECTOR_FAILED}
    for one in out:
        assert np.all(one.mask.levels[:, : one.mask.grid.columns // 2] == Level.SOLID)
        assert len(np.unique(one.picture[:HEIGHT, : WIDTH // 2])) == 1


def test_wrong_pictures_are_refused() -> None:
    covering = redactor()
    with pytest.raises(Error) as raised:
        covering.push(0, scene(width=WIDTH + 2), sampled=False)
    assert raised.value.kind is Kind.INVALID_INPUT
    covering.push(5, scene(), sampled=False)
    with pytest.raises(Error):
        covering.push(5, scene(), sampled=False)


def answers(
    found: list[Kind | None],
    every: int,
    private: tuple[tuple[tuple[float, float], ...], ...] = (),
) -> list[Covered]:
    """One picture more than the samples span; each sample is seen empty or missed."""
    covering = redactor(private=private)
    for number in range((len(found) - 1) * every + 1):
        covering.push(number * PERIOD_US, scene(), sampled=number % every == 0)
    for index, reason in enumerate(found):
        at_us = index * every * PERIOD_US
        if reason is None:
            covering.sighted(at_us, [])
        else:
            covering.missed(at_us, reason)
    return list(covering.flush())


@dataclass(frozen=True)
class Step:
    """What happens with one picture."""

    sampled: bool
    answer: str
    scene: int
    gap: int
    broken: bool
    give_up: bool


steps = st.lists(
    st.builds(
        Step,
        sampled=st.booleans(),
        answer=st.sampled_from(["seen", "missed", "late", "never", "skipped"]),
        scene=st.sampled_from([1, 1, 1, 1, 2]),
        gap=st.sampled_from([1, 1, 1, 8, 40]),
        broken=st.integers(0, 9).map(lambda value: value == 0),
        give_up=st.integers(0, 4).map(lambda value: value == 0),
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, max_examples=40)
@given(steps, st.sampled_from([0, 300_000]))
def test_every_picture_leaves_once_in_order_and_never_bare(
    history: list[Step], ahead_us: int
) -> None:
    """A picture that is not wholly covered has its person covered, and a good answer before it."""
    covering = Redactor(Recipe(), WIDTH, HEIGHT, ahead_us=ahead_us)
    out: list[Covered] = []
    pushed: list[int] = []
    good: set[int] = set()
    owed: list[int] = []
    at_us = 0
    for step in history:
        at_us += step.gap * PERIOD_US
        if step.broken:
            covering.broken(Kind.DECODER_FAILED)
        covering.push(at_us, with_person(scene(step.scene), BOX), sampled=step.sampled)
        pushed.append(at_us)
        if step.sampled:
            for late_us in owed:
                covering.sighted(late_us, [person(BOX)])
                good.add(late_us)
            owed.clear()
            if step.answer == "seen":
                covering.sighted(at_us, [person(BOX)])
                good.add(at_us)
            elif step.answer == "missed":
                covering.missed(at_us, Kind.DETECTOR_FAILED)
            elif step.answer == "skipped":
                covering.skipped(at_us)
            elif step.answer == "late":
                owed.append(at_us)
        if step.give_up:
            covering.give_up(at_us, Kind.DETECTOR_LATE)
        out += covering.ready()
    out += covering.flush()
    assert [one.at_us for one in out] == pushed
    for one in out:
        assert is_covered(one, BOX)
        if one.whole is None:
            assert any(seen_us <= one.at_us for seen_us in good)
        else:
            assert np.all(one.mask.levels != 0)
