"""The live WebSocket over the real server: order, origins, sign-out, slow viewers."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from api_world import ORIGIN, World, gate_over, served
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from farola.base import Error, Kind, ManualClock
from farola.gate import Chunk, Dropped, Init, LiveMessage, Looks, StateChange
from farola.model import Camera, CameraState, Phase, Rendition, StreamKind

HOUR_US = 3_600_000_000
INIT = Init('video/mp4; codecs="avc1.64001f"', 1920, 1080, b"ftypmoov")


class Script:
    """A live source whose one place says what a test puts there; it notes that it was closed."""

    rendition = Rendition.REDACTED

    def __init__(self) -> None:
        self.messages: asyncio.Queue[LiveMessage | None] = asyncio.Queue()
        self.taken = 0
        self.closed = asyncio.Event()
        self.error: Error | None = None

    def subscribe(self, camera_id: str, stream: StreamKind) -> "Script":
        if self.error is not None:
            raise self.error
        return self

    def __aiter__(self) -> "Script":
        return self

    async def __anext__(self) -> LiveMessage:
        message = await self.messages.get()
        if message is None:
            raise StopAsyncIteration
        self.taken += 1
        return message

    def close(self) -> None:
        self.closed.set()

    def say(self, *messages: LiveMessage | None) -> None:
        for message in messages:
            self.messages.put_nowait(message)


@pytest.fixture
def script(world: World) -> Script:
    script = Script()
    world.app.state.services = replace(
        world.services,
        gate=gate_over(script, world.street, Looks(world.acts, world.clock), world.grants.book),
    )
    return script


@contextlib.asynccontextmanager
async def watching(
    world: World, client: httpx.AsyncClient | None, camera_id: str, **more: Any
) -> AsyncIterator[ClientConnection]:
    async with served(world.app) as (host, port):
        headers = {}
        if client is not None:
            headers["cookie"] = f"farola_session={client.cookies['farola_session']}"
        more.setdefault("origin", f"http://{host}:{port}")
        address = f"ws://{host}:{port}/api/cameras/{camera_id}/live{more.pop('query', '')}"
        async with connect(address, additional_headers=headers, compression=None, **more) as socket:
            yield socket


async def close_code(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


async def test_messages_come_as_the_contract_says(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script
) -> None:
    state = world.board.of(camera.id)
    assert state is not None
    script.say(StateChange(state), INIT, Chunk(b"one"), Dropped(3), Chunk(b"two"), None)
    async with watching(world, client, camera.id) as socket:
        first = json.loads(await socket.recv())
        assert first["type"] == "state"
        assert first["state"]["camera_id"] == camera.id
        assert json.loads(await socket.recv()) == {
            "type": "init",
            "mime": INIT.mime,
            "width": 1920,
            "height": 1080,
            "rendition": "redacted",
        }
        assert await socket.recv() == b"ftypmoov"
        assert await socket.recv() == b"one"
        assert json.loads(await socket.recv()) == {"type": "dropped", "count": 3}
        assert await socket.recv() == b"two"
        assert await close_code(socket) == 1001
    assert script.closed.is_set()


async def test_the_real_hub_tells_the_state_and_is_left_again(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    async with watching(world, client, camera.id) as socket:
        first = json.loads(await socket.recv())
        assert first["state"]["phase"] == "connecting"
        assert world.watch_calls == [(camera.id, StreamKind.MAIN, True)]
        assert world.hub.places == 1
        changed = live_state(camera)
        world.board.state(StreamKind.MAIN, changed)
        assert json.loads(await socket.recv())["state"]["phase"] == "live"
    async with asyncio.timeout(20):
        while world.hub.places:
            await asyncio.sleep(0.01)
    assert len(world.app.state.sockets) == 0


def live_state(camera: Camera) -> CameraState:
    return CameraState(
        camera_id=camera.id,
        phase=Phase.LIVE,
        reason=None,
        detail="",
        since_us=1,
        frames=1,
        bytes=1,
        lost=0,
        gaps=0,
        reconnects=0,
        dropped=0,
        lag_us=1,
        camera_offset_us=None,
        width=1920,
        height=1080,
        codec="h264",
    )


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ORIGIN, None])
async def test_another_site_gets_no_socket(
    world: World, client: httpx.AsyncClient, camera: Camera, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with watching(world, client, camera.id, origin=origin):
            pass
    assert caught.value.response.status_code == 403


async def test_without_a_session_the_code_says_so(world: World, camera: Camera) -> None:
    async with watching(world, None, camera.id) as socket:
        assert await close_code(socket) == 4401


@pytest.mark.parametrize(("query", "code"), [("", 4404), ("?stream=sub", 4404)])
async def test_an_unknown_camera_or_stream_has_a_code(
    world: World, client: httpx.AsyncClient, camera: Camera, query: str, code: int
) -> None:
    camera_id = camera.id if query else "cam-000000000000"
    async with watching(world, client, camera_id, query=query) as socket:
        assert await close_code(socket) == code


async def test_no_free_place_has_a_code(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script
) -> None:
    script.error = Error(Kind.UNAVAILABLE, "too many live views are open")
    async with watching(world, client, camera.id) as socket:
        assert await close_code(socket) == 4503


async def test_signing_out_closes_the_socket(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script
) -> None:
    script.say(INIT)
    async with watching(world, client, camera.id) as socket:
        await socket.recv()
        assert (await client.delete("/api/session")).status_code == 204
        assert await close_code(socket) == 4401
    assert script.closed.is_set()


async def test_signing_out_elsewhere_leaves_ones_other_sockets(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script
) -> None:
    script.say(INIT)
    async with watching(world, client, camera.id) as socket:
        await socket.recv()
        async with world.signed_in() as other:
            assert (await other.delete("/api/session")).status_code == 204
        script.say(Chunk(b"still here"))
        assert await socket.recv() == b"ftypmoov"
        assert await socket.recv() == b"still here"


async def test_a_session_that_expires_closes_the_socket(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script
) -> None:
    assert isinstance(world.clock, ManualClock)
    world.clock.advance(12 * HOUR_US - 300_000)  # 0.3 s are left
    script.say(INIT)
    async with watching(world, client, camera.id) as socket:
        await socket.recv()
        world.clock.advance(300_000)
        assert await close_code(socket) == 4401


@pytest.mark.parametrize("message", ["hello", b"hello", "x" * 4096])
async def test_a_viewer_who_talks_is_cut_off(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script, message: str | bytes
) -> None:
    async with watching(world, client, camera.id) as socket:
        await socket.send(message)
        assert await close_code(socket) in {1008, 1009}


async def test_a_viewer_who_does_not_read_holds_nothing_up(
    world: World, client: httpx.AsyncClient, camera: Camera, script: Script
) -> None:
    """The socket layer takes no further message while the last has not left."""
    chunk = Chunk(bytes(1 << 20))
    script.say(INIT, *[chunk] * 200)
    async with watching(world, client, camera.id, max_queue=1, max_size=None, close_timeout=0.1):
        taken = -1
        async with asyncio.timeout(30):
            while script.taken != taken:  # until nothing is taken any more
                taken = script.taken
                await asyncio.sleep(0.5)
        assert 1 <= taken < 100  # what the kernel's buffers hold, not what the source has
        assert (await client.get("/api/states")).status_code == 200
    async with asyncio.timeout(20):
        await script.closed.wait()
