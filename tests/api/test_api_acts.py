"""What people change is written down first; without that it does not happen."""

import pytest
from api_world import NEW_CAMERA, NEW_RULE, NEW_ZONE, World

from farola.base import Error, Kind
from farola.model import EntryKind


async def test_changes_are_on_record_with_who_made_them(world: World) -> None:
    async with world.signed_in() as client:
        camera = (await client.post("/api/cameras", json=NEW_CAMERA)).json()
        path = f"/api/cameras/{camera['id']}"
        change = {**NEW_CAMERA, "place": "Plaza Belgrano"}
        del change["credentials"]
        assert (await client.put(path, json=change)).status_code == 200
        zone = (await client.post(f"{path}/zones", json=NEW_ZONE)).json()
        rule = {**NEW_RULE, "zone_id": zone["id"]}
        made = (await client.post(f"{path}/rules", json=rule)).json()
        await client.put(f"{path}/rules/{made['id']}", json=rule)
        await client.delete(f"{path}/rules/{made['id']}")
        await client.delete(f"{path}/zones/{zone['id']}")
    added, changed = world.acts.of(EntryKind.CAMERA_CHANGED)
    assert (added["what"], added["name"], added["person_name"]) == ("added", "north", "ana")
    assert (changed["camera"], changed["changed"]) == (camera["id"], ["place"])
    parts = [(body["what"], body["part"]) for body in world.acts.of(EntryKind.RULE_CHANGED)]
    assert parts == [
        ("added", "zone"),
        ("added", "rule"),
        ("changed", "rule"),
        ("deleted", "rule"),
        ("deleted", "zone"),
    ]
    assert "the camera's own" not in str(world.acts.entries)


async def test_nothing_changes_that_is_not_on_record(world: World) -> None:
    async with world.signed_in() as client:
        camera = (await client.post("/api/cameras", json=NEW_CAMERA)).json()
        path = f"/api/cameras/{camera['id']}"
        zone = (await client.post(f"{path}/zones", json=NEW_ZONE)).json()
        world.acts.fault = Error(Kind.LEDGER_FAILED, "the disk is full")
        for method, where, body in (
            ("POST", "/api/cameras", {**NEW_CAMERA, "name": "south"}),
            ("PUT", path, {**NEW_CAMERA, "place": "elsewhere"}),
            ("POST", f"{path}/zones", {**NEW_ZONE, "name": "another"}),
            ("DELETE", f"{path}/zones/{zone['id']}", None),
        ):
            answer = await client.request(method, where, json=body)
            assert (answer.status_code, answer.json()["kind"]) == (503, "ledger_failed")
        assert [each["name"] for each in (await client.get("/api/cameras")).json()["cameras"]] == [
            "north"
        ]
        found = (await client.get(path)).json()
        assert found["place"] == NEW_CAMERA["place"]
        assert len((await client.get(f"{path}/zones")).json()["zones"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "ledger/../../catalog.db",
        "ledger/checkpoint/..",
        "ledger/tile/0/000/../../../../catalog.db",
        "ledger//checkpoint",
        "catalog.db",
        "",
        "ledger/tile/9/000",
        "ledger/tile/0/1000",
    ],
)
async def test_nothing_but_public_files_is_public(world: World, path: str) -> None:
    answer = await world.client().get(f"/public/{path}")
    assert answer.status_code == 404


async def test_public_files_need_no_session_and_may_be_kept(world: World) -> None:
    assert world.settings.public is not None
    folder = world.settings.public / "ledger"
    (folder / "tile" / "0").mkdir(parents=True)
    (folder / "checkpoint").write_bytes(b"town.example\n")
    (folder / "tile" / "0" / "000").write_bytes(b"x" * 32)
    client = world.client()
    checkpoint = await client.get("/public/ledger/checkpoint")
    assert (checkpoint.text, checkpoint.headers["cache-control"]) == (
        "town.example\n",
        "public, max-age=10",
    )
    tile = await client.get("/public/ledger/tile/0/000")
    assert (len(tile.content), "immutable" in tile.headers["cache-control"]) == (32, True)
    script = await client.get("/public/ledger/verify_ledger.py")
    assert script.text.startswith("#!/usr/bin/env python3")
    assert (await client.get("/public/ledger/tile/0/001")).status_code == 404
