"""Bounds on what a request may send and how long it may take to send it."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from farola.api.errors import problem
from farola.base import Error, Kind

MOST_BODY_BYTES = 64 * 1024  # the largest request describes one camera
BODY_WITHIN_S = 15.0
MOST_TARGET_BYTES = 4096
MOST_HEADER_BYTES = 32 * 1024


class RequestLimits:
    """Reads a request's small body before anything else looks at the request.

    Answers 413 to a body that is too large, 408 to one that dawdles, 414 and 431 to a target and
    headers that are too long. What comes after sees the body at once.
    """

    def __init__(self, app: ASGIApp, *, body_within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._within_s = body_within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        try:
            _check_head(scope)
            if scope["type"] == "http" and _has_body(Headers(scope=scope)):
                receive = await self._with_body(Headers(scope=scope), receive)
        except _RefusedError as refused:
            close = {"connection": "close"}
            answer = problem(refused.kind, refused.message, status=refused.status, headers=close)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _with_body(self, headers: Headers, receive: Receive) -> Receive:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > MOST_BODY_BYTES:
            raise _too_large()
        try:
            async with asyncio.timeout(self._within_s):
                body = await _read(receive)
        except TimeoutError:
            raise _RefusedError(408, Kind.TIMED_OUT, "the request's body did not arrive") from None
        waiting = [body]

        async def receive_again() -> Message:
            return waiting.pop() if waiting else await receive()

        return receive_again


class _RefusedError(Error):
    def __init__(self, status: int, kind: Kind, message: str) -> None:
        super().__init__(kind, message)
        self.status = status


def _too_large() -> _RefusedError:
    return _RefusedError(413, Kind.TOO_LARGE, f"a body has at most {MOST_BODY_BYTES} bytes")


def _check_head(scope: Scope) -> None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MOST_TARGET_BYTES:
        raise _RefusedError(414, Kind.TOO_LARGE, "the address is too long")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
        raise _RefusedError(431, Kind.TOO_LARGE, "the headers are too large")


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def _read(receive: Receive) -> Message:
    """The whole body as one message, or the disconnection that came instead."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BODY_BYTES:
            raise _too_large()
        if not message.get("more_body", False):
            return {"type": "http.request", "body": b"".join(parts), "more_body": False}
