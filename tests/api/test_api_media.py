"""Recorded media: headers, lengths, names, and what happens when reading fails."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import httpx
import pytest
from api_world import NEW_CAMERA, NOW_US, World, served
from hypothesis import given
from hypothesis import strategies as st

from farola.api.fields import LATEST_US
from farola.api.filename import attachment, clip_name
from farola.base import Error, Kind
from farola.gate import Footage
from farola.model import Camera, Span

SPAN = {"start_us": NOW_US, "end_us": NOW_US + 60_000_000}


async def test_a_clip_is_a_download_with_place_and_local_time(
    client: httpx.AsyncClient, camera: Camera
) -> None:
    address = f"/api/cameras/{camera.id}/clip.mp4"
    asked = SPAN | {"tz": "America/Argentina/Buenos_Aires"}
    answer = await client.get(address, params=asked)
    assert answer.status_code == 200
    assert answer.content == b"moofmdat"
    assert answer.headers["content-type"] == "video/mp4"
    disposition = answer.headers["content-disposition"]
    local = datetime.fromtimestamp(NOW_US // 1_000_000, ZoneInfo("America/Argentina/Buenos_Aires"))
    stamp = f"{local:%Y-%m-%d_%H-%M-%S}"
    assert f'filename="Plaza San Martin_{stamp}.mp4"' in disposition
    assert f"filename*=UTF-8''Plaza%20San%20Mart%C3%ADn_{stamp}.mp4" in disposition
    assert "content-length" not in answer.headers


async def test_a_known_length_is_announced(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    world.street.size = 8
    answer = await client.get(f"/api/cameras/{camera.id}/clip.mp4", params=SPAN)
    assert answer.headers["content-length"] == "8"
    assert world.street.closed == 1


async def test_the_other_media(client: httpx.AsyncClient, camera: Camera) -> None:
    base = f"/api/cameras/{camera.id}"
    playlist = await client.get(f"{base}/playback.m3u8", params=SPAN)
    assert playlist.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert playlist.text.startswith("#EXTM3U")
    init = await client.get(f"{base}/media/init/init1.mp4")
    assert (init.headers["content-type"], init.content) == ("video/mp4", b"ftypmoov")
    part = await client.get(f"{base}/media/part/part1.m4s")
    assert (part.headers["content-type"], part.content) == ("video/iso.segment", b"moofmdat")
    frame = await client.get(f"{base}/keyframe.mp4", params={"at_us": NOW_US})
    assert frame.headers["farola-wall-us"] == str(NOW_US - 7)
    still = await client.get(f"{base}/still.jpg", params={"at_us": NOW_US})
    assert still.headers["content-type"] == "image/jpeg"
    assert still.headers["farola-wall-us"] == str(NOW_US - 7)
    for answer in (playlist, init, part, frame, still):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["farola-rendition"] == "redacted"


async def test_without_a_moment_a_still_is_the_newest(
    client: httpx.AsyncClient, camera: Camera
) -> None:
    still = await client.get(f"/api/cameras/{camera.id}/still.jpg")
    assert still.headers["farola-wall-us"] == str(NOW_US - 7)
    assert still.content == b"\xff\xd8\xff\xd9"


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Kind.KEY_DESTROYED, 410), (Kind.FILE_DAMAGED, 500), (Kind.CATALOG_LOCKED, 503)],
)
async def test_what_cannot_be_read_at_all_has_a_status(
    world: World, client: httpx.AsyncClient, camera: Camera, kind: Kind, status: int
) -> None:
    world.street.fails_after = 0
    world.street.error = Error(kind, "cannot be read")
    answer = await client.get(f"/api/cameras/{camera.id}/clip.mp4", params=SPAN)
    assert answer.status_code == status
    assert answer.json()["kind"] == kind
    assert world.street.closed == 1


async def test_what_breaks_off_does_not_look_whole(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    world.street.fails_after = 1
    world.street.error = Error(Kind.FILE_DAMAGED, "torn")
    with pytest.raises(httpx.RemoteProtocolError):
        await over_the_wire(world, client, camera)
    assert world.street.closed == 1


async def over_the_wire(world: World, client: httpx.AsyncClient, camera: Camera) -> httpx.Response:
    async with served(world.app) as (host, port), httpx.AsyncClient() as wired:
        cookie = f"farola_session={client.cookies['farola_session']}"
        address = f"http://{host}:{port}/api/cameras/{camera.id}/clip.mp4"
        return await wired.get(address, params=SPAN, headers={"cookie": cookie})


async def test_a_span_has_a_longest(client: httpx.AsyncClient, camera: Camera) -> None:
    for name in ("clip.mp4", "playback.m3u8"):
        asked = {"start_us": 0, "end_us": 3 * 86_400_000_000}
        answer = await client.get(f"/api/cameras/{camera.id}/{name}", params=asked)
        assert answer.status_code == 422


@given(place=st.text(max_size=200), start_us=st.integers(0, LATEST_US))
def test_any_place_makes_a_safe_file_name(place: str, start_us: int) -> None:
    name = clip_name(place, start_us, ZoneInfo("Europe/Madrid"))
    assert name.endswith(".mp4")
    assert not re.search(r'[\x00-\x1f"*/:<>?\\|%]', name)
    assert not name.startswith((".", "-", " "))
    try:
        value = attachment(name)
    except UnicodeEncodeError:
        pytest.fail("a file name must always encode")
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9._ -]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+", value
    )
    assert unquote(value.partition("''")[2]) == name


def test_the_file_name_tells_local_time() -> None:
    moment = int(datetime(2026, 7, 1, 22, 30, tzinfo=UTC).timestamp()) * 1_000_000
    name = clip_name(NEW_CAMERA["place"], moment, ZoneInfo("Europe/Madrid"))
    assert name == "Plaza San Martín_2026-07-02_00-30-00.mp4"


async def test_a_download_breaks_off_when_its_session_ends(
    world: World, camera: Camera, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only live sockets: a clip of two days would run on for minutes."""
    taken: list[int] = []
    loop = asyncio.get_running_loop()

    def chunks() -> Iterator[bytes]:
        for number in range(1_000):
            taken.append(number)
            if number == 3:
                (session,) = world.access.sign_in.sessions()
                world.access.sign_in.revoke(session, session.id)
                loop.call_soon_threadsafe(world.app.state.sockets.wake, session.person.id)
            yield b"x" * 1_000

    footage = Footage(camera.id, Span(1, 2), chunks(), None)
    monkeypatch.setattr(world.street, "clip", lambda *_args, **_more: footage)
    with pytest.raises(httpx.RemoteProtocolError):
        await over_the_wire(world, client, camera)
    assert len(taken) < 10
