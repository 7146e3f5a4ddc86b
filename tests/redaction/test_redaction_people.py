"""Who is covered, for how long, and what is left to see."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from redaction_street import (
    HEIGHT,
    PERIOD_US,
    WIDTH,
    Planes,
    is_covered,
    person,
    redactor,
    scene,
    with_person,
)

from farola.model import Box, Label, Recipe, Sighting
from farola.redaction import Covered, Redactor
from farola.redaction.mask import Level

type Seen = Callable[[int], Sequence[Sighting]]

PLACE = Box(0.4, 0.4, 0.1, 0.25)


def run(
    covering: Redactor, pictures: Sequence[Planes], seen: Seen, every: int = 2
) -> list[Covered]:
    """Push all, answer every `every`-th at once, take everything out."""
    out: list[Covered] = []
    for number, picture in enumerate(pictures):
        covering.push(number * PERIOD_US, picture.copy(), sampled=number % every == 0)
        if number % every == 0:
            covering.sighted(number * PERIOD_US, seen(number))
        out += covering.ready()
    return out + list(covering.flush())


def walking(number: int, speed: float = 0.01) -> Box:
    return Box(0.1 + speed * number, 0.3, 0.08, 0.3)


def nobody(_: int) -> list[Sighting]:
    return []


def test_somebody_who_walks_is_covered_between_the_samples() -> None:
    pictures = [with_person(scene(), walking(number)) for number in range(41)]
    out = run(redactor(), pictures, lambda number: [person(walking(number))], every=4)
    assert [one.whole for one in out] == [None] * 41
    assert all(is_covered(one, walking(number)) for number, one in enumerate(out))
    assert max(one.mask.area for one in out) < 0.12


def test_a_fast_cyclist_is_covered_between_the_samples() -> None:
    pictures = [with_person(scene(), walking(number, 0.05)) for number in range(17)]
    out = run(redactor(), pictures, lambda number: [person(walking(number, 0.05))], every=4)
    assert all(is_covered(one, walking(number, 0.05)) for number, one in enumerate(out))


def test_who_enters_between_two_samples_is_covered_at_once() -> None:
    def at(number: int) -> Box:
        return Box(-0.1 + 0.05 * (number - 21), 0.3, 0.1, 0.4)

    pictures = [
        with_person(scene(), at(number)) if number > 20 else scene() for number in range(29)
    ]
    out = run(redactor(), pictures, lambda n: [person(at(n))] if n > 21 else [], every=4)
    assert all(is_covered(out[number], at(number)) for number in range(21, 29))
    assert out[18].mask.area == 0


def test_who_moves_is_covered_also_when_the_detector_never_finds_anybody() -> None:
    pictures = [scene()] * 10 + [with_person(scene(), walking(number)) for number in range(40)]
    out = run(redactor(), pictures, nobody)
    assert all(is_covered(out[10 + number], walking(number)) for number in range(1, 40))
    assert max(one.mask.area for one in out) < 0.2


def test_who_stands_and_is_lost_by_the_detector_stays_covered_until_gone() -> None:
    """Comes, stands still with small movements, is not found any more, leaves at last."""

    def at(number: int) -> Box:
        if number < 30:
            return Box(0.1 + 0.01 * number, 0.4, 0.1, 0.25)
        return Box(0.4 + 0.006 * (number % 3), 0.4, 0.1, 0.25)

    stands = [with_person(scene(), at(number)) for number in range(160)]
    pictures = [scene()] * 30 + stands + [scene()] * 60
    out = run(redactor(), pictures, lambda n: [person(at(n - 30))] if 30 <= n < 70 else [])
    assert all(is_covered(out[30 + number], at(number)) for number in range(160))
    assert out[-1].mask.area == 0


def test_a_place_is_held_after_the_last_sighting() -> None:
    out = run(redactor(), [scene()] * 140, lambda n: [person(PLACE)] if 100 <= n <= 110 else [])
    assert all(is_covered(one, PLACE) for one in out[99:126])
    assert out[-1].mask.area == 0


def test_later_sightings_cover_earlier_pictures_where_there_is_time_to_wait() -> None:
    covering = Redactor(Recipe(), WIDTH, HEIGHT, ahead_us=1_000_000)
    pictures = [with_person(scene(), PLACE)] * 30
    out = run(covering, pictures, lambda n: [person(PLACE)] if n >= 8 else [])
    assert all(is_covered(one, PLACE) for one in out)


def test_an_unlikely_thing_that_always_stands_there_costs_little() -> None:
    bin_ = with_person(scene(), PLACE)
    out = run(redactor(), [bin_] * 200, lambda _: [person(PLACE, score=0.25)])
    assert is_covered(out[0], PLACE)
    assert out[-1].mask.area == 0
    likely = run(redactor(), [bin_] * 200, lambda _: [person(PLACE, score=0.6)])
    assert is_covered(likely[-1], PLACE)


@pytest.mark.parametrize(("pixels", "covered"), [(60, True), (59, False)])
def test_vehicles_are_covered_where_a_plate_can_be_read(pixels: int, covered: bool) -> None:
    car = Sighting(9, Label.CAR, 0.7, Box(0.3, 0.3, 0.4, pixels / HEIGHT), sure=True)
    out = run(redactor(vehicle_pixels=60), [scene()] * 5, lambda _: [car])
    assert is_covered(out[2], car.box) is covered
    without = run(redactor(vehicles=False), [scene()] * 5, lambda _: [car])
    assert without[2].mask.area == 0


def test_plates_are_measured_in_the_recorded_picture() -> None:
    car = Sighting(9, Label.CAR, 0.7, Box(0.3, 0.3, 0.4, 0.25), sure=True)
    covering = Redactor(Recipe(vehicle_pixels=90), WIDTH, HEIGHT, recorded_height=480)
    assert is_covered(run(covering, [scene()] * 3, lambda _: [car])[1], car.box)


def test_who_is_near_is_covered_in_coarser_squares() -> None:
    near, far = Box(0.1, 0.1, 0.3, 0.8), Box(0.7, 0.4, 0.1, 0.2)
    out = run(redactor(), [scene()] * 3, lambda _: [person(near, 1), person(far, 2)])
    levels, grid = out[1].mask.levels, out[1].mask.grid
    assert np.all(levels[grid.span(near)] == Level.COARSE)
    assert np.all(levels[grid.span(far)] == Level.FINE)


@pytest.mark.parametrize("strength", [3, 15])
def test_noise_is_not_motion(strength: int) -> None:
    random = np.random.default_rng(5)
    pictures = [noisy(scene(), random, strength) for _ in range(40)]
    out = run(redactor(), pictures, nobody)
    assert [one.whole for one in out] == [None] * 40
    assert np.mean([one.mask.area for one in out[5:]]) < 0.02


def test_a_change_of_exposure_is_neither_motion_nor_another_scene() -> None:
    pictures = [brighter(scene(), 1 + 0.04 * min(10, max(0, n - 10))) for n in range(40)]
    out = run(redactor(), pictures, nobody)
    assert [one.whole for one in out] == [None] * 40
    assert max(one.mask.area for one in out) < 0.02


def test_a_camera_that_trembles_does_not_cover_everything() -> None:
    random = np.random.default_rng(5)
    pictures = [shifted(smooth(), *random.integers(-1, 2, 2)) for _ in range(40)]
    out = run(redactor(), pictures, nobody)
    assert [one.whole for one in out] == [None] * 40
    assert np.mean([one.mask.area for one in out]) < 0.05


def test_a_camera_that_turns_covers_everything_until_it_is_looked_at_again() -> None:
    pictures = [shifted(smooth(), 0, 6 * min(20, max(0, n - 10))) for n in range(40)]
    out = run(redactor(), pictures, nobody)
    whole = {number for number, one in enumerate(out) if one.whole is not None}
    assert len(whole & set(range(11, 31))) >= 15
    assert not whole - set(range(11, 34))


def noisy(picture: Planes, random: np.random.Generator, strength: int) -> Planes:
    noise = random.normal(0, strength, picture.shape)
    return np.clip(picture + noise, 16, 235).astype(np.uint8)


def brighter(picture: Planes, gain: float) -> Planes:
    changed = picture.copy()
    changed[:HEIGHT] = np.clip(picture[:HEIGHT] * gain, 16, 235)
    return changed


def shifted(picture: Planes, down: int, across: int) -> Planes:
    changed = picture.copy()
    changed[:HEIGHT] = np.roll(picture[:HEIGHT], (down, across), (0, 1))
    return changed


def smooth() -> Planes:
    """A scene whose outlines are as soft as a lens makes them."""
    picture = scene()
    luma = picture[:HEIGHT].astype(float)
    for _ in range(3):
        luma = (
            luma + np.roll(luma, 1, 0) + np.roll(luma, 1, 1) + np.roll(luma, (1, 1), (0, 1))
        ) / 4
    picture[:HEIGHT] = luma.astype(np.uint8)
    return picture
