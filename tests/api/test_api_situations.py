"""Zones, rules, events and counts through the API."""

from typing import Any

import httpx
import pytest
from api_world import NEW_RULE, NEW_ZONE, NOW_US, World

from farola.api.description import describe
from farola.base import Error, Kind
from farola.model import Box, Camera, Condition, Event, Label, Sighting

S = 1_000_000
LINE = NEW_ZONE | {"name": "Gate", "kind": "line", "points": [{"x": 0.1, "y": 0}, {"x": 1, "y": 1}]}


async def test_a_zone_is_drawn_changed_and_deleted(
    client: httpx.AsyncClient, camera: Camera
) -> None:
    zones = f"/api/cameras/{camera.id}/zones"
    drawn = await client.post(zones, json=NEW_ZONE)
    assert drawn.status_code == 201, drawn.text
    zone = drawn.json()
    assert zone == NEW_ZONE | {"id": zone["id"], "camera_id": camera.id}
    changed = await client.put(f"{zones}/{zone['id']}", json=LINE)
    assert changed.json() == LINE | {"id": zone["id"], "camera_id": camera.id}
    listed = (await client.get(zones)).json()["zones"]
    assert [each["name"] for each in listed] == ["Gate", "Lawn"]
    assert (await client.delete(f"{zones}/{zone['id']}")).status_code == 204
    assert (await client.delete(f"{zones}/{zone['id']}")).status_code == 404
    assert (await client.put(f"{zones}/{zone['id']}", json=LINE)).status_code == 404


