"""The pacing reader: visits every playing stream in turn, with one buffer for all of them.

Waking up for every packet of every camera costs more than handling the packets. The kernel gathers
for half a second, then one visit takes everything with one system call and parses it in cache-warm
memory.
"""

import asyncio
from typing import Protocol

# Few enough that a wake-up serves several streams, many enough that none holds up the loop.
SLOTS = 4
SMALLEST_SHARED = 1 << 18  # the longest frame or message that a stream may keep, and room to read


class Visited(Protocol):
    def fileno(self) -> int: ...

    def visit(self, shared: memoryview) -> None:
        """Read and handle what is there, without waiting. Must not raise."""
        ...


class Reader:
    """One for each event loop. `interval_us` is the time between two visits of one stream.

    `shared_bytes` bounds what one read takes. A stream that is watched live is read at once as
    well as visited.
    """

    def __init__(self, *, interval_us: int = 500_000, shared_bytes: int = 1 << 20) -> None:
        self._shared = memoryview(bytearray(max(shared_bytes, SMALLEST_SHARED)))
        self._tick_s = interval_us / 1_000_000 / SLOTS
        self._slots: list[list[Visited]] = [[] for _ in range(SLOTS)]
        self._homes: dict[Visited, int] = {}
        self._eager: dict[Visited, int] = {}
        self._turn = 0
        self._origin_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._homes)

    def add(self, stream: Visited) -> None:
        """Begin to visit a stream, in the slot that has the fewest."""
        if stream in self._homes:
            return
        slot = min(range(SLOTS), key=lambda index: len(self._slots[index]))
        self._slots[slot].append(stream)
        self._homes[stream] = slot
        if self._timer is None:
            self._origin_s = asyncio.get_running_loop().time() - self._turn * self._tick_s
            self._arm()

    def remove(self, stream: Visited) -> None:
        """Stop visiting; call it before the stream's socket is closed."""
        slot = self._homes.pop(stream, None)
        if slot is None:
            return
        self.watch(stream, eager=False)
        self._slots[slot].remove(stream)
        if not self._homes and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def watch(self, stream: Visited, *, eager: bool) -> None:
        """Read a stream as soon as something arrives, or leave it to its visits again."""
        loop = asyncio.get_running_loop()
        if eager and stream in self._homes and stream not in self._eager:
            number = self._eager[stream] = stream.fileno()
            loop.add_reader(number, stream.visit, self._shared)
        elif not eager and stream in self._eager:
            loop.remove_reader(self._eager.pop(stream))

    def _arm(self) -> None:
        """Set the timer for the next slot that somebody is in."""
        loop = asyncio.get_running_loop()
        ahead = next(n for n in range(1, SLOTS + 1) if self._slots[(self._turn + n) % SLOTS])
        self._turn += ahead
        due = self._origin_s + self._turn * self._tick_s
        late = loop.time() - due
        if late > SLOTS * self._tick_s:
            # The loop was held up for a whole round: do not hurry after what was missed.
            self._origin_s += late
            due += late
        self._timer = loop.call_at(due, self._visit)

    def _visit(self) -> None:
        streams = tuple(self._slots[self._turn % SLOTS])
        for stream in streams:
            stream.visit(self._shared)
        self._timer = None
        if self._homes:
            self._arm()
