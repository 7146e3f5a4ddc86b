"""One viewer's place in a live stream: a bounded queue that drops whole groups of pictures."""

import asyncio
from collections import deque
from collections.abc import Callable

from farola.gate import Chunk, CoverChange, Dropped, Init, LiveMessage, StateChange

MOST_BYTES = 6 << 20
"""A place holds at most this much for a viewer whose connection is slow."""


class Place:
    """Filled by the hub, read by one viewer. Never blocks the one who fills it."""

    def __init__(self, leave: Callable[["Place"], None]) -> None:
        self._leave = leave
        self._waiting: deque[LiveMessage] = deque()
        self._bytes = 0
        self._dropped = 0
        self._ready = asyncio.Event()
        self._closed = False

    def __aiter__(self) -> "Place":
        return self

    async def __anext__(self) -> LiveMessage:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
        message = self._waiting.popleft()
        if isinstance(message, Chunk):
            self._bytes -= len(message.data)
        return message

    def close(self) -> None:
        """Gives the place back; the viewer's iteration ends."""
        if not self._closed:
            self._closed = True
            self._waiting.clear()
            self._ready.set()
            self._leave(self)

    def put(self, message: Init | StateChange | CoverChange) -> None:
        """A message that is small and rare enough never to be left out."""
        if isinstance(message, StateChange | CoverChange):
            # Only the newest state matters to somebody who is behind.
            kind = type(message)
            self._waiting = deque(m for m in self._waiting if not isinstance(m, kind))
        self._waiting.append(message)
        self._ready.set()

    def put_chunk(self, chunk: Chunk, key: bool) -> None:
        """A picture; when the place is full all its pictures go, up to the next key frame."""
        if self._bytes + len(chunk.data) > MOST_BYTES and not (key and not self._bytes):
            kept = [m for m in self._waiting if not isinstance(m, Chunk)]
            self._dropped += len(self._waiting) - len(kept) + 1
            self._waiting = deque(kept)
            self._bytes = 0
            return
        if self._dropped:
            if not key:
                self._dropped += 1
                return
            self._waiting.append(Dropped(self._dropped))
            self._dropped = 0
        self._waiting.append(chunk)
        self._bytes += len(chunk.data)
        self._ready.set()
