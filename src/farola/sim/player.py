"""Playing reels in real time: who is due next, and what they send.

A `Player` has a place in a reel and listeners. One `Pacer` serves all players with one timer, so
that a process with hundreds of cameras wakes a few hundred times a second and not for each frame.
"""

import asyncio
from heapq import heappop, heappush, heapreplace
from typing import Protocol

from farola.base import Clock
from farola.sim.reel import Reel, Unit
from farola.sim.stamp import DIGITS, digits

_QUANTUM_US = 4_000  # cameras due within this time share a wake-up
_EARLY_US = 500
_LATE_US = 2_000_000  # after a suspension pictures are skipped rather than sent in a flood


class Listener(Protocol):
    def take(self, wire: bytes, unit: Unit) -> None:
        """Send one access unit's interleaved blocks, or drop them whole; never wait."""
        ...

    def finish(self) -> None:
        """Nothing more will come: close."""
        ...


class Player:
    """Plays a reel from `start_us` on, for ever, or with `once` one round.

    At `start_us` the reel is `offset_ticks` after its beginning.
    """

    def __init__(
        self, reel: Reel, clock: Clock, start_us: int, offset_ticks: int = 0, *, once: bool = False
    ) -> None:
        self.reel = reel
        self.position = reel.position_at(offset_ticks)
        self.listeners: list[Listener] = []
        self.scheduled = False
        self._clock = clock
        self._zero_us = start_us
        self._zero_dts = offset_ticks
        self._end = self.position + len(reel.units) if once else None

    @property
    def ssrc(self) -> int:
        return self.reel.ssrc

    @property
    def silent(self) -> bool:
        """Whether not even sender reports go out."""
        return False

    def due_us(self) -> int:
        """Monotonic time of the next access unit."""
        return self._zero_us + (self.reel.dts(self.position) - self._zero_dts) * 100 // 9

    def ticks_at(self, now_us: int) -> int:
        """The RTP time of a moment, not wrapped."""
        return self.reel.first_ticks + self._zero_dts + (now_us - self._zero_us) * 9 // 100

    def report_wall_us(self) -> int:
        """What the camera's clock shows."""
        return self._clock.wall_us()

    def catch_up(self, now_us: int) -> None:
        """Go to where the reel is now, skipping what nobody listened to."""
        elapsed = max(now_us - self._zero_us, 0)
        self.position = self.reel.position_at(self._zero_dts + elapsed * 9 // 100)

    def next_key(self) -> int:
        """The first position from here on at which a listener can join."""
        position = self.position
        while not self.reel.unit(position).key:
            position += 1
        return position

    def send(self, now_us: int) -> int | None:
        """Send the unit that is due and tell when the next one is; None when nobody listens."""
        if not self.listeners:
            return None
        if self.position == self._end:
            for listener in list(self.listeners):
                listener.finish()
            return None
        if now_us - self.due_us() > _LATE_US:
            self.catch_up(now_us)
        unit = self.reel.unit(self.position)
        wire = self.reel.wire(self.position)
        self.position += 1
        if unit.digits_at is not None:
            wire = self._stamped(wire, unit.digits_at)
        for listener in self.listeners:
            listener.take(wire, unit)
        return self.due_us()

    def _stamped(self, wire: bytes, at: int) -> bytes:
        stamped = bytearray(wire)
        stamped[at : at + DIGITS] = digits(self._clock.wall_us())
        return bytes(stamped)


class Pacer:
    """Calls each player when it is due. One per event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, Player]] = []
        self._serial = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_us = 0

    def add(self, player: Player) -> None:
        """Begin calling a player that has listeners; it falls out by itself without them."""
        if player.scheduled:
            return
        player.scheduled = True
        self._serial += 1  # breaks ties, players do not compare
        heappush(self._heap, (player.due_us(), self._serial, player))
        self._arm(self._clock.monotonic_us())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._heap.clear()

    def _arm(self, now_us: int, least_us: int = 0) -> None:
        if not self._heap:
            return
        due_us = max(self._heap[0][0], now_us + least_us)
        if self._timer is not None:
            if self._timer_us <= due_us:
                return
            self._timer.cancel()
        self._timer_us = due_us
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(due_us - now_us, 0) / 1e6, self._tick)

    def _tick(self) -> None:
        self._timer = None
        heap = self._heap
        now_us = self._clock.monotonic_us()
        horizon_us = now_us + _EARLY_US
        while heap and heap[0][0] <= horizon_us:
            _, serial, player = heap[0]
            next_us = player.send(now_us)
            if next_us is None:
                player.scheduled = False
                heappop(heap)
            else:
                heapreplace(heap, (next_us, serial, player))
        self._arm(self._clock.monotonic_us(), _QUANTUM_US)