async def test_a_rule_is_written_changed_and_deleted(
    client: httpx.AsyncClient, camera: Camera
) -> None:
    rules = f"/api/cameras/{camera.id}/rules"
    written = await client.post(rules, json=NEW_RULE)
    assert written.status_code == 201, written.text
    rule = written.json()
    given = {
        "seconds": 0, "count": 1, "direction": "any", "heading": None, "speed_kmh": None,
        "schedule": None, "hold_s": 3, "cool_down_s": 30, "enabled": True,
    }  # fmt: skip
    assert rule == given | NEW_RULE | {"id": rule["id"], "camera_id": camera.id}
    whole = {
        "name": "Crowd", "zone_id": "zon-1", "labels": ["dog", "person"], "condition": "count",
        "seconds": 5, "count": 30, "direction": "to_left", "heading": 90, "speed_kmh": 30,
        "schedule": {"days": [0, 6], "start_minute": 1320, "end_minute": 360},
        "hold_s": 10, "cool_down_s": 600, "enabled": False,
    }  # fmt: skip
    changed = await client.put(f"{rules}/{rule['id']}", json=whole)
    assert changed.json() == whole | {"id": rule["id"], "camera_id": camera.id}
    listed = (await client.get(rules)).json()["rules"]
    assert [each["name"] for each in listed] == ["Crowd", "Nobody"]
    assert listed[0] == changed.json()
    assert (await client.delete(f"{rules}/{rule['id']}")).status_code == 204
    assert (await client.delete(f"{rules}/{rule['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"points": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]}, "body.points"),
        ({"points": [{"x": n % 2, "y": n // 2} for n in range(4)]}, "body.points"),
        ({"points": [{"x": 1.1, "y": 0}] * 3}, "body.points.0.x"),
        ({"points": [{"x": 0.5, "y": 0.5}] * 33}, "body.points"),
        ({"kind": "circle"}, "body.kind"),
        ({"width_m": 0}, "body.width_m"),
        ({"name": " "}, "body.name"),
        ({"camera_id": "cam-1"}, "body.camera_id"),
    ],
)
async def test_a_shape_that_is_no_zone_is_refused(
    client: httpx.AsyncClient, camera: Camera, change: dict[str, Any], field: str
) -> None:
    answer = await client.post(f"/api/cameras/{camera.id}/zones", json=NEW_ZONE | change)
    assert answer.status_code == 422
    assert field in {fault["path"] for fault in answer.json()["fields"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"labels": ["man"]}, "body.labels.0"),
        ({"labels": ["face"]}, "body.labels.0"),
        ({"labels": []}, "body.labels"),
        ({"condition": "looks_odd"}, "body.condition"),
        ({"condition": "stays"}, "body.seconds"),
        ({"condition": "crosses"}, "body.zone_id"),
        ({"condition": "wrong_way"}, "body.heading"),
        ({"condition": "speed"}, "body.speed_kmh"),
        ({"condition": "speed", "speed_kmh": 30}, "body.zone_id"),  # the lawn has no scale
        ({"condition": "stopped", "seconds": 9}, "body.labels"),
        ({"zone_id": "zon-elsewhere"}, "body.zone_id"),
        ({"schedule": {"days": [7], "start_minute": 0, "end_minute": 1}}, "body.schedule.days.0"),
        ({"seconds": 1.5}, "body.seconds"),
        ({"track": 7}, "body.track"),
    ],
)
async def test_a_rule_that_does_not_fit_is_refused(
    client: httpx.AsyncClient, camera: Camera, change: dict[str, Any], field: str
) -> None:
    rules = f"/api/cameras/{camera.id}/rules"
    body = NEW_RULE | change
    tried = {"rule": body, "start_us": NOW_US, "end_us": NOW_US + S}
    for answer, prefix in (
        (await client.post(rules, json=body), "body"),
        (await client.put(f"{rules}/rul-1", json=body), "body"),
        (await client.post(f"{rules}/try", json=tried), "body.rule"),
    ):
        assert answer.status_code == 422
        paths = {fault["path"] for fault in answer.json()["fields"]}
        assert {field, field.replace("body", prefix, 1)} & paths
    assert [each["name"] for each in (await client.get(rules)).json()["rules"]] == ["Nobody"]


async def test_a_zone_that_a_rule_needs_stays_what_the_rule_needs(
    client: httpx.AsyncClient, camera: Camera
) -> None:
    zone = f"/api/cameras/{camera.id}/zones/zon-1"
    for answer in (await client.delete(zone), await client.put(zone, json=LINE)):
        assert answer.status_code == 409
        assert answer.json()["values"]["rule"] == "Nobody"
    assert (await client.put(zone, json=NEW_ZONE)).status_code == 200


async def test_another_cameras_zones_and_rules_are_not_found(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    other = await world.add_camera(client, name="other")
    for path in ("zones/zon-1", "rules/rul-1"):
        body = NEW_ZONE if "zones" in path else NEW_RULE
        address = f"/api/cameras/{other.id}/{path}"
        assert (await client.put(address, json=body)).status_code == 404
        assert (await client.delete(address)).status_code == 404


def walker(second: int, *, sure: bool = True) -> Sighting:
    return Sighting(7_777_777, Label.PERSON, 0.9, Box(0.48, 0.4, 0.04, 0.1), sure)


async def test_a_rule_is_tried_on_what_is_recorded(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    world.sidewalk.pictures = [
        (NOW_US + n * S, [walker(n), walker(n, sure=False)] if 3 <= n < 6 else [])
        for n in range(20)
    ]
    body = {
        "rule": NEW_RULE | {"enabled": False, "hold_s": 1},
        "start_us": NOW_US + S,
        "end_us": NOW_US + 15 * S,
    }
    tried = f"/api/cameras/{camera.id}/rules/try"
    answer = await client.post(tried, json=body)
    assert answer.status_code == 200, answer.text
    event = {
        "label": "person",
        "start_us": NOW_US + 3 * S,
        "end_us": NOW_US + 5 * S,
        "peak": 1,
        "peak_us": NOW_US + 3 * S,
    }
    assert answer.json() == {
        "events": [event],
        "until_us": NOW_US + 14 * S + 1,
        "pictures": 14,
        "sure": 3,
        "unsure": 3,
    }
    assert "7777777" not in answer.text
    assert len((await client.get("/api/events")).json()["events"]) == 1  # the world's own
    assert world.sidewalk.closed == 1
    world.sidewalk.hangs = True  # after the last picture: what was seen by then is the answer
    assert (await client.post(tried, json=body)).json()["events"] == [event]
    assert world.sidewalk.closed == 2


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Error(Kind.NOT_FOUND, "nothing was recorded"), 404),
        (Error(Kind.DECODER_FAILED, "it failed"), 503),
        (Error(Kind.MODEL_MISSING, "there is none"), 500),
    ],
)
async def test_what_keeps_a_rule_from_being_tried_is_told(
    world: World, client: httpx.AsyncClient, camera: Camera, error: Error, status: int
) -> None:
    world.sidewalk.error = error
    body = {"rule": NEW_RULE, "start_us": NOW_US, "end_us": NOW_US + S}
    answer = await client.post(f"/api/cameras/{camera.id}/rules/try", json=body)
    assert answer.status_code == status
    assert answer.json()["kind"] == error.kind


async def test_a_rule_is_tried_on_an_hour_at_most(
    client: httpx.AsyncClient, camera: Camera
) -> None:
    tried = f"/api/cameras/{camera.id}/rules/try"
    for length_us in (0, -S, 3_600 * S + 1):
        body = {"rule": NEW_RULE, "start_us": NOW_US, "end_us": NOW_US + length_us}
        assert (await client.post(tried, json=body)).status_code == 422


def save_events(world: World, camera: Camera, count: int) -> None:
    for number in range(count):
        world.catalog.events.save(
            Event(
                id=f"evt-x{number:03}",
                camera_id=camera.id,
                zone_id="zon-1",
                zone_name="Lawn",
                rule_id="rul-2",
                rule_name="Dogs",
                condition=Condition.CROSSES,
                label=Label.DOG,
                start_us=NOW_US + S + number,
                end_us=None,
                peak=2,
                peak_us=NOW_US + S + number,
            )
        )


async def test_events_come_in_pages_newest_first(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    save_events(world, camera, 7)
    asked: dict[str, Any] = {"camera_id": camera.id, "limit": 3}
    found = []
    while True:
        page = (await client.get("/api/events", params=asked)).json()
        found += [event["id"] for event in page["events"]]
        if page["next"] is None:
            break
        assert len(page["events"]) == 3
        asked["before"] = page["next"]
    assert found == [f"evt-x{number:03}" for number in reversed(range(7))] + ["evt-1"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 3),
        ({"label": "dog"}, 2),
        ({"label": "person"}, 1),
        ({"condition": "crosses", "label": "dog"}, 2),
        ({"condition": "stays"}, 0),
        ({"zone_id": "zon-1"}, 3),
        ({"rule_id": "rul-2"}, 2),
        ({"start_us": NOW_US + S}, 2),
        ({"end_us": NOW_US + S}, 1),
        ({"camera_id": "cam-x"}, 0),
        ({"camera_id": "cam-x", "zone_id": "zon-1"}, 0),
    ],
)
async def test_events_are_found_by_what_they_are(
    world: World, client: httpx.AsyncClient, camera: Camera, asked: dict[str, Any], count: int
) -> None:
    save_events(world, camera, 2)
    page = (await client.get("/api/events", params=asked)).json()
    assert len(page["events"]) == count


