"""Each condition over things that walk, stand and drive; pauses and cool-downs; and no track."""

import random
from dataclasses import fields, replace
from itertools import pairwise, zip_longest
from math import cos, radians, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from vision_walks import (
    AREA,
    LINE,
    NOW_US,
    PERSONS,
    STEP_US,
    S,
    patient,
    pictures,
    rule_of,
    seconds_of,
    sighting,
    watch_of,
    watched,
)

from farola.model import (
    Condition,
    Direction,
    Event,
    HourCount,
    Label,
    Rule,
    Schedule,
    Sighting,
    Zone,
    ZoneKind,
)

INSIDE, OUTSIDE = (0.5, 0.5), (0.1, 0.1)


def presence(flags: list[bool], rule: Rule) -> list[Event]:
    """Somebody inside, or outside, picture after picture."""
    seen = [
        (NOW_US + n * STEP_US, [sighting(*(INSIDE if flag else OUTSIDE))])
        for n, flag in enumerate(flags)
    ]
    return watched(watch_of(rule), seen)


# Runs of the same, as pauses of every length matter.
flags = st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=14).map(
    lambda runs: [flag for flag, length in runs for _ in range(length)]
)


@patient
@given(flags, st.integers(0, 3), st.integers(0, 4))
def test_pauses_and_cool_downs_keep_one_situation_one_event(
    some: list[bool], hold_s: int, cool_down_s: int
) -> None:
    rule = rule_of(Condition.ENTERS, hold_s=hold_s, cool_down_s=cool_down_s)
    found = presence(some, rule)
    there = [NOW_US + n * STEP_US for n, flag in enumerate(some) if flag]
    covered = set()
    for event, following in zip_longest(found, found[1:]):
        end_us = event.end_us if event.end_us is not None else there[-1]
        mine = [at_us for at_us in there if event.start_us <= at_us <= end_us]
        covered |= set(mine)
        assert mine[0] == event.start_us
        assert mine[-1] == end_us
        pauses = [two - one for one, two in pairwise(mine)]
        assert all(pause <= hold_s * S for pause in pauses)
        if following is not None:
            assert event.end_us is not None
            assert following.start_us - event.end_us > hold_s * S
            assert following.start_us - event.end_us >= cool_down_s * S
    for at_us in set(there) - covered:  # only a cool-down keeps anybody from being noticed
        assert any(
            event.end_us is not None and 0 <= at_us - event.end_us < cool_down_s * S
            for event in found
        )


@patient
@given(flags, st.integers(1, 3))
def test_a_place_must_fulfil_its_condition_for_so_long(some: list[bool], seconds: int) -> None:
    found = presence(some, rule_of(Condition.ENTERS, seconds=seconds))
    there = [NOW_US + n * STEP_US for n, flag in enumerate(some) if flag]
    for event in found:
        before = [at_us for at_us in there if at_us <= event.start_us]
        since_us = before[-1]
        for at_us in reversed(before):
            if since_us - at_us > S:  # a second may be missed
                break
            since_us = at_us
        assert event.start_us - since_us >= seconds * S


def test_an_event_tells_its_names_class_and_peak() -> None:
    rule = rule_of(Condition.ENTERS, labels=PERSONS | {Label.DOG})
    dogs = [sighting(0.5, 0.5, n, Label.DOG) for n in range(2)]
    people = [sighting(0.5, 0.5, n) for n in range(10, 13)]
    seen = pictures(1, lambda _: dogs) + pictures(1, lambda _: dogs + people, from_s=1)
    seen += pictures(3, lambda _: [], from_s=2)
    (event,) = watched(watch_of(rule), seen)
    assert (event.camera_id, event.zone_id, event.zone_name) == ("cam-1", AREA.id, AREA.name)
    assert (event.rule_id, event.rule_name) == (rule.id, rule.name)
    assert (event.condition, event.label) == (Condition.ENTERS, Label.DOG)
    assert (event.peak, event.peak_us) == (5, NOW_US + S)
    assert seconds_of(event) == (0.0, 1.8)


