"""Walks every route with every role, and with the ids of another group's camera."""

from typing import Any

import pytest
from api_world import EVERYTHING, NEW_HOLD, World
from test_api_routes import NO_SESSION, ROUTES, ask, told

from farola.api.guard import OPEN
from farola.model import Act, Assignment, Camera, Role

EVERYBODY = None  # whoever is signed in
# What each route asks for. A route that is not here fails the test: decide and write it down.
NEEDS: dict[str, set[Act] | None] = {
    "sign_in": EVERYBODY,
    "ask_for_passkey": EVERYBODY,
    "sign_in_with_passkey": EVERYBODY,
    "begin_identity": EVERYBODY,
    "begin_identity_proof": EVERYBODY,
    "end_identity": EVERYBODY,
    "get_session": EVERYBODY,
    "sign_out": EVERYBODY,
    "prove_oneself": EVERYBODY,
    "ask_for_proof": EVERYBODY,
    "prove_with_passkey": EVERYBODY,
    "change_password": EVERYBODY,
    "list_sessions": EVERYBODY,
    "revoke_session": EVERYBODY,
    "list_factors": EVERYBODY,
    "begin_totp": EVERYBODY,
    "confirm_totp": EVERYBODY,
    "remove_totp": EVERYBODY,
    "ask_for_new_passkey": EVERYBODY,
    "add_passkey": EVERYBODY,
    "remove_passkey": EVERYBODY,
    "list_people": {Act.MANAGE_PEOPLE, Act.AUDIT},
    "add_person": {Act.MANAGE_PEOPLE},
    "change_person": {Act.MANAGE_PEOPLE},
    "reset_person": {Act.MANAGE_PEOPLE},
    "list_groups": {Act.MANAGE_PEOPLE, Act.AUDIT},
    "add_group": {Act.MANAGE_PEOPLE},
    "change_group": {Act.MANAGE_PEOPLE},
    "remove_group": {Act.MANAGE_PEOPLE},
    "list_requests": {Act.REQUEST, Act.DECIDE, Act.AUDIT},
    "ask_for_original": {Act.REQUEST},
    "withdraw_request": {Act.REQUEST},
    "decide_request": {Act.DECIDE},
    "list_grants": {Act.REQUEST, Act.DECIDE, Act.AUDIT},
    "break_glass": {Act.REQUEST},
    "withdraw_grant": {Act.REQUEST, Act.DECIDE},
    "review_glass": {Act.DECIDE},
    "get_register": {Act.AUDIT, Act.CONFIGURE},
    "get_manual": {Act.AUDIT, Act.CONFIGURE},
    "list_classes": EVERYBODY,
    "get_retention": {Act.HOLD, Act.AUDIT},
    "list_holds": {Act.HOLD, Act.AUDIT},
    "place_hold": {Act.HOLD},
    "end_hold": {Act.HOLD},
    "list_entries": {Act.AUDIT},
    "open_entry": {Act.AUDIT},
    "get_conduct": {Act.AUDIT},
    "add_note": {Act.AUDIT},
    "make_report": {Act.AUDIT},
    "list_cameras": EVERYBODY,
    "get_states": EVERYBODY,
    "get_vision": EVERYBODY,
    "get_camera": {Act.SEE_CAMERAS},
    "get_density": {Act.SEE_CAMERAS},
    "add_camera": {Act.CONFIGURE},
    "update_camera": {Act.CONFIGURE},
    "approve_papers": {Act.APPROVE_PAPERS},
    "test_camera": {Act.CONFIGURE},
    "get_timeline": {Act.SEE_CAMERAS},
    "get_days": {Act.SEE_CAMERAS},
    "list_zones": {Act.SEE_CAMERAS},
    "list_rules": {Act.SEE_CAMERAS},
    "add_zone": {Act.WRITE_RULES},
    "update_zone": {Act.WRITE_RULES},
    "delete_zone": {Act.WRITE_RULES},
    "add_rule": {Act.WRITE_RULES},
    "update_rule": {Act.WRITE_RULES},
    "delete_rule": {Act.WRITE_RULES},
    "try_rule": {Act.WRITE_RULES},
    "list_events": {Act.SEE_EVENTS},
    "get_event": {Act.SEE_EVENTS},
    "get_activity": {Act.SEE_EVENTS},
    "get_playlist": {Act.WATCH},
    "get_init_segment": {Act.WATCH},
    "get_media_segment": {Act.WATCH},
    "get_key_frame": {Act.WATCH},
    "get_still": {Act.WATCH},
    "get_clip": {Act.EXPORT},
    "get_about": EVERYBODY,
    "get_health": EVERYBODY,
    "get_metrics": {Act.CONFIGURE, Act.AUDIT},
}
SIGNED_OUT_BY = {"sign_out"}


