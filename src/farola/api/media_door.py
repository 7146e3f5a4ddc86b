"""The only way for pictures out of the API: what the gate admitted, and nothing else.

`AdmittedMedia` answers with what the gate let through. `MediaDoor` stands outside all routes and
refuses every other answer under `/api/` that is not one of the few kinds of text that the API
speaks, so that a route cannot return media around the gate even by accident.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
)

from anyio.to_thread import run_sync
from fastapi.requests import HTTPConnection
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from farola.access import SignIn
from farola.api.guard import SignedInSession, session_of
from farola.api.sockets import OpenSockets
from farola.base import Error, Kind, get_logger
from farola.gate import Admitted, Chunk, Footage, Init, KeyFrame, Still

MP4 = "video/mp4"
JPEG = "image/jpeg"
MEDIA_SEGMENT = "video/iso.segment"
PLAYLIST = "application/vnd.apple.mpegurl"
# Each look will be written to the ledger before its media leaves, so no cache may answer instead.
_NO_STORE = "no-store"
_MARK = "farola.admitted"
PDF = "application/pdf"
# No route makes a picture into one of these: reports are text set by reportlab.
_TEXT = frozenset({"application/json", "application/problem+json", "text/plain", PDF})
_log = get_logger("api")


class AdmittedMedia(StreamingResponse):
    """Answers with admitted media; the `farola-rendition` header says which rendition it is."""

    def __init__(
        self,
        admitted: (
            Admitted[str]
            | Admitted[bytes]
            | Admitted[KeyFrame]
            | Admitted[Still]
            | Admitted[Footage]
        ),
        media_type: str,
        headers: Mapping[str, str] | None = None,
        status_code: int = 200,
    ) -> None:
        if not isinstance(admitted, Admitted):
            raise TypeError("media leaves only after the gate admitted it")
        chunks, size = _content(admitted.media)
        more = dict(headers or {})
        more["cache-control"] = _NO_STORE
        more["farola-rendition"] = admitted.rendition.value
        if size is not None:
            more["content-length"] = str(size)
        self._chunks = _in_threads(chunks)
        self._over: Callable[[], Awaitable[bool]] = _never
        super().__init__(self._chunks, status_code, more, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_MARK] = True
        connection = HTTPConnection(scope)
        signed_in = session_of(connection)
        if signed_in is None:  # only in an app without the guard, as in a test of this class
            await super().__call__(scope, receive, send)
            return
        sockets: OpenSockets = connection.app.state.sockets
        with sockets.opened(signed_in.session.person.id) as woken:
            self._over = _session_over(connection, signed_in, woken)
            await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        """Begins only when the first chunk could be read: until then an error has a status.

        Breaks off when the session ends meanwhile, as live sockets do.
        """
        rest = self.body_iterator
        first = await anext(aiter(rest), b"")

        async def whole() -> AsyncIterator[str | bytes | memoryview]:
            yield first
            async for chunk in rest:
                if await self._over():
                    raise Error(Kind.UNAUTHENTICATED, "the session ended")
                yield chunk

        self.body_iterator = whole()
        try:
            await super().stream_response(send)
        finally:
            await self._chunks.aclose()


async def _never() -> bool:
    return False


def _session_over(
    connection: HTTPConnection, signed_in: SignedInSession, woken: asyncio.Event
) -> Callable[[], Awaitable[bool]]:
    """Looks at the session again only when something of it has changed."""

    async def over() -> bool:
        if not woken.is_set():
            return False
        woken.clear()
        sign_in: SignIn = connection.app.state.services.access.sign_in
        return await run_sync(sign_in.session, signed_in.token) is None

    return over


def _content(media: str | bytes | KeyFrame | Still | Footage) -> tuple[Iterator[bytes], int | None]:
    if isinstance(media, Footage):
        return media.chunks, media.size
    if isinstance(media, KeyFrame | Still):
        return iter((media.data,)), len(media.data)
    data = media.encode() if isinstance(media, str) else media
    return iter((data,)), len(data)


async def _in_threads(chunks: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """Reads and decrypts off the event loop, one chunk at a time, and closes what it read."""
    try:
        while (chunk := await run_sync(next, chunks, None)) is not None:
            yield chunk
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


async def send_init(websocket: WebSocket, admitted: Admitted[object], init: Init) -> None:
    """The init message of a live stream and then its init segment."""
    await websocket.send_json(
        {
            "type": "init",
            "mime": init.mime,
            "width": init.width,
            "height": init.height,
            "rendition": admitted.rendition.value,
        }
    )
    await _send_bytes(websocket, admitted, init.data)


async def send_chunk(websocket: WebSocket, admitted: Admitted[object], chunk: Chunk) -> None:
    """One access unit; waits while the socket's own buffer is full."""
    await _send_bytes(websocket, admitted, chunk.data)


async def _send_bytes(websocket: WebSocket, admitted: Admitted[object], data: bytes) -> None:
    if not isinstance(admitted, Admitted):
        raise TypeError("media leaves only after the gate admitted it")
    websocket.scope[_MARK] = True
    await websocket.send_bytes(data)


class MediaDoor:
    """Refuses answers under `/api/` that are neither plain text kinds nor admitted media."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def send_checked(message: Message) -> None:
            if not scope.get(_MARK) and _may_be_media(message):
                _log.error("media refused that the gate did not admit", path=scope["path"])
                raise RuntimeError("media that the gate did not admit")
            await send(message)

        await self._app(scope, receive, send_checked)


def _may_be_media(message: Message) -> bool:
    if message["type"] == "http.response.start":
        media_type = Headers(raw=message["headers"]).get("content-type", "")
        empty = message["status"] in {204, 304}
        return not empty and media_type.partition(";")[0].strip().lower() not in _TEXT
    return message["type"] == "websocket.send" and message.get("bytes") is not None
