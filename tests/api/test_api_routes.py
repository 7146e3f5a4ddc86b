"""Walks every route of the app: sessions, origins, other cameras' ids, and the media door."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_world import NEW_CAMERA, NEW_HOLD, NEW_REQUEST, NEW_RULE, NEW_ZONE, ORIGIN, World
from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Route

import farola.api
from farola.api.application import ROUTERS
from farola.api.guard import OPEN
from farola.api.media_door import AdmittedMedia
from farola.gate import Gate
from farola.model import Camera

NO_SESSION = {*OPEN, ("GET", "/healthz")}
# This town has no identity provider; with one they are in test_api_identity.py.
ELSEWHERE = "/api/session/identity"
UNKNOWN = "cam-000000000000"
QUERY = {"start_us": "1000000", "end_us": "2000000", "at_us": "1000000"}
MEDIA = ("video/", "image/", "audio/", "application/vnd.apple.mpegurl", "application/octet-stream")
BODY_OF: dict[str, Any] = {
    "sign_in": {"name": "ana", "password": "x"},
    "change_password": {"current": "x", "new": "a long enough one"},
    "sign_in_with_passkey": {"credential": {}},
    "prove_oneself": {"password": "x"},
    "prove_with_passkey": {"credential": {}},
    "confirm_totp": {"code": "000000"},
    "add_passkey": {"title": "Phone", "credential": {}},
    "add_person": {"name": "eva", "assignments": [{"role": "operator"}]},
    "change_person": {"assignments": [], "disabled": False},
    "add_group": {"name": "North", "camera_ids": []},
    "change_group": {"name": "South", "camera_ids": []},
    "ask_for_original": NEW_REQUEST,
    "break_glass": NEW_REQUEST,
    "decide_request": {"digest": "0" * 64, "minutes": 5, "why": "needed"},
    "withdraw_grant": {"why": "done"},
    "review_glass": {"justified": True, "why": "a fire"},
    "place_hold": NEW_HOLD,
    "end_hold": {"why": "done"},
    "approve_papers": {"digest": "0" * 64},
    "add_note": {"text": "looked into it"},
    "make_report": {"start_us": 1_000_000, "end_us": 2_000_000},
    "add_camera": NEW_CAMERA,
    "update_camera": NEW_CAMERA,
    "test_camera": {"main": NEW_CAMERA["main"]},
    "add_zone": NEW_ZONE,
    "update_zone": NEW_ZONE,
    "add_rule": NEW_RULE,
    "update_rule": NEW_RULE,
    "try_rule": {"rule": NEW_RULE, "start_us": 1_000_000, "end_us": 2_000_000},
}


def routes() -> Iterator[tuple[str, APIRoute]]:
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in route.methods:
                    yield method, route


ROUTES = sorted(routes(), key=lambda pair: (pair[1].path, pair[0]))
IDS = [f"{method} {route.path}" for method, route in ROUTES]
OF_CAMERAS = [pair for pair in ROUTES if "{camera_id}" in pair[1].path]
OF_MEDIA = [pair for pair in ROUTES if pair[1].response_class is AdmittedMedia]
every_route = pytest.mark.parametrize(("method", "route"), ROUTES, ids=IDS)


async def ask(
    client: httpx.AsyncClient, method: str, route: APIRoute, camera_id: str, **more: Any
) -> httpx.Response:
    key = "init1" if "init" in route.path else "part1"
    named = {
        "zone_id": "zon-1",
        "rule_id": "rul-1",
        "event_id": "evt-1",
        "person_id": "per-1",
        "group_id": "grp-1",
        "session_id": "ses-1",
        "request_id": "req-1",
        "grant_id": "grn-1",
        "index": 0,
        "hold_id": "hld-1",
        "passkey_id": "key-1",
    }
    path = route.path.format(camera_id=camera_id, key=key, **named)
    more.setdefault("params", QUERY | {"camera_id": camera_id})
    return await client.request(method, path, json=BODY_OF.get(route.name), **more)


OPEN_TO_ALL = {("public", "/public/{path:path}"), ("console", "/{path:path}")}


def test_the_walk_knows_every_route_of_the_app(world: World) -> None:
    """Whatever is reachable is a typed route, the live socket, the public files or the console."""
    known = {route.path for _, route in ROUTES}
    assert len(ROUTES) > 15
    for route in world.app.routes:
        found = getattr(route, "path", None)
        if isinstance(route, APIWebSocketRoute):
            assert found == "/api/cameras/{camera_id}/live"
        elif isinstance(route, APIRoute):
            assert found in known
        elif isinstance(route, Route):
            assert (route.name, found) in OPEN_TO_ALL
        else:
            assert known.issuperset(paths_inside(route)), route


def paths_inside(route: object) -> set[str]:
    """FastAPI keeps an included router as one entry of the app's routes."""
    router = getattr(route, "router", None) or getattr(route, "original_router", None)
    assert router in ROUTERS, route
    return {one.path for one in router.routes if isinstance(one, APIRoute)}


