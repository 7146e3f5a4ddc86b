"""Signing in through the identity provider, as a browser goes: there, back, into the console."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from api_world import NAME, ORIGIN, World, opened_world
from town_provider import Browser, TownProvider, town_provider

from farola.access.sign_in import token_hash
from farola.base import ManualClock
from farola.model import Assignment, EntryKind, Role

PATH = "/api/session/identity"


@pytest.fixture(scope="module")
def real() -> Iterator[TownProvider]:
    with town_provider([f"{ORIGIN}{PATH}/answer"]) as provider:
        yield provider


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(time.time_ns() // 1_000)


@pytest.fixture
def joined(tmp_path: Path, real: TownProvider, clock: ManualClock) -> Iterator[World]:
    """A town with a provider; Eva's account is joined with `eva-7`."""
    with opened_world(
        tmp_path, clock, identity=real.settings, identity_provider="Town login"
    ) as world:
        eva = world.add_person("eva", Assignment(Role.OPERATOR))
        world.catalog.people.set_subject(eva.id, f"{real.settings.issuer} eva-7")
        yield world


async def go(client: httpx.AsyncClient, path: str, name: str) -> httpx.Response:
    """There and back; the answer to coming back."""
    begun = await client.get(path)
    assert begun.status_code == 303, begun.text
    cookie = begun.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", f"Path={PATH}/answer"):
        assert part in cookie
    code, state = await asyncio.to_thread(Browser().go, begun.headers["location"], name)
    return await client.get(f"{PATH}/answer", params={"code": code, "state": state, "iss": "x"})


async def test_a_browser_comes_back_signed_in_to_where_it_was(joined: World) -> None:
    async with joined.client() as client:
        about = (await client.get("/api/about")).json()
        assert about["identity_provider"] == "Town login"
        back = await go(client, f"{PATH}?back=/oversight/requests", "eva-7")
        assert (back.status_code, back.headers["location"]) == (303, "/oversight/requests")
        assert "SameSite=strict" in back.headers["set-cookie"]
        told = (await client.get("/api/session")).json()
        assert (told["person"]["name"], told["method"]) == ("eva", "oidc")
        assert told["enrolling"] is False
        (entry,) = joined.acts.of(EntryKind.SIGNED_IN)
        assert entry["method"] == "oidc"


async def test_whom_nobody_knows_is_told_what_to_say_to_the_administrator(joined: World) -> None:
    async with joined.client() as client:
        back = await go(client, PATH, "stranger-9")
        parts = urlsplit(back.headers["location"])
        assert (back.status_code, parts.path, parts.netloc) == (303, "/", "")
        assert parse_qs(parts.query) == {
            "refused": ["identity_unknown"],
            "identity": ["stranger-9"],
        }
        assert (await client.get("/api/session")).status_code == 401


async def test_a_link_of_somebody_else_signs_nobody_in(joined: World) -> None:
    """Whoever is made to open another's answer would work under that other's name."""
    async with joined.client() as one, joined.client() as other:
        begun = await one.get(PATH)
        code, state = await asyncio.to_thread(Browser().go, begun.headers["location"], "eva-7")
        await other.get(PATH)
        answer = {"code": code, "state": state}
        back = await other.get(f"{PATH}/answer", params=answer)
        assert back.headers["location"] == "/?refused=unauthenticated"
        assert (await other.get("/api/session")).status_code == 401


async def test_a_proof_through_the_provider_lets_acts_of_consequence_happen(
    joined: World, clock: ManualClock
) -> None:
    joined.catalog.people.set_assignments(
        joined.catalog.people.by_name("eva")[0].id,  # type: ignore[index]
        frozenset({Assignment(Role.ADMINISTRATOR)}),
    )
    async with joined.client() as client:
        await go(client, PATH, "eva-7")
        token = token_hash(client.cookies["farola_session"])
        earlier_us = clock.wall_us() - 11 * 60_000_000
        joined.catalog.sessions.prove(token, earlier_us, None, enrolled=False)
        group = {"name": "North", "camera_ids": []}
        refused = await client.post("/api/groups", json=group)
        assert (refused.status_code, refused.json()["kind"]) == (403, "proof_needed")
        back = await go(client, f"{PATH}/proof?back=/oversight/people", "eva-7")
        assert back.headers["location"] == "/oversight/people"
        assert (await client.post("/api/groups", json=group)).status_code == 201


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a?b", "/ "]
)
async def test_the_way_back_leads_nowhere_else(joined: World, back: str) -> None:
    async with joined.client() as client:
        answer = await client.get(PATH, params={"back": back})
        assert answer.status_code == 422


async def test_strangers_keep_four_threads_waiting_at_most(
    joined: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, goes_on = threading.Lock(), threading.Event()
    waiting, most = 0, 0

    def begin(*_: object) -> tuple[str, str]:
        nonlocal waiting, most
        with counting:
            waiting += 1
            most = max(most, waiting)
        goes_on.wait(10)
        with counting:
            waiting -= 1
        return "secret", "https://login.example/"

    monkeypatch.setattr(joined.services.access.identities, "begin", begin)
    async with joined.client() as client, asyncio.TaskGroup() as group:
        asked = [group.create_task(client.get(PATH)) for _ in range(12)]
        while most < 4:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert (await client.get("/api/session")).status_code == 401  # a thread is left for others
        goes_on.set()
    assert {each.result().status_code for each in asked} == {303}
    assert most == 4


async def test_an_administrator_joins_and_parts_an_account(joined: World) -> None:
    async with joined.signed_in(NAME) as client:
        people = {each["name"]: each for each in (await client.get("/api/people")).json()["people"]}
        assert (people["eva"]["identity"], people[NAME]["identity"]) == ("eva-7", None)
        body = {"assignments": [{"role": "operator"}], "disabled": False, "identity": ""}
        path = f"/api/people/{people['eva']['id']}"
        assert (await client.put(path, json=body)).json()["identity"] is None
        other = joined.add_person("luz", Assignment(Role.OPERATOR))
        taken = body | {"identity": "eva-7"}
        joined_now = await client.put(f"/api/people/{other.id}", json=taken)
        assert joined_now.json()["identity"] == "eva-7"
        assert (await client.put(path, json=taken)).json()["kind"] == "conflict"


async def test_without_a_provider_there_is_no_such_way(
    world: World, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/api/about")).json()["identity_provider"] is None
    for path in (PATH, f"{PATH}/proof", f"{PATH}/answer"):
        assert (await client.get(path)).status_code == 404
