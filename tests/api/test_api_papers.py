"""Before the privacy officer has approved a camera's papers nobody sees it live."""

from typing import Any

import httpx
import pytest
from api_world import NEW_CAMERA, World
from test_api_live import close_code, watching

from farola.model import Assignment, EntryKind, Role, Zone, ZoneKind


async def test_live_waits_for_the_papers_and_a_change_takes_them_back(
    world: World, client: httpx.AsyncClient
) -> None:
    added = (await client.post("/api/cameras", json=NEW_CAMERA)).json()
    path = f"/api/cameras/{added['id']}"
    assert added["approved_us"] is None
    async with watching(world, client, added["id"]) as socket:
        assert await close_code(socket) == 4409
    world.add_person("privacy", Assignment(Role.PRIVACY_OFFICER))
    async with world.signed_in("privacy") as officer:
        body = {"digest": added["papers_digest"]}
        answer = await officer.post(f"{path}/approval", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["approved_us"] == world.clock.wall_us()
        assert answer.json()["review_due_us"] - answer.json()["approved_us"] > 364 * 86_400_000_000
    (entry,) = world.acts.of(EntryKind.PAPERS_APPROVED)
    assert (entry["purpose"], entry["person_name"]) == (NEW_CAMERA["purpose"], "privacy")
    async with watching(world, client, added["id"]) as socket:
        assert '"state"' in await socket.recv()
    change = {**NEW_CAMERA, "purpose": "Something else"}
    del change["credentials"]
    changed = (await client.put(path, json=change)).json()
    assert changed["approved_us"] is None
    async with watching(world, client, added["id"]) as socket:
        assert await close_code(socket) == 4409


@pytest.mark.parametrize("member", ["contact", "assessment", "density"])
async def test_incomplete_papers_are_not_approved(
    world: World, client: httpx.AsyncClient, member: str
) -> None:
    draft = {name: value for name, value in NEW_CAMERA.items() if name != member}
    added = (await client.post("/api/cameras", json=draft)).json()
    assert added["papers_missing"] == [member]
    body = {"digest": added["papers_digest"]}
    answer = await client.post(f"/api/cameras/{added['id']}/approval", json=body)
    assert (answer.status_code, answer.json()["kind"]) == (409, "papers_incomplete")
    assert member in answer.json()["detail"]
    assert world.acts.of(EntryKind.PAPERS_APPROVED) == []


@pytest.mark.parametrize(
    "change",
    [
        {"contact": "somebody else"},
        {"assessment": "report 4/2026"},
        {"density": 250},
        {"mounting": {"height_m": 3.0, "tilt_deg": 10.0, "field_deg": 60.0}},
    ],
)
async def test_every_paper_and_the_mounting_are_part_of_what_was_approved(
    world: World, client: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    camera = await world.add_camera(client)
    draft = {name: value for name, value in NEW_CAMERA.items() if name != "credentials"}
    answer = await client.put(f"/api/cameras/{camera.id}", json=draft | change)
    assert (answer.status_code, answer.json()["approved_us"]) == (200, None)


async def test_a_retention_class_is_one_that_the_town_has(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/cameras", json=NEW_CAMERA | {"retention_class": "bank"})
    assert (answer.status_code, answer.json()["kind"]) == (422, "invalid_input")
    (told,) = (await client.get("/api/retention/classes")).json()["classes"]
    assert (told["name"], told["hours"], told["until"]) == ("standard", 72, None)


async def test_more_detail_than_the_purpose_needs_is_told(
    world: World, client: httpx.AsyncClient
) -> None:
    mounting = {"height_m": 5.0, "tilt_deg": 0.0, "field_deg": 90.0}
    camera = await world.add_camera(client, mounting=mounting, density=62)
    corners = ((0.1, 0.5), (0.9, 0.5), (0.5, 0.6))
    world.catalog.zones.save_zone(Zone("zon-1", camera.id, "Gate", ZoneKind.AREA, corners, 48))
    told = (await client.get(f"/api/cameras/{camera.id}/density")).json()
    assert (told["width"], told["assumed"], told["target"]) == (1920, True, 62)
    whole, gate = told["parts"]
    assert (whole["zone"], whole["least"], whole["most"], whole["exceeds"]) == (None, 0, 108, True)
    assert (whole["level_2014"], whole["level_2025"]) == ("observe", "discern")
    assert (gate["name"], gate["most"], gate["measured"], gate["exceeds"]) == (
        "Gate", 40, True, False
    )  # fmt: skip
    bare = await world.add_camera(client, name="Other")
    told = (await client.get(f"/api/cameras/{bare.id}/density")).json()
    assert told["parts"] == []


async def test_an_approval_is_of_the_papers_that_were_read(
    world: World, client: httpx.AsyncClient
) -> None:
    added = (await client.post("/api/cameras", json=NEW_CAMERA)).json()
    change = {**NEW_CAMERA, "purpose": "Something else"}
    del change["credentials"]
    await client.put(f"/api/cameras/{added['id']}", json=change)
    body = {"digest": added["papers_digest"]}
    answer = await client.post(f"/api/cameras/{added['id']}/approval", json=body)
    assert (answer.status_code, answer.json()["kind"]) == (409, "conflict")
    assert world.acts.of(EntryKind.PAPERS_APPROVED) == []
    moved = {**NEW_CAMERA, "place": "Another square"}
    del moved["credentials"]
    again = (await client.put(f"/api/cameras/{added['id']}", json=moved)).json()
    assert again["papers_digest"] not in {added["papers_digest"]}


async def test_a_new_password_of_the_camera_or_another_address_needs_no_approval(
    world: World, client: httpx.AsyncClient
) -> None:
    camera = await world.add_camera(client)
    assert camera.approved_us is not None
    change = {**NEW_CAMERA, "main": NEW_CAMERA["main"] | {"path": "/other"}}
    answer = await client.put(f"/api/cameras/{camera.id}", json=change)
    assert answer.json()["approved_us"] == camera.approved_us


async def test_without_an_entry_there_is_no_approval(
    world: World, client: httpx.AsyncClient
) -> None:
    from farola.base import Error, Kind

    added = (await client.post("/api/cameras", json=NEW_CAMERA)).json()
    world.acts.fault = Error(Kind.LEDGER_FAILED, "the disk is full")
    body = {"digest": added["papers_digest"]}
    answer = await client.post(f"/api/cameras/{added['id']}/approval", json=body)
    assert answer.status_code == 503
    assert world.catalog.cameras.get(added["id"]).approved_us is None