def test_the_walk_knows_what_every_route_asks_for() -> None:
    assert {route.name for _, route in ROUTES} == set(NEEDS)


@pytest.mark.parametrize("role", list(Role))
async def test_a_route_lets_in_whose_role_allows_it_and_nobody_else(
    world: World, camera: Camera, role: Role
) -> None:
    person = world.add_person("eva", Assignment(role))
    astray = []
    async with world.signed_in("eva") as client:
        for method, route in ROUTES:
            if route.name in SIGNED_OUT_BY:
                continue
            answer = await ask(client, method, route, camera.id)
            needs = NEEDS[route.name]
            allowed = needs is None or any(person.may_somewhere(act) for act in needs)
            refused = answer.status_code == 403 and "roles" in answer.json()["detail"]
            if refused is allowed:
                astray.append(told(method, route, answer))
    assert not astray, "\n".join(astray)


async def test_another_groups_camera_is_not_there(world: World, camera: Camera) -> None:
    """Whoever's roles are all for one group learns nothing of cameras outside it.

    Each route is asked by somebody new, so that no answer depends on the routes before it.
    """
    group = world.catalog.groups.save(None, "North", [])
    roles = [Assignment(Role.SUPERVISOR, group.id), Assignment(Role.OPERATOR, group.id)]
    astray = []
    for number, (method, route) in enumerate(ROUTES):
        world.add_person(f"eva{number}", *roles)
        async with world.signed_in(f"eva{number}") as client:
            answer = await ask(client, method, route, camera.id)
        hidden = "{camera_id}" in route.path or route.name in {"get_activity", "get_event"}
        named = camera.id in answer.text or camera.name in answer.text.replace("North", "")
        if named or (hidden and answer.status_code != 404):
            astray.append(told(method, route, answer))
    assert not astray, "\n".join(astray)
    world.catalog.groups.save(group.id, "North", [camera.id])
    world.add_person("eva", *roles)
    async with world.signed_in("eva") as client:
        for method, route in ROUTES:
            needs = NEEDS[route.name]
            if needs and needs & {Act.WATCH, Act.SEE_CAMERAS, Act.SEE_EVENTS, Act.EXPORT}:
                assert method == "GET"  # so that none depends on the routes before it
                answer = await ask(client, method, route, camera.id)
                if answer.status_code != 200:
                    astray.append(told(method, route, answer))
    assert not astray, "\n".join(astray)


async def test_lists_hold_only_what_lies_in_ones_groups(world: World, camera: Camera) -> None:
    async with world.signed_in() as client:
        other = await world.add_camera(client, name="other")
    group = world.catalog.groups.save(None, "North", [other.id])
    world.add_person("eva", Assignment(Role.OPERATOR, group.id))
    async with world.signed_in("eva") as client:
        cameras = (await client.get("/api/cameras")).json()["cameras"]
        assert [each["id"] for each in cameras] == [other.id]
        states = (await client.get("/api/states")).json()["states"]
        assert [each["camera_id"] for each in states] == [other.id]
        assert (await client.get("/api/events")).json()["events"] == []
        assert (await client.get("/api/events/evt-1")).status_code == 404
    world.catalog.groups.save(group.id, "North", [camera.id])
    async with world.signed_in("eva") as client:
        events = (await client.get("/api/events")).json()["events"]
        assert [each["id"] for each in events] == ["evt-1"]


async def test_without_a_role_nothing_is_allowed(world: World, camera: Camera) -> None:
    world.add_person("eva")
    async with world.signed_in("eva") as client:
        assert (await client.get("/api/cameras")).json()["cameras"] == []
        for path in ("", "/still.jpg", "/timeline?start_us=1&end_us=2", "/zones"):
            assert (await client.get(f"/api/cameras/{camera.id}{path}")).status_code == 404


async def test_an_administrator_never_sees_a_picture(world: World, camera: Camera) -> None:
    world.add_person("eva", Assignment(Role.ADMINISTRATOR))
    async with world.signed_in("eva") as client:
        assert (await client.get(f"/api/cameras/{camera.id}")).status_code == 200
        for path in ("still.jpg", "keyframe.mp4?at_us=5", "clip.mp4?start_us=1&end_us=2"):
            answer = await client.get(f"/api/cameras/{camera.id}/{path}")
            assert (answer.status_code, answer.json()["kind"]) == (403, "forbidden")


