"""Zones, rules, events, counts: what is kept, what is refused, and that a search finds it all."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from catalog_rows import NOW_US, new_camera
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind, ManualClock
from farola.catalog import MOST_RULES, MOST_ZONES, Catalog
from farola.model import (
    HOUR_US,
    Camera,
    Condition,
    Direction,
    Event,
    EventFilter,
    HourCount,
    Label,
    Rule,
    Schedule,
    Span,
    Zone,
    ZoneKind,
)

SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


@pytest.fixture
def zone(catalog: Catalog, camera: Camera) -> Zone:
    zone = Zone("zon-1", camera.id, "Lawn", ZoneKind.AREA, SQUARE, 12.5)
    catalog.zones.save_zone(zone)
    return zone


@pytest.fixture
def rule(catalog: Catalog, zone: Zone) -> Rule:
    rule = Rule(
        id="rul-1",
        camera_id=zone.camera_id,
        zone_id=zone.id,
        name="Nobody at night",
        labels=frozenset({Label.PERSON, Label.BICYCLE}),
        condition=Condition.STAYS,
        seconds=20,
        count=3,
        direction=Direction.TO_LEFT,
        heading=359,
        speed_kmh=30,
        schedule=Schedule((0, 5, 6), 22 * 60, 6 * 60),
        hold_s=4,
        cool_down_s=60,
        enabled=False,
    )
    catalog.zones.save_rule(rule)
    return rule


def kind_of(call: object, *args: object) -> Kind:
    with pytest.raises(Error) as error:
        call(*args)  # type: ignore[operator]
    return error.value.kind


def test_zones_and_rules_come_back_as_they_were(catalog: Catalog, rule: Rule, zone: Zone) -> None:
    assert catalog.zones.zones(zone.camera_id) == [zone] == catalog.zones.zones()
    assert catalog.zones.rules(zone.camera_id) == [rule] == catalog.zones.rules()
    assert catalog.zones.zone(zone.camera_id, zone.id) == zone
    assert catalog.zones.rule(zone.camera_id, rule.id) == rule
    other = replace(rule, labels=frozenset({Label.DOG}), schedule=None, name="Dogs", heading=None)
    catalog.zones.save_rule(other)
    assert catalog.zones.rules(zone.camera_id) == [other]
    line = replace(zone, kind=ZoneKind.LINE, points=((0, 0), (1 / 3, 1)), width_m=None)
    catalog.zones.save_zone(line)
    assert catalog.zones.zones(zone.camera_id) == [replace(line, points=((0, 0), (0.33333, 1)))]


def test_another_cameras_zone_and_rule_are_not_there(catalog: Catalog, rule: Rule) -> None:
    zones = catalog.zones
    other = catalog.cameras.add(new_camera("other")).id
    assert zones.zones(other) == zones.rules(other) == []
    assert kind_of(zones.zone, other, rule.zone_id) is Kind.NOT_FOUND
    assert kind_of(zones.rule, other, rule.id) is Kind.NOT_FOUND
    assert kind_of(zones.delete_zone, other, "zon-x") is Kind.NOT_FOUND
    assert kind_of(zones.delete_rule, other, rule.id) is Kind.NOT_FOUND
    moved = replace(rule, camera_id=other)
    assert kind_of(zones.save_rule, moved) is Kind.NOT_FOUND  # its zone is elsewhere
    taken = Zone(rule.zone_id, other, "Lawn", ZoneKind.AREA, SQUARE)
    assert kind_of(zones.save_zone, taken) is Kind.CONFLICT
    assert zones.zone(rule.camera_id, rule.zone_id).camera_id == rule.camera_id


def test_a_zone_stays_while_a_rule_needs_it(catalog: Catalog, rule: Rule) -> None:
    zones = catalog.zones
    assert kind_of(zones.delete_zone, rule.camera_id, rule.zone_id) is Kind.CONFLICT
    zones.delete_rule(rule.camera_id, rule.id)
    zones.delete_zone(rule.camera_id, rule.zone_id)
    assert zones.zones() == zones.rules() == []
    assert catalog.orphans() == []


def test_names_are_a_cameras_own_and_there_are_not_too_many(
    catalog: Catalog, rule: Rule, zone: Zone
) -> None:
    zones = catalog.zones
    assert kind_of(zones.save_zone, replace(zone, id="zon-2")) is Kind.CONFLICT
    assert kind_of(zones.save_rule, replace(rule, id="rul-2")) is Kind.CONFLICT
    other = catalog.cameras.add(new_camera("other")).id
    zones.save_zone(replace(zone, id="zon-2", camera_id=other))
    with catalog.batch():
        for number in range(MOST_ZONES - 1):
            zones.save_zone(replace(zone, id=f"zon-x{number}", name=f"zone {number}"))
        for number in range(MOST_RULES - 1):
            zones.save_rule(replace(rule, id=f"rul-x{number}", name=f"rule {number}"))
    assert kind_of(zones.save_zone, replace(zone, id="zon-y", name="y")) is Kind.CONFLICT
    assert kind_of(zones.save_rule, replace(rule, id="rul-y", name="y")) is Kind.CONFLICT
    zones.save_zone(replace(zone, name="renamed"))
    assert kind_of(zones.save_zone, replace(zone, id="z", camera_id="cam-x")) is Kind.NOT_FOUND


@pytest.mark.parametrize(
    "change",
    [
        {"points": ((-0.1, 0), (1, 0), (1, 1))},
        {"points": ((0, 0), (1, float("nan")), (1, 1))},
        {"points": tuple((n / 100, 0.5) for n in range(100)) * 2},
        {"kind": "circle"},
        {"name": ""},
        {"name": "x" * 121},
    ],
)
def test_a_zone_out_of_bounds_is_refused(
    catalog: Catalog, zone: Zone, change: dict[str, object]
) -> None:
    broken = replace(zone, **change)  # type: ignore[arg-type]
    assert kind_of(catalog.zones.save_zone, broken) is Kind.INVALID_INPUT


@pytest.mark.parametrize(
    "change",
    [
        {"labels": frozenset()},
        {"seconds": -1},
        {"count": 1001},
        {"heading": 360},
        {"speed_kmh": -1},
        {"hold_s": 3601},
        {"condition": "looks_odd"},
        {"direction": "up"},
        {"schedule": Schedule((7,), 0, 60)},
        {"schedule": Schedule((), 0, 60)},
        {"schedule": Schedule((1,), 1440, 60)},
    ],
)
def test_a_rule_out_of_bounds_is_refused(
    catalog: Catalog, rule: Rule, change: dict[str, object]
) -> None:
    broken = replace(rule, **change)  # type: ignore[arg-type]
    assert kind_of(catalog.zones.save_rule, broken) is Kind.INVALID_INPUT


def event_at(camera_id: str, number: int, start_us: int = NOW_US, **changes: object) -> Event:
    event = Event(
        id=f"evt-{number:04}",
        camera_id=camera_id,
        zone_id="zon-1",
        zone_name="Lawn",
        rule_id="rul-1",
        rule_name="Nobody",
        condition=Condition.ENTERS,
        label=Label.PERSON,
        start_us=start_us,
        end_us=start_us + 5,
        peak=1,
        peak_us=start_us,
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def test_an_event_begins_grows_and_ends(catalog: Catalog, camera: Camera) -> None:
    begun = event_at(camera.id, 1, end_us=None)
    catalog.events.save(begun)
    catalog.events.save(begun)  # repeated after an error: the same
    assert catalog.events.lasting() == [begun] == [catalog.events.get(begun.id)]
    ended = replace(begun, end_us=NOW_US + 90, peak=3, peak_us=NOW_US + 4)
    catalog.events.save(ended)
    assert catalog.events.lasting() == []
    assert catalog.events.get(begun.id) == ended
    assert kind_of(catalog.events.save, replace(ended, end_us=NOW_US - 1)) is Kind.INVALID_INPUT
    assert kind_of(catalog.events.get, "evt-x") is Kind.NOT_FOUND
    assert kind_of(catalog.events.save, event_at("cam-x", 2)) is Kind.CONFLICT


def test_what_a_killed_server_left_open_ends_where_it_last_spoke(
    catalog: Catalog, camera: Camera
) -> None:
    lasting = event_at(camera.id, 1, end_us=None, peak_us=NOW_US + 7)
    catalog.events.save(lasting)
    catalog.events.save(event_at(camera.id, 2))
    assert catalog.events.end_after_crash() == 1
    assert catalog.events.get(lasting.id) == replace(lasting, end_us=NOW_US + 7)
    assert catalog.events.lasting() == []
    assert catalog.events.end_after_crash() == 0


# Two cameras with two zones each, two rules for each zone; few instants, so that many events begin
# at the same microsecond and pages end among them.
places = st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1))
drawn = st.lists(
    st.tuples(places, st.sampled_from(Label), st.sampled_from(Condition), st.integers(0, 6)),
    max_size=25,
)
maybe = st.none()
filters = st.builds(
    EventFilter,
    camera_id=maybe | st.sampled_from(["cam-0", "cam-1", "cam-x"]),
    zone_id=maybe | st.sampled_from([f"zon-{c}{z}" for c in "01" for z in "01"]),
    rule_id=maybe | st.sampled_from([f"rul-{c}{z}{r}" for c in "01" for z in "01" for r in "01"]),
    label=maybe | st.sampled_from(Label),
    condition=maybe | st.sampled_from(Condition),
    start_us=maybe | st.integers(NOW_US - 1, NOW_US + 7),
    end_us=maybe | st.integers(NOW_US - 1, NOW_US + 7),
)


def fits(event: Event, asked: EventFilter) -> bool:
    exact = ("camera_id", "zone_id", "rule_id", "label", "condition")
    same = all(getattr(asked, name) in {None, getattr(event, name)} for name in exact)
    after = asked.start_us is None or event.start_us >= asked.start_us
    return same and after and (asked.end_us is None or event.start_us < asked.end_us)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    path: Path = tmp_path_factory.mktemp("events") / "catalog.db"
    with Catalog.open(path, clock=ManualClock(NOW_US)) as catalog:
        for number in range(2):
            catalog.cameras.add(new_camera(str(number)), camera_id=f"cam-{number}")
        yield catalog


class _UndoError(Exception):
    pass


@contextlib.contextmanager
def undone(catalog: Catalog) -> Iterator[None]:
    """Whatever is written inside is rolled back."""
    with contextlib.suppress(_UndoError), catalog.batch():
        yield
        raise _UndoError


def all_pages(catalog: Catalog, asked: EventFilter, limit: int) -> list[Event]:
    page = catalog.events.search(asked, None, limit)
    found = list(page.events)
    while page.next is not None:
        assert len(page.events) == limit
        page = catalog.events.search(asked, page.next, limit)
        found += page.events
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(some=drawn, asked=filters, limit=st.integers(1, 4))
def test_the_pages_of_a_search_hold_each_fitting_event_once_newest_first(
    shared: Catalog,
    some: list[tuple[tuple[int, int, int], Label, Condition, int]],
    asked: EventFilter,
    limit: int,
) -> None:
    events = [
        event_at(
            f"cam-{camera}",
            number,
            NOW_US + after,
            zone_id=f"zon-{camera}{zone}",
            rule_id=f"rul-{camera}{zone}{rule}",
            label=label,
            condition=condition,
        )
        for number, ((camera, zone, rule), label, condition, after) in enumerate(some)
    ]

    with undone(shared):
        for event in events:
            shared.events.save(event)
        found = all_pages(shared, asked, limit)
    wanted = [event for event in events if fits(event, asked)]
    assert found == sorted(wanted, key=lambda event: (event.start_us, event.id), reverse=True)


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1.", ".evt-1", "-1.evt-1", "1" * 17 + ".e", "²."]
)
def test_a_cursor_that_no_page_gave_is_refused(catalog: Catalog, cursor: str) -> None:
    with pytest.raises(Error) as error:
        catalog.events.search(EventFilter(), cursor)
    assert error.value.kind is Kind.INVALID_INPUT


def test_counts_add_up_and_the_higher_peak_stays(catalog: Catalog, camera: Camera) -> None:
    hour_us = NOW_US - NOW_US % HOUR_US
    one = HourCount(camera.id, None, hour_us, Label.CAR, 3, 2, 1_000)
    zone = replace(one, zone_id="zon-1", entered=1)
    later = replace(one, hour_us=hour_us + HOUR_US, peak=9)
    catalog.events.add_counts([one, zone, later])
    catalog.events.add_counts([replace(one, peak=5), replace(zone, peak=0)])
    kept = [
        replace(one, entered=6, peak=5, present_us=2_000),
        replace(zone, entered=2, present_us=2_000),
        later,
    ]
    counts = catalog.events.counts
    assert counts(camera.id, Span(hour_us + 5, hour_us + HOUR_US + 1)) == kept
    assert counts(camera.id, Span(hour_us + HOUR_US - 1, hour_us + HOUR_US)) == kept[:2]
    assert counts(camera.id, Span(0, 1 << 62), "zon-1") == [kept[1]]
    assert counts("cam-x", Span(0, 1 << 62)) == []
    odd = replace(one, hour_us=hour_us + 1)
    assert kind_of(catalog.events.add_counts, [odd]) is Kind.INVALID_INPUT
