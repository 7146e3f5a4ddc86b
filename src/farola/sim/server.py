"""The simulator's server: cameras in, URLs out."""

import asyncio
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from farola.base import Clock, Error, Kind, SystemClock, get_logger
from farola.sim.connection import Connection, LoadedCamera
from farola.sim.faults import Faults
from farola.sim.login import Login
from farola.sim.player import Pacer, Player
from farola.sim.reel import Reel, load_reel

_NO_FAULTS = Faults()
_log = get_logger("sim")


@dataclass(frozen=True, slots=True)
class SimCamera:
    """One camera to simulate.

    `name` is the URL's path. Sessions share one picture, as on a real camera, and join it at its
    next key frame; the camera is `offset_us` into the footage when the server starts. Instead,
    with `from_first` each session begins with the file's first picture, and with `once` it also
    ends, by closing, after the last. So does a session with faults begin. `second` is what the
    `resolution` fault switches to. `stamp` puts the send time into every picture
    (`farola.sim.stamp`); `audio` offers a silent audio track beside the video.
    """

    name: str
    footage: Path | Reel
    second: Path | Reel | None = None
    offset_us: int = 0
    login: Login | None = None
    faults: Faults = _NO_FAULTS
    stamp: bool = False
    aggregate: bool = False
    audio: bool = False
    from_first: bool = False
    once: bool = False


class Server:
    """Serves cameras until closed. Made by `start`; an asynchronous context manager."""

    def __init__(self, clock: Clock, session_timeout_s: int, tls: bool) -> None:
        self.clock = clock
        self.session_timeout_s = session_timeout_s
        self.pacer = Pacer(clock)
        self.connections: set[Connection] = set()
        self.host = ""
        self.port = 0
        self._scheme = "rtsps" if tls else "rtsp"
        self._cameras: dict[str, LoadedCamera] = {}
        self._server: asyncio.Server | None = None
        self._second: asyncio.TimerHandle | None = None

    def camera(self, name: str) -> LoadedCamera | None:
        return self._cameras.get(name)

    def url(self, name: str) -> str:
        """Where a camera is reached; no credentials in it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self._scheme}://{host}:{self.port}/{name}"

    @property
    def urls(self) -> list[str]:
        return [self.url(name) for name in self._cameras]

    def sessions(self, name: str) -> int:
        """How many clients a camera is playing to."""
        return self._cameras[name].sessions

    async def listen(
        self, cameras: Iterable[LoadedCamera], host: str, port: int, tls: ssl.SSLContext | None
    ) -> None:
        self._cameras = {camera.name: camera for camera in cameras}
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Connection(self), host, port, ssl=tls, backlog=1024
            )
        except OSError as error:
            raise Error(Kind.UNAVAILABLE, f"cannot listen on {host}:{port}: {error}") from error
        self.host = host
        self.port = self._server.sockets[0].getsockname()[1]
        self._look_after_all()

    def _look_after_all(self) -> None:
        now_us = self.clock.monotonic_us()
        for connection in list(self.connections):
            connection.look_after(now_us)
        self._second = asyncio.get_running_loop().call_later(1, self._look_after_all)

    async def close(self) -> None:
        """Stop listening and drop every client."""
        if self._second is not None:
            self._second.cancel()
        self.pacer.stop()
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def start(
    cameras: Iterable[SimCamera],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    session_timeout_s: int = 60,
    clock: Clock | None = None,
) -> Server:
    """Load the footage and begin to serve; port 0 takes a free one.

    Raises `Error`: what `load_reel` raises, CONFLICT for two cameras of one name, UNAVAILABLE when
    the port is taken.
    """
    clock = clock or SystemClock()
    server = Server(clock, session_timeout_s, tls is not None)
    loaded = await asyncio.to_thread(_load, list(cameras), clock)
    await server.listen(loaded, host, port, tls)
    return server


async def serve(
    cameras: Iterable[SimCamera],
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Serve until cancelled."""
    async with await start(cameras, host=host, port=port, tls=tls) as server:
        _log.info("serving", cameras=len(server.urls), host=server.host, port=server.port)
        await asyncio.get_running_loop().create_future()


def _load(cameras: list[SimCamera], clock: Clock) -> list[LoadedCamera]:
    reels: dict[tuple[Path, bool, bool], Reel] = {}

    def reel(footage: Path | Reel, camera: SimCamera) -> Reel:
        if isinstance(footage, Reel):
            return footage
        key = footage, camera.stamp, camera.aggregate
        if key not in reels:
            reels[key] = load_reel(footage, stamp=camera.stamp, aggregate=camera.aggregate)
        return reels[key]

    start_us = clock.monotonic_us()
    names: set[str] = set()
    loaded = []
    for camera in cameras:
        if camera.name in names:
            raise Error(Kind.CONFLICT, f"two cameras are called {camera.name!r}")
        names.add(camera.name)
        first = reel(camera.footage, camera)
        other = None if camera.second is None else reel(camera.second, camera)
        camera.faults.check(can_change_resolution=other is not None)
        # Below one round, so that cameras of one reel stay in step and share what they send.
        offset_ticks = camera.offset_us * 9 // 100 % first.duration
        live = Player(first, clock, start_us, offset_ticks)
        loaded.append(
            LoadedCamera(
                name=camera.name,
                live=live,
                other=other,
                faults=camera.faults,
                login=camera.login,
                audio=camera.audio,
                from_first=camera.from_first,
                once=camera.once,
            )
        )
    return loaded