async def test_without_a_session_a_route_tells_nothing(world: World, camera: Camera) -> None:
    telling = []
    for method, route in ROUTES:
        async with world.client() as stranger:
            answer = await ask(stranger, method, route, camera.id)
        if (method, route.path) not in NO_SESSION:
            fine = is_refusal(answer, 401, "unauthenticated")
        elif route.path.startswith(ELSEWHERE):
            fine = answer.status_code == 404
        else:
            fine = answer.status_code in {200, 401} and camera.id not in answer.text
        if not fine:
            telling.append(told(method, route, answer))
    assert not telling, "\n".join(telling)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", f"{ORIGIN}:81", None])
async def test_another_site_changes_nothing(
    world: World, camera: Camera, origin: str | None
) -> None:
    headers = {} if origin is None else {"origin": origin}
    astray = []
    async with world.signed_in() as client:
        del client.headers["origin"]
        for method, route in ROUTES:
            answer = await ask(client, method, route, camera.id, headers=headers)
            if method != "GET":
                fine = is_refusal(answer, 403, "forbidden")
            else:
                fine = answer.status_code == (404 if route.path.startswith(ELSEWHERE) else 200)
            if not fine:
                astray.append(told(method, route, answer))
    assert not astray, "\n".join(astray)


def is_refusal(answer: httpx.Response, status: int, kind: str) -> bool:
    return answer.status_code == status and answer.json()["kind"] == kind


def told(method: str, route: APIRoute, answer: httpx.Response) -> str:
    """What a failed walk shows of each route that went wrong."""
    return f"{method} {route.path}: {answer.status_code} {answer.text[:200]}"


@pytest.mark.parametrize(("method", "route"), OF_CAMERAS)
async def test_an_unknown_camera_is_not_found(
    world: World, camera: Camera, method: str, route: APIRoute
) -> None:
    async with world.signed_in() as client:
        answer = await ask(client, method, route, UNKNOWN)
    assert answer.status_code == 404
    assert answer.json()["kind"] == "not_found"


@pytest.mark.parametrize(("method", "route"), OF_MEDIA)
async def test_another_cameras_media_is_not_found(
    world: World, camera: Camera, method: str, route: APIRoute
) -> None:
    async with world.signed_in() as client:
        other = await world.add_camera(client, name="other")
        mine = await ask(client, method, route, camera.id)
        assert mine.status_code == 200
        assert mine.headers["farola-rendition"] == "redacted"
        theirs = await ask(client, method, route, other.id)
    assert theirs.status_code == 404


WISHES = [
    {"params": QUERY | {"rendition": "original", "original": "1", "redacted": "false"}},
    {"headers": {"farola-rendition": "original", "accept": "video/mp4;rendition=original"}},
    {"headers": {"cookie": "rendition=original", "x-role": "admin", "prefer": "original"}},
]


@pytest.mark.parametrize("wish", WISHES, ids=["parameters", "headers", "cookies"])
@pytest.mark.parametrize(("method", "route"), OF_MEDIA)
async def test_no_wish_of_a_request_gives_an_original(
    world: World, camera: Camera, method: str, route: APIRoute, wish: dict[str, Any]
) -> None:
    """The world's originals fail the test when they are asked for anything."""
    async with world.signed_in() as client:
        if "headers" in wish and "cookie" in wish["headers"]:
            session = f"farola_session={client.cookies['farola_session']}"
            wish = {"headers": wish["headers"] | {"cookie": f"{session}; rendition=original"}}
        answer = await ask(client, method, route, camera.id, **wish)
    assert answer.status_code in {200, 422}
    assert answer.headers.get("farola-rendition", "redacted") == "redacted"


