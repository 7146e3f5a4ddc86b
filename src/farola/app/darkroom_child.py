"""A darkroom's process as its owner sees it: started, spoken to, watched over, ended."""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from farola.app.darkroom_claims import kind as kind_in
from farola.app.darkroom_claims import number, text, violation
from farola.base import Clock, Error, Kind, get_logger
from farola.vision import wire
from farola.vision.frames import Ring

COMMAND = (sys.executable, "-m", "farola.app.darkroom_process")
_START_SECONDS = 60.0
_PING_SECONDS = 2.0
_HUNG_US = 15_000_000
_READ_BYTES = 4 << 20
# All that a process needs to start. The server's own environment may hold secrets.
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
_OWN = {
    "OPENBLAS_NUM_THREADS": "1",  # a thread that runs before the locks would stay outside them
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_log = get_logger("vision")

Hear = Callable[[wire.Type, dict[str, Any], bytes], Awaitable[None]]


def environment() -> dict[str, str]:
    """What a darkroom's environment holds."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _OWN


class Child:
    """One life of the process. `setup` is its first message; `file` a descriptor it inherits."""

    def __init__(
        self, ring: Ring, setup: dict[str, Any], clock: Clock, file: int | None = None
    ) -> None:
        self.missing: tuple[str, ...] = ()
        self.pid: int | None = None
        self._ring = ring
        self._setup = setup
        self._clock = clock
        self._file = file
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._pong_us = 0

    async def start(self) -> None:
        """Returns once the process is locked in. Raises what it could not do, DECODER_FAILED
        when it ended without a word."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        files = [theirs.fileno(), self._ring.fd]
        if self._file is not None:
            files.append(self._file)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                *(str(each) for each in files),
                pass_fds=files,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                env=environment(),
            )
        self.pid = self._process.pid
        self._reader, self._writer = await asyncio.open_connection(sock=ours, limit=_READ_BYTES)
        self.send(wire.Type.SETUP, self._setup)
        try:
            async with asyncio.timeout(_START_SECONDS):
                first = await wire.read(self._reader)
        except TimeoutError:
            raise Error(Kind.DECODER_FAILED, "a darkroom does not start") from None
        if first is None:
            raise Error(Kind.DECODER_FAILED, "a darkroom ended while it started")
        kind, head, _ = first
        if kind is wire.Type.FAILED:
            raise _refusal(kind_in(head), text(head, "message"))
        if kind is not wire.Type.READY or not isinstance(head.get("missing"), list):
            raise violation("its first message")
        self.missing = tuple(str(each)[:200] for each in head["missing"][:10])
        for each in self.missing:
            _log.warning("a darkroom is not locked in fully", missing=each)
        self._pong_us = self._clock.monotonic_us()

    @property
    def unsent(self) -> int:
        """Bytes that the process has not taken yet."""
        return self._writer.transport.get_write_buffer_size() if self._writer else 0

    def send(self, kind: wire.Type, head: Any, payload: bytes = b"") -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(wire.pack(kind, head, payload))

    async def drain(self) -> None:
        """Waits until the process has taken what it was sent."""
        if self._writer is not None:
            with suppress(ConnectionError):
                await self._writer.drain()

    async def run(self, hear: Hear) -> None:
        """Hands over every message until the process is gone; ends it when it hangs.

        Raises PROTOCOL_VIOLATION when it says what cannot be.
        """
        assert self._reader is not None
        watch = asyncio.create_task(self._watch())
        try:
            while (message := await wire.read(self._reader)) is not None:
                kind, head, payload = message
                if kind is wire.Type.PONG:
                    if number(head, "busy") < _HUNG_US:
                        self._pong_us = self._clock.monotonic_us()
                else:
                    await hear(kind, head, payload)
        finally:
            watch.cancel()

    def kill(self) -> None:
        """Ends it at once; `run` returns."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def end(self) -> int | None:
        """Ends the process, whatever state it is in; its exit status."""
        if self._writer is not None:
            self._writer.close()
        self.kill()
        if self._process is None:
            return None
        return await self._process.wait()

    async def _watch(self) -> None:
        while True:
            self.send(wire.Type.PING, {})
            await asyncio.sleep(_PING_SECONDS)
            if self._clock.monotonic_us() - self._pong_us > _HUNG_US:
                _log.error("a darkroom hangs and is ended", pid=self.pid)
                self.kill()


def _refusal(kind: Kind, message: str) -> Error:
    if kind is Kind.SANDBOX_UNAVAILABLE:
        message += '; `[vision] sandbox = "best_effort"` decodes without that lock'
    return Error(kind, message)
