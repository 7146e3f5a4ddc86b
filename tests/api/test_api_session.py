"""Signing in, staying signed in, and signing out."""

from pathlib import Path

import httpx
import pytest
from api_world import NAME, ORIGIN, PASSWORD, World, opened_world

from farola.base import ManualClock

HOUR_US = 3_600_000_000


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.post("/api/session", json={"name": NAME, "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["person"]["name"] == NAME
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=43200" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie  # plain http: the browser would not send it back
    assert (await stranger.get("/api/session")).json() == answer.json()


async def test_the_cookie_is_secure_behind_https(tmp_path: Path) -> None:
    with opened_world(tmp_path, public_url="https://cameras.example") as world:
        async with world.client(headers={"origin": "https://cameras.example"}) as client:
            body = {"name": NAME, "password": PASSWORD}
            answer = await client.post("/api/session", json=body)
            assert "secure" in answer.headers["set-cookie"].lower()
            assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("name", "password"), [(NAME, "something else"), ("nobody", PASSWORD), ("'; --", "x")]
)
async def test_a_wrong_name_and_a_wrong_password_look_the_same(
    stranger: httpx.AsyncClient, name: str, password: str
) -> None:
    answer = await stranger.post("/api/session", json={"name": name, "password": password})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["kind"] == "unauthenticated"
    assert "set-cookie" not in answer.headers


async def test_guessing_is_slowed_down(stranger: httpx.AsyncClient) -> None:
    for _ in range(12):
        answer = await stranger.post("/api/session", json={"name": NAME, "password": "guess"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert answer.json()["kind"] == "rate_limited"
    assert answer.json()["retry_after_s"] >= 1
    assert answer.headers["retry-after"] == str(answer.json()["retry_after_s"])


async def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(
    world: World, client: httpx.AsyncClient
) -> None:
    async with world.client(cookies=client.cookies) as copy:
        assert (await copy.get("/api/session")).status_code == 200
        gone = await client.delete("/api/session")
        assert gone.status_code == 204
        assert 'farola_session=""' in gone.headers["set-cookie"]
        assert (await copy.get("/api/session")).status_code == 401


async def test_a_session_ends_by_itself(world: World, client: httpx.AsyncClient) -> None:
    assert isinstance(world.clock, ManualClock)
    world.clock.advance(12 * HOUR_US)
    assert (await client.get("/api/cameras")).status_code == 401


async def test_changing_the_password(world: World, client: httpx.AsyncClient) -> None:
    new = "another lamp on the corner"
    wrong = {"current": "not this one", "new": new}
    answer = await client.put("/api/session/password", json=wrong)
    assert answer.status_code == 403  # not 401: the session itself is still good
    right = {"current": PASSWORD, "new": new}
    async with world.signed_in() as other:
        assert (await client.put("/api/session/password", json=right)).status_code == 204
        assert (await client.get("/api/session")).status_code == 200
        assert (await other.get("/api/session")).status_code == 401
    async with world.client() as again:
        body = {"name": NAME, "password": new}
        assert (await again.post("/api/session", json=body)).status_code == 200


@pytest.mark.parametrize("new", ["short", NAME * 5, ""])
async def test_a_weak_new_password_is_refused(client: httpx.AsyncClient, new: str) -> None:
    body = {"current": PASSWORD, "new": new}
    answer = await client.put("/api/session/password", json=body)
    assert answer.status_code == 422


async def test_a_refused_request_never_repeats_what_it_was_sent(
    client: httpx.AsyncClient,
) -> None:
    secret = "hunter2 hunter2"
    for body in (
        {"name": NAME, "password": [secret]},
        {"name": NAME, "password": PASSWORD, "more": secret},
        {"name": NAME, "password": {"value": secret}},
    ):
        answer = await client.post("/api/session", json=body)
        assert answer.status_code == 422
        assert secret not in answer.text


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é" * 43, "a" * 4000, "../../etc/passwd"])
async def test_an_invented_token_is_no_session(world: World, token: str) -> None:
    raw = [(b"cookie", b"farola_session=" + token.encode()), (b"origin", ORIGIN.encode())]
    async with world.client() as client:
        answer = await client.get("/api/cameras", headers=raw)
        assert answer.status_code == 401
