"""How the application is served: uvicorn, with bounds where it has none of its own."""

import asyncio

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_CONNECTIONS = 2_000
MOST_HEAD_BYTES = 64 * 1024
# The live socket only sends; what a viewer may say back is a close frame.
_MOST_SOCKET_MESSAGE_BYTES = 1024
_PING_S = 20.0
_SHUTDOWN_WITHIN_S = 5


class PatientHttp(HttpToolsProtocol):
    """Closes a connection whose request line and headers do not arrive in time or in bounds.

    uvicorn waits for ever for a connection's first request, and keeps a header of any length.
    """

    head_within_s = 15.0
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._timer is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        self._timer = self.loop.call_later(self.head_within_s, self.transport.close)

    def _stop_waiting(self) -> None:
        self._in_head = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def server_config(app: ASGIApp, *, host: str, port: int) -> uvicorn.Config:
    """For `uvicorn.Server`. Port 0 takes a free one.

    `X-Forwarded-For` and `-Proto` are believed from this machine alone, where a reverse proxy may
    stand. Messages are not compressed: video does not shrink, and trying costs a core.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=PatientHttp,
        ws="websockets-sansio",
        ws_max_size=_MOST_SOCKET_MESSAGE_BYTES,
        ws_max_queue=4,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_SHUTDOWN_WITHIN_S,
        forwarded_allow_ips="127.0.0.1,::1",
    )
