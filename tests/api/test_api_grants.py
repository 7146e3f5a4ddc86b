"""Asking, deciding and looking over HTTP: the whole way of an original, and its end."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_world import NEW_REQUEST, NOW_US, PASSWORD, Street, World, opened_world
from test_api_live import INIT, Script, close_code, watching

from farola.base import ManualClock
from farola.gate import Chunk, Gate, Looks
from farola.model import Assignment, Camera, EntryKind, Rendition, Role

MINUTE_US = 60_000_000
SPAN = {"start_us": NOW_US - 600_000_000, "end_us": NOW_US - 300_000_000}
INSIDE = NOW_US - 500_000_000


class Original(Street):
    rendition = Rendition.ORIGINAL

    def still(self, *asked: Any) -> Any:
        raise AssertionError("there are no stills of the original")


@dataclass
class Case:
    """A world with originals, who asks, who decides, and a camera."""

    world: World
    clock: ManualClock
    camera: Camera
    operator: httpx.AsyncClient
    supervisor: httpx.AsyncClient

    async def ask(self, **changes: Any) -> dict[str, Any]:
        body = NEW_REQUEST | {"camera_ids": [self.camera.id]} | changes
        answer = await self.operator.post("/api/requests", json=body)
        assert answer.status_code == 201, answer.text
        asked: dict[str, Any] = answer.json()
        return asked

    async def decide(self, request: dict[str, Any], minutes: int | None = 30) -> httpx.Response:
        body = {"digest": request["digest"], "minutes": minutes, "why": "needed for the case"}
        return await self.supervisor.post(f"/api/requests/{request['id']}/decision", json=body)

    async def granted(self, **changes: Any) -> str:
        answer = await self.decide(await self.ask(**changes))
        assert answer.status_code == 200, answer.text
        grant_id: str = answer.json()["grant"]["id"]
        return grant_id

    async def look(self, path: str, **query: Any) -> httpx.Response:
        return await self.operator.get(f"/api/cameras/{self.camera.id}/{path}", params=query)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, originals=Original(), break_glass=True) as world:
        yield world


@pytest.fixture
async def case(world: World) -> AsyncIterator[Case]:
    async with world.signed_in() as ana:
        camera = await world.add_camera(ana)
    world.street.owner = world.originals.owner = camera.id
    world.add_person("op", Assignment(Role.OPERATOR))
    world.add_person("boss", Assignment(Role.SUPERVISOR))
    clock = world.clock
    assert isinstance(clock, ManualClock)
    async with world.signed_in("op") as operator, world.signed_in("boss") as supervisor:
        yield Case(world, clock, camera, operator, supervisor)


async def test_the_way_of_an_original(case: Case) -> None:
    grant = await case.granted()
    before = await case.look("keyframe.mp4", at_us=INSIDE)
    assert before.headers["farola-rendition"] == "redacted"
    during = await case.look("keyframe.mp4", at_us=INSIDE, grant=grant)
    assert during.headers["farola-rendition"] == "original"
    outside = await case.look("keyframe.mp4", at_us=NOW_US - MINUTE_US, grant=grant)
    assert (outside.status_code, outside.json()["kind"]) == (403, "forbidden")
    looks = case.world.acts.of(EntryKind.LOOK)
    assert [(each["rendition"], each.get("grant")) for each in looks] == [
        ("redacted", None),
        ("original", grant),
    ]
    case.clock.advance(31 * MINUTE_US)
    after = await case.look("keyframe.mp4", at_us=INSIDE, grant=grant)
    assert (after.status_code, after.json()["kind"]) == (403, "grant_ended")
    covered = await case.look("keyframe.mp4", at_us=INSIDE)
    assert covered.headers["farola-rendition"] == "redacted"


async def test_one_thing_alone_is_asked_for_and_told(case: Case) -> None:
    spots = [{"at_us": INSIDE, "x": 0.25, "y": 0.5}]
    asked = await case.ask(spots=spots, **SPAN)
    assert asked["spots"] == spots
    answer = await case.decide(asked)
    assert answer.json()["grant"]["one_thing"] is True
    whole = await case.decide(await case.ask())
    assert whole.json()["grant"]["one_thing"] is False
    grants = (await case.operator.get("/api/grants")).json()["grants"]
    assert sorted(each["one_thing"] for each in grants) == [False, True]


@pytest.mark.parametrize(
    ("spot", "status", "kind"),
    [
        ({"x": 0.75}, 409, "thing_unclear"),
        ({"x": 1.5}, 422, "invalid_input"),
        ({"at_us": NOW_US}, 422, "invalid_input"),
        ({"size": 2}, 422, "invalid_input"),
    ],
)
async def test_what_nobody_can_point_at_is_not_asked_for(
    case: Case, spot: dict[str, Any], status: int, kind: str
) -> None:
    spots = [{"at_us": INSIDE, "x": 0.25, "y": 0.5} | spot]
    body = NEW_REQUEST | SPAN | {"camera_ids": [case.camera.id], "spots": spots}
    answer = await case.operator.post("/api/requests", json=body)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind), answer.text


async def test_a_playlist_under_a_grant_names_it_in_every_part(case: Case) -> None:
    grant = await case.granted()
    answer = await case.look("playback.m3u8", **SPAN, grant=grant)
    assert answer.headers["farola-rendition"] == "original"
    assert case.world.originals.asked_with == {"query": f"?grant={grant}"}


async def test_somebody_elses_grant_is_worth_nothing(case: Case) -> None:
    grant = await case.granted()
    path = f"/api/cameras/{case.camera.id}/keyframe.mp4"
    answer = await case.supervisor.get(path, params={"at_us": INSIDE, "grant": grant})
    assert (answer.status_code, answer.json()["kind"]) == (403, "forbidden")


async def test_deciding_needs_a_fresh_proof(case: Case) -> None:
    request = await case.ask()
    case.clock.advance(11 * MINUTE_US)
    answer = await case.decide(request)
    assert (answer.status_code, answer.json()["kind"]) == (403, "proof_needed")
    proof = await case.supervisor.post("/api/session/proof", json={"password": PASSWORD})
    assert proof.status_code == 204
    assert (await case.decide(request)).status_code == 200


async def test_who_asks_cannot_decide_nor_with_another_requests_digest(case: Case) -> None:
    body = NEW_REQUEST | {"camera_ids": [case.camera.id]}
    asked = (await case.supervisor.post("/api/requests", json=body)).json()
    answer = await case.decide(asked)
    assert (answer.status_code, answer.json()["kind"]) == (403, "same_person")
    asked = await case.ask()
    wrong = {"digest": "0" * 64, "minutes": 5, "why": "needed"}
    path = f"/api/requests/{asked['id']}/decision"
    answer = await case.supervisor.post(path, json=wrong)
    assert (answer.status_code, answer.json()["kind"]) == (409, "conflict")


async def test_the_lists_tell_what_waits_and_what_lasts(case: Case) -> None:
    asked = await case.ask()
    (waiting,) = (await case.supervisor.get("/api/requests")).json()["requests"]
    assert [waiting[name] for name in ("id", "person_name", "state")] == [
        asked["id"],
        "op",
        "waiting",
    ]
    assert (waiting["may_decide"], waiting["mine"]) == (True, False)
    assert waiting["start_us"] % MINUTE_US == waiting["end_us"] % MINUTE_US == 0
    await case.decide(asked)
    (grant,) = (await case.operator.get("/api/grants")).json()["grants"]
    assert (grant["lasts"], grant["mine"], grant["reference"]) == (True, True, "case 77/2026")
    case.clock.advance(31 * MINUTE_US)
    (grant,) = (await case.operator.get("/api/grants")).json()["grants"]
    assert grant["lasts"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"live_minutes": 5},
        {"start_us": None},
        {"start_us": NOW_US, "end_us": NOW_US},
        {"reason": "curiosity"},
        {"camera_ids": []},
        {"text": ""},
        {"digest": "0" * 64},
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(case: Case, change: dict[str, Any]) -> None:
    body = NEW_REQUEST | {"camera_ids": [case.camera.id]} | change
    answer = await case.operator.post("/api/requests", json=body)
    assert answer.status_code == 422, answer.text
    assert case.world.acts.of(EntryKind.ORIGINAL_REQUESTED) == []


async def test_broken_glass_shows_at_once_and_is_reviewed(case: Case) -> None:
    body = NEW_REQUEST | {"camera_ids": [case.camera.id]}
    answer = await case.operator.post("/api/grants/glass", json=body)
    assert answer.status_code == 201, answer.text
    grant = answer.json()["id"]
    seen = await case.look("keyframe.mp4", at_us=INSIDE, grant=grant)
    assert seen.headers["farola-rendition"] == "original"
    path = f"/api/grants/{grant}/review"
    review = {"justified": False, "why": "there was time to ask"}
    assert (await case.operator.post(path, json=review)).status_code == 403
    assert (await case.supervisor.post(path, json=review)).status_code == 204
    assert case.world.acts.of(EntryKind.GLASS_REVIEWED)[0]["justified"] is False


class LiveOriginal(Script):
    rendition = Rendition.ORIGINAL


@pytest.fixture
def original(case: Case) -> LiveOriginal:
    """The live original of the camera, told by the test."""
    script = LiveOriginal()
    world = case.world
    gate = Gate(
        live={Rendition.REDACTED: world.hub, Rendition.ORIGINAL: script},
        playback={Rendition.REDACTED: world.street},
        looks=Looks(world.acts, world.clock),
        grants=world.grants.book,
    )
    world.app.state.services = replace(world.services, gate=gate)
    return script


@pytest.mark.parametrize("how", ["withdrawn", "expired", "disabled", "role"])
async def test_a_live_original_ends_with_its_grant(
    case: Case, original: LiveOriginal, how: str
) -> None:
    """Without another picture coming: what stands still on a screen must go as well."""
    live = {"start_us": None, "end_us": None, "live_minutes": 5}
    grant = await case.granted(**live)
    original.say(INIT, Chunk(b"one"))
    query = f"?grant={grant}"
    person = next(each for each in case.world.catalog.people.list() if each.name == "op")
    change = case.world.access.people.change
    async with watching(case.world, case.operator, case.camera.id, query=query) as socket:
        first = json.loads(await socket.recv())
        assert first["rendition"] == "original"
        assert await socket.recv() == b"ftypmoov"
        assert await socket.recv() == b"one"
        code = 4410
        match how:
            case "withdrawn":
                path = f"/api/grants/{grant}/withdrawal"
                answer = await case.supervisor.post(path, json={"why": "a mistake"})
                assert answer.status_code == 204
            case "expired":
                case.clock.advance(5 * MINUTE_US)
            case "disabled":
                change(None, person.id, frozenset(), disabled=True)
                case.world.app.state.sockets.wake(person.id)
                code = 4401
            case "role":
                change(None, person.id, frozenset(), disabled=False)
                case.world.app.state.sockets.wake(person.id)
                code = 4404
        assert await close_code(socket) == code
    assert original.closed.is_set()
