"""The HTTP server inside the town's task group: its socket, its start and its end."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn

from farola.api import server_config
from farola.base import Error, Kind

_BACKLOG = 256


class _Server(uvicorn.Server):
    """Leaves signals to the town, which stops its parts in order."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()


class Listener:
    """Listens on `host` and `port` (0: a free one) from construction on; serves while run."""

    def __init__(self, host: str, port: int) -> None:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise Error(
                Kind.UNAVAILABLE,
                f"cannot listen on {host} port {port}: {error.strerror or error}",
                host=host,
                port=port,
            ) from error
        self._host = host
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Where a browser on this machine reaches the console."""
        port = self._socket.getsockname()[1]
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._host, self._host)  # noqa: S104
        return f"http://{host}:{port}"

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    async def serve(self, app: object, on_started: Callable[[], None]) -> None:
        """Serves until `stop`; connections then have five seconds to end."""
        config = server_config(app, host=self._host, port=self.port)  # type: ignore[arg-type]
        self._server = _Server(config, on_started)
        await self._server.serve(sockets=[self._socket])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        await asyncio.sleep(0)
