"""Cameras through the API: what goes in, what comes out, and what never does."""

import socket
from typing import Any

import httpx
import pytest
from api_world import NEW_CAMERA, World

from farola.model import Camera


async def test_a_camera_is_added_and_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/cameras")).json() == {"cameras": []}
    added = await client.post("/api/cameras", json=NEW_CAMERA)
    assert added.status_code == 201
    camera = added.json()
    assert camera["has_credentials"] is True
    assert camera["state"]["phase"] == "connecting"
    assert camera["state"]["camera_id"] == camera["id"]
    for name in ("name", "place", "main", "sub", "purpose", "legal_basis", "office", "enabled"):
        assert camera[name] == NEW_CAMERA[name]
    assert (await client.get(f"/api/cameras/{camera['id']}")).json() == camera
    assert (await client.get("/api/cameras")).json() == {"cameras": [camera]}
    states = (await client.get("/api/states")).json()
    assert states["states"] == [camera["state"]]
    assert states["alarms"] == []


async def test_a_password_never_comes_back(client: httpx.AsyncClient, camera: Camera) -> None:
    secret = NEW_CAMERA["credentials"]["password"]
    without = {name: value for name, value in NEW_CAMERA.items() if name != "credentials"}
    answers = [
        await client.get("/api/cameras"),
        await client.get(f"/api/cameras/{camera.id}"),
        await client.put(f"/api/cameras/{camera.id}", json=without),
        await client.post("/api/cameras", json=NEW_CAMERA),  # a conflict
        await client.post("/api/cameras", json=NEW_CAMERA | {"name": 3}),
        await client.get("/api/states"),
        await client.get("/metrics"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 409, 422, 200, 200]
    assert all(secret not in answer.text for answer in answers)
    assert all("viewer" not in answer.text for answer in answers)


async def test_replacing_keeps_sets_and_removes_credentials(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    address = f"/api/cameras/{camera.id}"
    body = {name: value for name, value in NEW_CAMERA.items() if name != "credentials"}
    kept = await client.put(address, json=body | {"name": "renamed", "enabled": False})
    assert kept.json()["has_credentials"] is True
    assert kept.json()["name"] == "renamed"
    assert kept.json()["state"]["phase"] == "off"
    removed = await client.put(address, json=body | {"credentials": None})
    assert removed.json()["has_credentials"] is False
    assert world.catalog.cameras.sealed_credentials(camera.id) is None
    given = {"username": "u", "password": "p"}
    put = await client.put(address, json=body | {"credentials": given})
    assert put.json()["has_credentials"] is True


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "10.6.6.6"},
        {"port": 8554},
        {"scheme": "rtsps"},
    ],
)
async def test_stored_credentials_go_only_where_they_went_before(
    client: httpx.AsyncClient, camera: Camera, changed: dict[str, Any]
) -> None:
    body = {name: value for name, value in NEW_CAMERA.items() if name != "credentials"}
    elsewhere = body["main"] | changed
    for answer in (
        await client.put(f"/api/cameras/{camera.id}", json=body | {"main": elsewhere}),
        await client.put(f"/api/cameras/{camera.id}", json=body | {"sub": elsewhere}),
        await client.post("/api/cameras/test", json={"main": elsewhere, "camera_id": camera.id}),
    ):
        assert answer.status_code == 422
        assert answer.json()["kind"] == "credentials_needed"
    again = {"main": elsewhere, "credentials": NEW_CAMERA["credentials"]}
    moved = await client.put(f"/api/cameras/{camera.id}", json=body | again)
    assert moved.status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": ""},
        {"legal_basis": "  "},
        {"office": None},
        {"name": ""},
        {"name": "a\nb"},
        {"name": "a\u0000b"},
        {"name": "x" * 121},
        {"purpose": "x" * 2001},
        {"purpose": "bell \u0007"},
        {"enabled": "yes"},
        {"enabled": 1},
        {"unknown": 1},
        {"id": "cam-chosenbyme00"},
        {"credentials": {"username": "u"}},
        {"credentials": "user:password"},
        {"main": "rtsp://10.1.2.3/main"},
        {"main": {"scheme": "http", "host": "10.1.2.3", "port": 80, "path": "/"}},
        {"main": {"scheme": "file", "host": "x", "port": 80, "path": "/etc/passwd"}},
    ],
)
async def test_a_description_that_does_not_fit_is_refused(
    client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    answer = await client.post("/api/cameras", json=NEW_CAMERA | changes)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["kind"] == "invalid_input"
    assert problem["fields"]
    assert (await client.get("/api/cameras")).json() == {"cameras": []}


@pytest.mark.parametrize(
    "part",
    [
        {"host": ""},
        {"host": "a b"},
        {"host": "user:secret@10.1.2.3"},
        {"host": "10.1.2.3/x"},
        {"host": "[::1]"},
        {"host": "fe80::1%eth0"},
        {"host": "-x.example"},
        {"host": "a..b"},
        {"host": "x" * 254},
        {"port": 0},
        {"port": 65536},
        {"port": "554"},
        {"port": 554.0},
        {"path": "main"},
        {"path": "/a b"},
        {"path": "/a\r\nX: y"},
        {"path": "/ñ"},
        {"user": "x"},
    ],
)
async def test_an_address_is_checked_in_parts(
    client: httpx.AsyncClient, part: dict[str, Any]
) -> None:
    main = NEW_CAMERA["main"] | part
    for answer in (
        await client.post("/api/cameras", json=NEW_CAMERA | {"main": main}),
        await client.post("/api/cameras/test", json={"main": main}),
    ):
        assert answer.status_code == 422
        assert answer.json()["fields"]


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1"])
async def test_a_number_that_poses_as_a_name_is_refused(
    client: httpx.AsyncClient, host: str
) -> None:
    main = NEW_CAMERA["main"] | {"host": host}
    added = await client.post("/api/cameras", json=NEW_CAMERA | {"main": main})
    assert added.status_code == 422
    assert added.json()["kind"] == "address_refused"
    tried = await client.post("/api/cameras/test", json={"main": main})
    assert tried.json()["reason"] == "address_refused"


async def test_a_connection_test_tells_why_it_failed(client: httpx.AsyncClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        port = taken.getsockname()[1]
        main = {"scheme": "rtsp", "host": "127.0.0.1", "port": port, "path": "/main"}
        answer = await client.post("/api/cameras/test", json={"main": main})
    assert answer.status_code == 200
    assert answer.json()["ok"] is False
    assert answer.json()["reason"] == "connection_refused"


async def test_two_cameras_cannot_share_a_name(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/cameras", json=NEW_CAMERA)).status_code == 201
    again = await client.post("/api/cameras", json=NEW_CAMERA)
    assert again.status_code == 409
    assert again.json()["kind"] == "conflict"
    assert again.json()["values"] == {"field": "name"}


@pytest.mark.parametrize("enabled", [True, False])
async def test_an_address_may_be_a_name_or_ipv6(client: httpx.AsyncClient, enabled: bool) -> None:
    for number, host in enumerate(("camera-3.town.example", "fd12:3456::9", "10.0.0.1")):
        main = NEW_CAMERA["main"] | {"host": host}
        changes = {"name": f"n{number}", "main": main, "enabled": enabled}
        answer = await client.post("/api/cameras", json=NEW_CAMERA | changes)
        assert answer.status_code == 201, answer.text
