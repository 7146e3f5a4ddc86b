"""Darkrooms for live lanes: one for each lane that is worth it, shared ones for all others.

A room is a process of its own, so what a hostile picture does to it costs the lanes in it a moment.
Rooms are opened when a lane needs one and closed when their last lane has left.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from farola.base import Backoff, Error, get_logger
from farola.media import CodecConfig
from farola.model import Cover, CoveredUnit, LaneSpec

_TOGETHER = 32
_log = get_logger("vision")


class Lane(Protocol):
    """One live stream in a darkroom; all methods return at once."""

    def unit(
        self, config: CodecConfig, media: int, wall_us: int, key: bool, payload: bytes
    ) -> None: ...
    def show(self, wanted: bool) -> None: ...
    def close(self) -> None: ...


class Room(Protocol):
    def live(
        self,
        spec: LaneSpec,
        on_unit: Callable[[CoveredUnit], None],
        on_state: Callable[[Cover], None],
    ) -> Lane: ...


type OpenRoom = Callable[[], AbstractAsyncContextManager[Room]]


class Place:
    """A lane's place in a room; `entered` is called as soon as the room is there."""

    def __init__(self, host: "_Host", entered: Callable[[Room], None]) -> None:
        self._host = host
        self.entered = entered

    def leave(self) -> None:
        self._host.leave(self)


class Rooms:
    """Belongs to the server's event loop and to the task group that `run` is given.

    At most `most` rooms are opened for lanes that want one alone; beyond that they share, the
    emptiest room first.
    """

    def __init__(
        self, open_room: OpenRoom, most: int, failed: Callable[[Error | None], None]
    ) -> None:
        self._open_room = open_room
        self._most = most
        self._failed = failed
        self._hosts: list[_Host] = []
        self._group: asyncio.TaskGroup | None = None

    def run(self, group: asyncio.TaskGroup) -> None:
        self._group = group

    def forget(self) -> None:
        """The task group has ended, and every room with it."""
        self._group = None
        self._hosts = []

    def place(self, entered: Callable[[Room], None], *, alone: bool) -> Place:
        """A place in a room; `entered` is called now or when the room has opened."""
        assert self._group is not None
        same = [host for host in self._hosts if host.alone is alone and not host.closing]
        emptiest = min(same, key=lambda host: len(host.places), default=None)
        full = emptiest is None or (
            len(same) < self._most if alone else len(emptiest.places) >= _TOGETHER
        )
        if full or emptiest is None:
            emptiest = _Host(self, alone=alone)
            self._hosts.append(emptiest)
            emptiest.task = self._group.create_task(emptiest.run())
        return emptiest.enter(entered)


class _Host:
    """One room and the places in it."""

    def __init__(self, rooms: Rooms, *, alone: bool) -> None:
        self.alone = alone
        self.places: set[Place] = set()
        self.closing = False
        self.task: asyncio.Task[None] | None = None
        self._rooms = rooms
        self._room: Room | None = None

    def enter(self, entered: Callable[[Room], None]) -> Place:
        place = Place(self, entered)
        self.places.add(place)
        if self._room is not None:
            entered(self._room)
        return place

    def leave(self, place: Place) -> None:
        self.places.discard(place)
        if not self.places and not self.closing and self.task is not None:
            self.closing = True
            if self in self._rooms._hosts:
                self._rooms._hosts.remove(self)
            self.task.cancel()

    async def run(self) -> None:
        """Opens the room, again and again where it cannot be opened, until nobody is in it."""
        backoff = Backoff(first_us=1_000_000, most_us=30_000_000)
        try:
            while True:
                try:
                    async with self._rooms._open_room() as room:
                        self._rooms._failed(None)
                        self._room = room
                        for place in list(self.places):
                            place.entered(room)
                        await asyncio.Event().wait()
                except Error as error:
                    self._room = None
                    _log.error("no darkroom", kind=error.kind, message=error.message)
                    self._rooms._failed(error)
                await asyncio.sleep(backoff.next_us() / 1_000_000)
        except asyncio.CancelledError:
            if not self.closing:
                raise