def test_no_route_declares_a_way_to_ask_for_a_rendition() -> None:
    for _, route in ROUTES:
        names = {field.name for field in route.dependant.query_params}
        names |= {field.name for field in route.dependant.header_params}
        names |= {field.name for field in route.dependant.path_params}
        assert not [name for name in names if "rendition" in name or "original" in name]


@every_route
async def test_media_answers_stem_from_the_gate(
    world: World, camera: Camera, method: str, route: APIRoute
) -> None:
    async with world.signed_in() as client:
        answer = await ask(client, method, route, camera.id)
    kind = answer.headers.get("content-type", "")
    assert kind.startswith(MEDIA) == is_media(route)
    if is_media(route):
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(inspect.getsource(route.endpoint)))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Attribute)
            and node.func.value.attr == "gate"
        }
        assert called
        assert called <= set(vars(Gate))


def is_media(route: APIRoute) -> bool:
    """Declared media answers have the one response class that takes only what was admitted."""
    declared = any(
        kind.startswith(MEDIA)
        for status, answer in route.responses.items()
        if str(status) == "200"
        for kind in answer.get("content", {})
    )
    assert declared is (route.response_class is AdmittedMedia)
    return declared


ROGUE_TYPES = ["video/mp4", "image/jpeg", "text/html", "application/octet-stream", "", None]


@pytest.mark.parametrize("media_type", ROGUE_TYPES)
async def test_media_around_the_gate_is_refused(
    world: World, client: httpx.AsyncClient, media_type: str | None
) -> None:
    add_route(world.app, "/api/rogue", Response(b"picture", media_type=media_type))
    answer = await client.get("/api/rogue")
    assert answer.status_code == 500
    assert b"picture" not in answer.content
    assert answer.json()["kind"] == "internal"


def add_route(app: FastAPI, path: str, answer: Response) -> None:
    async def rogue() -> Response:
        return answer

    app.add_api_route(path, rogue)
    app.router.routes.insert(0, app.router.routes.pop())


def test_an_answer_with_media_needs_what_the_gate_admitted() -> None:
    with pytest.raises(TypeError):
        AdmittedMedia(b"picture", "video/mp4")  # type: ignore[arg-type]


def test_one_file_alone_marks_answers_as_admitted() -> None:
    folder = Path(farola.api.__file__).parent
    marking = [path.name for path in folder.glob("*.py") if "_MARK" in path.read_text("utf-8")]
    assert marking == ["media_door.py"]


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/api/cameras/", 404, "not_found"),
        ("GET", "/metrics/x", 404, "not_found"),
        ("PATCH", "/api/cameras", 405, "method_not_allowed"),
        ("POST", "/api/states", 405, "method_not_allowed"),
        ("DELETE", "/", 405, "method_not_allowed"),
        ("GET", f"/api/cameras/{'x' * 65}", 422, "invalid_input"),
        ("GET", "/api/cameras/..%2f..%2fetc", 404, "not_found"),
        ("GET", "/api/cameras/cam-1/media/part/..%2f..%2fx.m4s", 404, "not_found"),
        ("GET", "/api/cameras/cam-1/media/part/a.b.m4s?x", 422, "invalid_input"),
        ("GET", "/api/cameras?" + "x" * 5000, 414, "too_large"),
    ],
)
async def test_every_refusal_is_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, status: int, kind: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["kind"] == kind
    assert problem["type"] == f"urn:farola:problem:{kind}"
    assert set(problem) == {
        "type", "title", "status", "kind", "detail", "values", "fields", "retry_after_s"
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/session", "DELETE, GET, POST"),
        ("/api/cameras", "GET, POST"),
        (f"/api/cameras/{UNKNOWN}", "GET, PUT"),
        ("/api/states", "GET"),
    ],
)
async def test_a_refused_method_names_those_that_exist(
    client: httpx.AsyncClient, path: str, allowed: str
) -> None:
    answer = await client.request("PATCH", path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


@every_route
async def test_every_answer_has_the_security_headers(
    world: World, camera: Camera, method: str, route: APIRoute
) -> None:
    async with world.signed_in() as client:
        for camera_id in (camera.id, UNKNOWN):
            headers = (await ask(client, method, route, camera_id)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["cross-origin-resource-policy"] == "same-origin"
