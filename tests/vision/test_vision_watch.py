"""A camera's watch over time: changed rules, clocks set back, cameras that go, hourly counts."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from vision_walks import (
    AREA,
    LINE,
    NOW_US,
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

from farola.model import HOUR_US, Condition, HourCount, Label, Sighting

INSIDE = [sighting(0.5, 0.5)]
ENTERS = rule_of(Condition.ENTERS)


def test_a_begun_event_is_told_at_once_and_again_when_it_ends() -> None:
    watch = watch_of(ENTERS)
    (begun,) = watch.see(NOW_US, INSIDE)
    assert (begun.end_us, begun.peak) == (None, 1)
    assert watch.see(NOW_US + STEP_US, INSIDE * 2) == []
    assert watch.lasting[0].id == begun.id
    (ended,) = watch.see(NOW_US + 3 * S, [])
    assert ended.id == begun.id
    assert ended.end_us == NOW_US + STEP_US
    assert watch.lasting == []


def test_what_did_not_change_goes_on_and_what_did_ends() -> None:
    other = replace(ENTERS, id="rul-2")
    watch = watch_of(ENTERS, other)
    assert len(watch.see(NOW_US, INSIDE)) == 2
    wider = replace(other, cool_down_s=5)
    (ended,) = watch.change([AREA, LINE], [ENTERS, wider])
    assert (ended.rule_id, ended.end_us) == ("rul-2", NOW_US)
    assert [event.rule_id for event in watch.lasting] == ["rul-1"]
    (ended,) = watch.change([replace(AREA, name="Lawn"), LINE], [ENTERS])
    assert ended.rule_id == "rul-1"
    (begun,) = watch.see(NOW_US + STEP_US, INSIDE)
    assert begun.zone_name == "Lawn"
    (ended,) = watch.change([LINE], [ENTERS])  # its zone is gone
    assert ended.id == begun.id
    assert watch.see(NOW_US + 2 * STEP_US, INSIDE) == []


def test_disabled_rules_and_other_cameras_zones_sleep() -> None:
    elsewhere = replace(AREA, camera_id="cam-2")
    seen = pictures(3, lambda _: INSIDE)
    assert watched(watch_of(replace(ENTERS, enabled=False)), seen) == []
    assert watched(watch_of(ENTERS, zones=[elsewhere]), seen) == []


def test_a_camera_that_goes_ends_its_events() -> None:
    watch = watch_of(ENTERS)
    (begun,) = watch.see(NOW_US, INSIDE)
    watch.see(NOW_US + STEP_US, INSIDE)
    (ended,) = watch.end()
    assert (ended.id, ended.end_us) == (begun.id, NOW_US + STEP_US)
    assert watch.end() == []


def test_a_hole_in_the_pictures_ends_what_lasted_before_it() -> None:
    seen = pictures(2, lambda _: INSIDE) + pictures(2, lambda _: INSIDE, from_s=60)
    found = watched(watch_of(ENTERS), seen)
    assert [seconds_of(event) for event in found] == [(0.0, 1.8), (60.0, None)]


def test_a_clock_that_is_set_back_begins_anew() -> None:
    watch = watch_of(replace(ENTERS, cool_down_s=60))
    (begun,) = watch.see(NOW_US, INSIDE)
    assert watch.see(NOW_US - S, INSIDE) == []  # only out of order
    hour_ago_us = NOW_US - HOUR_US
    ended, again = watch.see(hour_ago_us, INSIDE)
    assert (ended.id, ended.end_us) == (begun.id, NOW_US)
    assert (again.start_us, again.end_us) == (hour_ago_us, None)


def total(counts: list[HourCount]) -> dict[tuple[str | None, int, Label], tuple[int, int, int]]:
    """As the catalogue adds them up."""
    entered: Counter[tuple[str | None, int, Label]] = Counter()
    present: Counter[tuple[str | None, int, Label]] = Counter()
    peak: dict[tuple[str | None, int, Label], int] = {}
    for count in counts:
        key = (count.zone_id, count.hour_us, count.label)
        entered[key] += count.entered
        present[key] += count.present_us
        peak[key] = max(peak.get(key, 0), count.peak)
    return {key: (entered[key], peak[key], present[key]) for key in peak}


def test_counts_of_an_hour() -> None:
    watch = watch_of()
    seen = pictures(
        4, lambda second: [sighting(0.5, 0.1 + second * 0.15), sighting(0.1, 0.1, 2, Label.DOG)]
    )
    watched(watch, seen)
    hour_us = NOW_US - NOW_US % HOUR_US
    assert total(watch.take_counts()) == {
        (None, hour_us, Label.PERSON): (1, 1, 3_800_000),
        (None, hour_us, Label.DOG): (1, 1, 3_800_000),
        (AREA.id, hour_us, Label.PERSON): (1, 1, 2_400_000),
        (LINE.id, hour_us, Label.PERSON): (1, 0, 0),
    }
    assert watch.take_counts() == []


def test_each_hour_gets_its_part() -> None:
    watch = watch_of()
    midnight_us = NOW_US - NOW_US % HOUR_US + HOUR_US
    for n in range(-5, 5):
        watch.see(midnight_us - 50_000 + n * STEP_US, INSIDE)
    counts = {key[1:]: value for key, value in total(watch.take_counts()).items() if key[0] is None}
    assert counts == {
        (midnight_us - HOUR_US, Label.PERSON): (1, 1, 5 * STEP_US + 50_000),
        (midnight_us, Label.PERSON): (0, 1, 4 * STEP_US - 50_000),
    }


def test_who_was_lost_for_a_moment_is_not_counted_again() -> None:
    """The tracker gives another number, and a rule takes them for somebody else."""
    watch = watch_of(rule_of(Condition.STAYS, seconds=3))

    def where(second: float) -> list[Sighting]:
        if 2 <= second < 3:
            return []
        return [sighting(0.5 + second * 0.01, 0.5, 1 if second < 2 else 2)]

    found = watched(watch, pictures(8, where))
    assert [seconds_of(event)[0] for event in found] == [6.0]
    counts = total(watch.take_counts())
    assert [entered for entered, _, _ in counts.values()] == [1, 1]


def test_who_appears_elsewhere_or_besides_is_counted() -> None:
    watch = watch_of()
    seen = pictures(1, lambda _: [sighting(0.4, 0.5, 1)])
    seen += pictures(1, lambda _: [sighting(0.6, 0.5, 2)], from_s=1)  # too far to have walked
    seen += pictures(
        1, lambda _: [sighting(0.6, 0.5, 2), sighting(0.61, 0.5, 3)], from_s=2
    )  # nobody vanished
    seen += pictures(
        1,
        lambda _: [sighting(0.6, 0.5, 4), sighting(0.61, 0.5, 5), sighting(0.62, 0.5, 6)],
        from_s=3,
    )  # two vanished, three came
    seen += pictures(1, lambda _: [sighting(0.6, 0.5, 7, Label.DOG)], from_s=4)
    watched(watch, seen)
    entered = {
        key[2]: value[0] for key, value in total(watch.take_counts()).items() if key[0] is None
    }
    assert entered == {Label.PERSON: 4, Label.DOG: 1}


def test_time_without_pictures_is_not_time_with_somebody_there() -> None:
    watch = watch_of()
    for at_us in (NOW_US, NOW_US + S, NOW_US + 60 * S, NOW_US + 61 * S):
        watch.see(at_us, INSIDE)
    whole = [count for count in watch.take_counts() if count.zone_id is None]
    assert [(count.entered, count.present_us) for count in whole] == [(2, 2 * S)]


wanderers = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)),
    max_size=5,
)


@patient
@given(wanderers, st.integers(1, 9))
def test_counts_do_not_depend_on_how_often_they_are_taken(
    some: list[tuple[float, float, float, float]], often: int
) -> None:
    def where(second: float) -> list[Sighting]:
        return [
            sighting(x + across * second, y + down * second, number)
            for number, (x, y, across, down) in enumerate(some)
        ]

    seen = pictures(4, where)
    at_once, now_and_then = watch_of(), watch_of()
    watched(at_once, seen)
    taken: list[HourCount] = []
    for number, (at_us, sightings) in enumerate(seen):
        now_and_then.see(at_us, sightings)
        if number % often == 0:
            taken += now_and_then.take_counts()
    taken += now_and_then.take_counts()
    assert total(taken) == total(at_once.take_counts())
    assert all(0 <= count.present_us <= HOUR_US for count in taken)