async def test_a_disabled_account_is_out_at_once(world: World, camera: Camera) -> None:
    eva = world.add_person("eva", Assignment(Role.OPERATOR))
    async with world.signed_in("eva") as client, world.signed_in() as admin:
        assert (await client.get("/api/session")).status_code == 200
        body = {"assignments": [{"role": "operator"}], "disabled": True}
        assert (await admin.put(f"/api/people/{eva.id}", json=body)).status_code == 200
        assert (await client.get("/api/session")).status_code == 401
        again = await client.post("/api/session", json={"name": "eva", "password": "x" * 12})
        assert again.status_code == 401


REFUSED: list[tuple[list[dict[str, Any]], int]] = [
    ([{"role": "administrator"}, {"role": "operator"}], 422),
    ([{"role": "auditor"}, {"role": "supervisor"}], 422),
    ([{"role": "auditor", "group_id": "grp-1"}], 422),
    ([{"role": "operator", "group_id": "grp-none"}], 404),
    ([{"role": "emperor"}], 422),
    ([{"role": "operator", "rank": 3}], 422),
]


@pytest.mark.parametrize(("assignments", "status"), REFUSED)
async def test_roles_that_do_not_go_together_are_refused(
    world: World, assignments: list[dict[str, Any]], status: int
) -> None:
    async with world.signed_in() as admin:
        answer = await admin.post("/api/people", json={"name": "eva", "assignments": assignments})
    assert answer.status_code == status, answer.text
    assert world.catalog.people.by_name("eva") is None


async def test_nobody_changes_their_own_roles_nor_the_last_administrator(world: World) -> None:
    ana = world.catalog.people.list()[0]
    boss = world.add_person("boss", Assignment(Role.ADMINISTRATOR))
    async with world.signed_in("boss") as admin:
        body = {"assignments": [{"role": "operator"}], "disabled": False}
        assert (await admin.put(f"/api/people/{boss.id}", json=body)).status_code == 403
        assert (await admin.post(f"/api/people/{boss.id}/reset")).status_code == 403
        assert (await admin.put(f"/api/people/{ana.id}", json=body)).status_code == 200
    world.catalog.people.set_assignments(ana.id, EVERYTHING - {Assignment(Role.ADMINISTRATOR)})
    world.catalog.people.set_assignments(boss.id, [Assignment(Role.ADMINISTRATOR)])
    eva = world.add_person("eva", Assignment(Role.ADMINISTRATOR))
    async with world.signed_in("eva") as admin:
        assert (await admin.put(f"/api/people/{boss.id}", json=body)).status_code == 200
    with pytest.raises(Exception, match="only administrator"):
        world.access.people.change(None, eva.id, frozenset(), disabled=True)


async def test_whoever_looked_after_an_account_is_kept_in_mind(world: World) -> None:
    boss = world.add_person("boss", Assignment(Role.ADMINISTRATOR))
    async with world.signed_in("boss") as admin:
        body = {"name": "eva", "assignments": [{"role": "operator"}]}
        made = (await admin.post("/api/people", json=body)).json()
    person_id = made["person"]["id"]
    assert world.catalog.people.administrators_of(person_id) == {boss.id}
    async with world.client() as client:
        answer = await client.post(
            "/api/session", json={"name": "eva", "password": made["password"]}
        )
        assert answer.json()["acts"] == ["see_cameras", "watch", "see_events", "request"]


def test_what_needs_no_session_is_a_short_list() -> None:
    assert {path for _, path in OPEN | NO_SESSION} == {
        "/api/about",
        "/api/session",
        "/api/session/identity",
        "/api/session/identity/answer",
        "/api/session/passkey",
        "/api/session/passkey/options",
        "/healthz",
    }


async def test_a_hold_is_placed_seen_and_ended_by_who_may(world: World, camera: Camera) -> None:
    group = world.catalog.groups.save(None, "North", [])
    world.add_person("eva", Assignment(Role.CUSTODIAN))
    world.add_person("pia", Assignment(Role.CUSTODIAN, group.id))
    body = NEW_HOLD | {"camera_ids": [camera.id]}
    async with world.signed_in("eva") as eva, world.signed_in("pia") as pia:
        assert (await pia.post("/api/holds", json=body)).status_code == 404
        placed = await eva.post("/api/holds", json=body)
        assert placed.status_code == 201, placed.text
        (hold,) = (await eva.get("/api/holds")).json()["holds"]
        assert (hold["id"], hold["reference"]) == (placed.json()["id"], "case 77/2026")
        assert (await pia.get("/api/holds")).json()["holds"] == []
        end = f"/api/holds/{hold['id']}/end"
        assert (await pia.post(end, json={"why": "done"})).status_code == 404
        assert (await eva.post(end, json={"why": "done"})).status_code == 204
        assert (await eva.post(end, json={"why": "done"})).status_code == 404
        (planned,) = (await eva.get("/api/retention")).json()["planned"]
        assert planned["end_us"] - planned["start_us"] == 3_600_000_000