async def test_one_event(client: httpx.AsyncClient, camera: Camera) -> None:
    event = (await client.get("/api/events/evt-1")).json()
    assert event == {
        "id": "evt-1", "camera_id": camera.id, "zone_id": "zon-1", "zone_name": "Lawn",
        "rule_id": "rul-1", "rule_name": "Nobody", "condition": "enters", "label": "person",
        "start_us": NOW_US, "end_us": NOW_US + 5, "peak": 1, "peak_us": NOW_US,
    }  # fmt: skip
    assert (await client.get("/api/events/evt-x")).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"label": "man"},
        {"condition": "odd"},
        {"before": "x"},
        {"before": "1"},
        {"limit": 0},
        {"limit": 501},
        {"start_us": -1},
        {"camera_id": "../x"},
    ],
)
async def test_a_search_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, asked: dict[str, Any]
) -> None:
    assert (await client.get("/api/events", params=asked)).status_code == 422


async def test_activity_by_the_hour(client: httpx.AsyncClient, camera: Camera) -> None:
    hour_us = NOW_US - NOW_US % (3_600 * S)
    asked = {"camera_id": camera.id, "start_us": NOW_US - S, "end_us": NOW_US + S}
    answer = await client.get("/api/activity", params=asked)
    row = {
        "camera_id": camera.id, "zone_id": None, "hour_us": hour_us, "label": "person",
        "entered": 3, "peak": 2, "present_us": 60 * S,
    }  # fmt: skip
    assert answer.json() == {"hours": [row]}
    zone = await client.get("/api/activity", params=asked | {"zone_id": "zon-1"})
    assert zone.json() == {"hours": []}
    unknown = await client.get("/api/activity", params=asked | {"camera_id": "cam-x"})
    assert unknown.status_code == 404
    long = await client.get("/api/activity", params=asked | {"end_us": NOW_US + 33 * 86_400 * S})
    assert long.status_code == 422


# All that the API tells of what cameras saw. Whoever adds a member decides it in this list, too.
SEEN = {
    "EventAnswer": "id camera_id zone_id zone_name rule_id rule_name condition label start_us "
    "end_us peak peak_us",
    "EventList": "events next",
    "TrialEvent": "label start_us end_us peak peak_us",
    "TrialAnswer": "events until_us pictures sure unsure",
    "HourAnswer": "camera_id zone_id hour_us label entered peak present_us",
    "ActivityAnswer": "hours",
}


def test_the_api_tells_of_what_was_seen_in_these_members_and_no_other() -> None:
    schemas = describe()["components"]["schemas"]
    told = {name: set(schemas[name]["properties"]) for name in SEEN}
    assert told == {name: set(members.split()) for name, members in SEEN.items()}


def test_the_label_is_the_allow_list_wherever_the_api_has_one() -> None:
    schemas = describe()["components"]["schemas"]
    assert schemas["Label"]["enum"] == [label.value for label in Label]
    for name in ("EventAnswer", "TrialEvent", "HourAnswer"):
        assert schemas[name]["properties"]["label"] == {"$ref": "#/components/schemas/Label"}
    for name in ("RuleBody", "RuleAnswer"):
        items = schemas[name]["properties"]["labels"]["items"]
        assert items == {"$ref": "#/components/schemas/Label"}
