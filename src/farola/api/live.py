"""Live video over a WebSocket: text messages tell, binary messages carry fMP4.

The socket keeps nothing: it takes the next message from the gate's subscription when the one before
has left, and the subscription drops what a slow viewer cannot take, to go on at a key frame. Three
things end it: the stream's end, the viewer's leaving, and the end of their session.
"""

import asyncio
from contextlib import suppress
from typing import Literal

from anyio import create_task_group
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from farola.api.camera_models import CameraStateAnswer
from farola.api.fields import Answer, CameraId, StreamQuery
from farola.api.grant_models import GrantQuery
from farola.api.guard import SignedInSession, session_of
from farola.api.media_door import send_chunk, send_init
from farola.api.reach import Reach, camera_of, off_loop
from farola.api.services import Services
from farola.api.sockets import OpenSockets
from farola.base import Error, Kind
from farola.gate import (
    Admitted,
    Chunk,
    CoverChange,
    Dropped,
    Init,
    LiveSubscription,
    StateChange,
)
from farola.model import Act, Camera, CameraState, Cover, CoverState, Rendition, StreamKind

router = APIRouter(prefix="/api/cameras/{camera_id}", tags=["live"])

UNAUTHENTICATED = 4401
FORBIDDEN = 4403
NOT_FOUND = 4404
PAPERS_UNAPPROVED = 4409
GRANT_ENDED = 4410
UNAVAILABLE = 4503
_POLICY = 1008
_GOING_AWAY = 1001
_CLOSE_OF = {
    Kind.UNAUTHENTICATED: UNAUTHENTICATED,
    Kind.FORBIDDEN: FORBIDDEN,
    Kind.NOT_FOUND: NOT_FOUND,
    Kind.PAPERS_UNAPPROVED: PAPERS_UNAPPROVED,
    Kind.GRANT_ENDED: GRANT_ENDED,
}
# Another process may end a session too, so a socket looks at its own again this often.
_LOOK_AGAIN_S = 30.0
# Under a grant it looks more often, so that no picture stays for longer than a second.
_LOOK_AT_GRANT_S = 0.5


class LiveInit(Answer):
    """The stream begins or changes; the next binary message is the init segment."""

    type: Literal["init"]
    mime: str
    width: int
    height: int
    rendition: Rendition


class LiveState(Answer):
    """How the camera is: when the socket opens, and whenever its phase or reason changes."""

    type: Literal["state"]
    state: CameraStateAnswer


class LiveCover(Answer):
    """How much of the pictures that follow is covered; `reason` is null while all is well."""

    type: Literal["cover"]
    state: CoverState
    reason: Kind | None


class LiveDropped(Answer):
    """The viewer was too slow: so many pictures were left out and a key frame comes next."""

    type: Literal["dropped"]
    count: int


@router.websocket("/live")
async def watch_live(
    websocket: WebSocket,
    camera_id: CameraId,
    services: Reach,
    stream: StreamQuery = "main",
    grant: GrantQuery = None,
) -> None:
    """Accepts first, since a page cannot read why a handshake was refused."""
    await websocket.accept()
    signed_in = session_of(websocket)
    if signed_in is None:
        await websocket.close(UNAUTHENTICATED, "sign in first")
        return
    try:
        camera = await camera_of(services, signed_in, camera_id, Act.WATCH)
        admitted = await services.gate.live(signed_in.viewer, camera, StreamKind(stream), grant)
    except Error as error:
        await websocket.close(_CLOSE_OF.get(error.kind, UNAVAILABLE), error.kind.value)
        return
    try:
        code, reason = await _serve(websocket, services, signed_in, camera, admitted)
    finally:
        admitted.media.close()
    if code is not None:
        await websocket.close(code, reason)


async def _serve(
    websocket: WebSocket,
    services: Services,
    signed_in: SignedInSession,
    camera: Camera,
    admitted: Admitted[LiveSubscription],
) -> tuple[int | None, str]:
    """Runs until something ends it; the close code to send, None when the viewer left."""
    ending: tuple[int | None, str] = (_GOING_AWAY, "the stream ended")
    sockets: OpenSockets = websocket.app.state.sockets

    async def send() -> None:
        nonlocal ending
        try:
            await _forward(websocket, admitted)
        except WebSocketDisconnect:
            ending = (None, "")
        except Error as error:
            if error.kind is not Kind.GRANT_ENDED:
                raise
            ending = (GRANT_ENDED, error.kind.value)
        tasks.cancel_scope.cancel()

    async def receive() -> None:
        nonlocal ending
        message = await websocket.receive()
        left = message["type"] == "websocket.disconnect"
        ending = (None, "") if left else (_POLICY, "this socket only sends")
        tasks.cancel_scope.cancel()

    async def watch_session() -> None:
        nonlocal ending
        with sockets.opened(signed_in.session.person.id) as woken:
            ending = await _until_over(services, signed_in, camera.id, admitted, woken)
        tasks.cancel_scope.cancel()

    async with create_task_group() as tasks:
        tasks.start_soon(send)
        tasks.start_soon(receive)
        tasks.start_soon(watch_session)
    return ending


async def _forward(websocket: WebSocket, admitted: Admitted[LiveSubscription]) -> None:
    async for message in admitted.media:
        match message:
            case Chunk():
                await send_chunk(websocket, admitted, message)
            case Init():
                await send_init(websocket, admitted, message)
            case StateChange(state):
                await _send_state(websocket, state)
            case CoverChange(cover):
                await _send_cover(websocket, cover)
            case Dropped(count):
                await websocket.send_text(
                    LiveDropped(type="dropped", count=count).model_dump_json()
                )


async def _send_state(websocket: WebSocket, state: CameraState) -> None:
    message = LiveState(type="state", state=CameraStateAnswer.of(state))
    await websocket.send_text(message.model_dump_json())


async def _send_cover(websocket: WebSocket, cover: Cover) -> None:
    message = LiveCover(type="cover", state=cover.state, reason=cover.reason)
    await websocket.send_text(message.model_dump_json())


async def _until_over(
    services: Services,
    signed_in: SignedInSession,
    camera_id: str,
    admitted: Admitted[LiveSubscription],
    woken: asyncio.Event,
) -> tuple[int, str]:
    """Returns when the session is over or may not watch any more: expired, signed out here,
    changed by another process, or its grant has ended; the close code and why.
    """
    expires_us = signed_in.session.expires_us
    while (left_us := expires_us - services.clock.wall_us()) > 0:
        await _wait(min(left_us / 1_000_000, _LOOK_AGAIN_S), admitted, woken)
        if not admitted.lasts:
            return GRANT_ENDED, Kind.GRANT_ENDED.value
        woken.clear()
        try:
            session = await off_loop(services.access.sign_in.session, signed_in.token)
            if session is None:
                break
            now = SignedInSession(signed_in.token, session)
            await camera_of(services, now, camera_id, Act.WATCH)
        except Error as error:
            if error.kind in {Kind.FORBIDDEN, Kind.NOT_FOUND}:
                return _CLOSE_OF[error.kind], error.kind.value
            if error.kind is not Kind.CATALOG_LOCKED:
                raise
    return UNAUTHENTICATED, "the session ended"


async def _wait(seconds: float, admitted: Admitted[LiveSubscription], woken: asyncio.Event) -> None:
    """Until woken, for so long at most, or until the grant has ended."""
    if admitted.rendition is Rendition.REDACTED:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await woken.wait()
        return
    until = asyncio.get_running_loop().time() + seconds
    while admitted.lasts and not woken.is_set() and asyncio.get_running_loop().time() < until:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AT_GRANT_S):
                await woken.wait()