def test_entering_is_one_visit_while_one_stands_on_the_edge() -> None:
    draw = random.Random(1)
    seen = pictures(20, lambda _: [sighting(0.3 + draw.uniform(-0.008, 0.008), 0.5)])
    watch = watch_of(rule_of(Condition.ENTERS))
    assert len(watched(watch, seen)) == 1
    counts = [count for count in watch.take_counts() if count.zone_id == AREA.id]
    assert [count.entered for count in counts] == [1]


@pytest.mark.parametrize(("people", "fires"), [(2, False), (3, True), (4, True)])
def test_so_many_at_once(people: int, fires: bool) -> None:
    crowd = [sighting(0.4 + n * 0.05, 0.5, n) for n in range(people)]
    around = [sighting(0.1, 0.5, 10 + n) for n in range(5)]
    found = watched(
        watch_of(rule_of(Condition.COUNT, count=3)), pictures(3, lambda _: crowd + around)
    )
    assert [event.peak for event in found] == ([people] if fires else [])


def test_staying_is_for_one_and_the_same() -> None:
    rule = rule_of(Condition.STAYS, seconds=5)
    one = pictures(8, lambda _: [sighting(*INSIDE)])
    assert [seconds_of(event) for event in watched(watch_of(rule), one)] == [(5.0, None)]
    # One after another: the place is never empty, but nobody stays.
    relay = pictures(20, lambda second: [sighting(*INSIDE, track=int(second // 4))])
    assert watched(watch_of(rule), relay) == []
    # Unseen for a moment is still there; gone for longer is somebody else as far as we know.
    blink = pictures(9, lambda second: [] if 3 <= second < 4.5 else [sighting(*INSIDE)])
    assert len(watched(watch_of(rule), blink)) == 1
    lost = pictures(9, lambda second: [] if 3 <= second < 5.5 else [sighting(*INSIDE)])
    assert watched(watch_of(rule), lost) == []


@pytest.mark.parametrize(
    ("direction", "down", "up"),
    [(Direction.ANY, 1, 1), (Direction.TO_RIGHT, 1, 0), (Direction.TO_LEFT, 0, 1)],
)
def test_crossing_in_a_direction(direction: Direction, down: int, up: int) -> None:
    rule = rule_of(Condition.CROSSES, direction=direction)
    southward = pictures(4, lambda second: [sighting(0.5, 0.3 + second * 0.1)])
    northward = pictures(4, lambda second: [sighting(0.5, 0.7 - second * 0.1)])
    past = pictures(4, lambda second: [sighting(0.9, 0.3 + second * 0.1)])
    assert len(watched(watch_of(rule), southward)) == down
    assert len(watched(watch_of(rule), northward)) == up
    assert watched(watch_of(rule), past) == []


def test_who_dithers_on_a_line_does_not_cross_it_again_and_again() -> None:
    draw = random.Random(2)

    def where(second: float) -> list[Sighting]:
        walked = min(second, 2) * 0.1 if second < 10 else 0.2 + (second - 10) * 0.1
        return [sighting(0.5, 0.3 + walked + draw.uniform(-0.004, 0.004))]

    watch = watch_of(rule_of(Condition.CROSSES))
    found = watched(watch, pictures(13, where))
    assert [event.peak for event in found] == [1]
    crossed = [count.entered for count in watch.take_counts() if count.zone_id == LINE.id]
    assert crossed == [1]


def test_all_that_cross_together_are_one_event() -> None:
    rule = rule_of(Condition.CROSSES, hold_s=3)

    def where(second: float) -> list[Sighting]:
        return [sighting(0.3 + n * 0.1, 0.3 + (second - n) * 0.1, n) for n in range(4)]

    (event,) = watched(watch_of(rule), pictures(12, where))
    assert event.peak == 4
    start, end = seconds_of(event)
    assert end is not None
    assert end - start == pytest.approx(3, abs=0.2)


@patient
@given(
    kmh=st.floats(3, 120),
    limit=st.integers(1, 150),
    widths=st.floats(0.03, 0.25),
    angle=st.integers(0, 359),
    aspect=st.sampled_from([1.0, 4 / 3, 16 / 9]),
)
def test_speed_in_metres(kmh: float, limit: int, widths: float, angle: int, aspect: float) -> None:
    """In every direction and at every scale, whatever the picture's shape."""
    assume(abs(kmh - limit) > 0.05 * limit)
    whole = replace(AREA, points=((0, 0), (1, 0), (1, 1), (0, 1)), width_m=kmh / 3.6 / widths)

    def where(second: float) -> list[Sighting]:
        gone = widths * second
        x, y = 0.5 + gone * sin(radians(angle)), 0.5 - gone * cos(radians(angle)) * aspect
        return [sighting(x, y, 1, Label.CAR)]

    rule = rule_of(Condition.SPEED, labels=frozenset({Label.CAR}), speed_kmh=limit)
    watch = watch_of(rule, zones=[whole], aspect=aspect)
    found = watched(watch, pictures(0.25 / widths, where))
    assert len(found) == (kmh > limit)


def test_a_trembling_box_that_stands_has_no_speed() -> None:
    draw = random.Random(3)
    rule = rule_of(Condition.SPEED, speed_kmh=5)
    seen = pictures(
        60, lambda _: [sighting(0.5 + draw.gauss(0, 0.003), 0.5 + draw.gauss(0, 0.003))]
    )
    assert watched(watch_of(rule), seen) == []


@patient
@given(heading=st.integers(0, 359), off=st.integers(0, 359))
def test_wrong_way_is_against_the_permitted_direction(heading: int, off: int) -> None:
    angle = radians(heading + off)
    away = min(off, 360 - off)
    assume(not 110 < away < 130)

    def where(second: float) -> list[Sighting]:
        x = 0.5 + 0.05 * second * sin(angle)
        return [sighting(x, 0.5 - 0.05 * second * cos(angle), 1, Label.CAR)]

    rule = rule_of(Condition.WRONG_WAY, labels=frozenset({Label.CAR}), heading=heading)
    found = watched(watch_of(rule), pictures(3, where))
    assert len(found) == (away > 120)


def test_who_stands_does_not_go_the_wrong_way() -> None:
    draw = random.Random(4)
    rule = rule_of(Condition.WRONG_WAY, heading=0)
    seen = pictures(
        60, lambda _: [sighting(0.5 + draw.gauss(0, 0.003), 0.5 + draw.gauss(0, 0.003))]
    )
    assert watched(watch_of(rule), seen) == []


def test_a_stopped_vehicle_trembles_and_one_that_creeps_does_not_stop() -> None:
    rule = rule_of(Condition.STOPPED, labels=frozenset({Label.CAR}), seconds=10)
    draw = random.Random(5)

    def car(x: float) -> Sighting:
        return sighting(x + draw.uniform(-0.002, 0.002), 0.5, 1, Label.CAR)

    arriving = pictures(
        30, lambda second: [car(min(0.5, 0.35 + 0.05 * second) + max(0, second - 20) * 0.05)]
    )
    (event,) = watched(watch_of(rule), arriving)
    start, end = seconds_of(event)
    assert start == pytest.approx(13, abs=0.5)  # three seconds to arrive, ten to stand
    assert end == pytest.approx(20, abs=0.5)
    creeping = pictures(30, lambda second: [car(0.35 + 0.01 * second)])
    assert watched(watch_of(rule), creeping) == []


def test_a_schedule_ends_an_event_and_lets_it_begin() -> None:
    # 06:00 UTC it is now, Tuesday; the rule sleeps from 06:01 to 06:02.
    awake = Schedule(tuple(range(7)), 6 * 60 + 2, 6 * 60 + 1)
    found = watched(
        watch_of(rule_of(Condition.ENTERS, schedule=awake)),
        pictures(180, lambda _: [sighting(*INSIDE)]),
    )
    assert [seconds_of(event) for event in found] == [(0.0, 59.8), (120.0, None)]


def test_unsure_sightings_and_private_places_are_not_noticed() -> None:
    rule = rule_of(Condition.ENTERS)
    unsure = pictures(5, lambda _: [sighting(*INSIDE, sure=False)])
    watch = watch_of(rule)
    assert watched(watch, unsure) == []
    assert watch.take_counts() == []
    private = Zone("zon-p", "cam-1", "Window", ZoneKind.PRIVATE, AREA.points)
    hidden = watch_of(rule, zones=[AREA, private])
    assert watched(hidden, pictures(5, lambda _: [sighting(*INSIDE)])) == []
    assert hidden.take_counts() == []


wanderers = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)),
    max_size=5,
)


@patient
@given(wanderers, st.permutations(range(5)))
def test_track_numbers_mean_nothing_and_leave_the_engine_in_nothing(
    some: list[tuple[float, float, float, float]], order: list[int]
) -> None:
    """Other numbers for the same tracks give the same events and counts."""
    rules = [
        rule_of(Condition.ENTERS, id="rul-1"),
        rule_of(Condition.STAYS, id="rul-2", seconds=1),
        rule_of(Condition.CROSSES, id="rul-3"),
        rule_of(Condition.SPEED, id="rul-4", speed_kmh=9),
    ]
    results = []
    for base in (1 << 46, 1 << 47):
        numbers = [base + order[n] * 1_000_003 for n in range(len(some))]

        def where(second: float, numbers: list[int] = numbers) -> list[Sighting]:
            return [
                sighting(x + across * second, y + down * second, number)
                for number, (x, y, across, down) in zip(numbers, some, strict=True)
            ]

        watch = watch_of(*rules)
        found = watched(watch, pictures(4, where))
        told = [value for event in found for value in vars_of(event)]
        assert not set(told) & set(numbers)
        counts = watch.take_counts()
        assert not {value for count in counts for value in vars_of(count)} & set(numbers)
        results.append(([replace(event, id="") for event in found], counts))
    assert results[0] == results[1]


def vars_of(value: Event | HourCount) -> list[object]:
    return [getattr(value, each.name) for each in fields(value)]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (rule_of(Condition.CROSSES, zone_id=AREA.id), "zone_id"),
        (rule_of(Condition.ENTERS, zone_id=LINE.id), "zone_id"),
        (rule_of(Condition.ENTERS, camera_id="cam-2"), "zone_id"),
        (rule_of(Condition.ENTERS, labels=frozenset()), "labels"),
        (rule_of(Condition.STAYS), "seconds"),
        (rule_of(Condition.STOPPED, labels=frozenset({Label.CAR})), "seconds"),
        (rule_of(Condition.STOPPED, seconds=5), "labels"),
        (rule_of(Condition.SPEED), "speed_kmh"),
        (rule_of(Condition.WRONG_WAY), "heading"),
    ],
)
def test_a_rule_that_does_not_fit_says_where_and_sleeps(rule: Rule, field: str) -> None:
    zone = LINE if rule.zone_id == LINE.id else AREA
    found = rule.misfit(zone)
    assert found is not None
    assert found[0] == field
    assert watched(watch_of(rule), pictures(9, lambda s: [sighting(0.5, 0.35 + s * 0.04)])) == []


def test_a_speed_needs_the_zones_scale() -> None:
    rule = rule_of(Condition.SPEED, speed_kmh=5)
    assert rule.misfit(AREA) is None
    assert rule.misfit(replace(AREA, width_m=None)) is not None
