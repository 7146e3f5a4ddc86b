"""Inside a darkroom: the lanes. Each has threads of its own and an inbox; none knows of another.

A live lane never waits: what it cannot do in time is left out and covered.
"""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from farola.app.darkroom_line import Coverer, Looker, Outlet, Shaped, Slots, Wanted
from farola.base import Clock, Error, Kind, SystemClock
from farola.model import Recipe
from farola.vision.decoding import Damage, Outcome, UnitDecoder
from farola.vision.frames import InputSpec, Ring
from farola.vision.wire import Type, unpack_sightings

_MOST_WAITING_UNITS = 90  # of a live lane: three seconds at 30 pictures a second

type Item = tuple[Type, dict[str, Any], bytes] | Shaped | None
"""A message, a shaped picture, or None: the lane is over."""


class Bench:
    """What all lanes of a darkroom share."""

    def __init__(
        self, ring: Ring, spec: InputSpec, outlet: Outlet, most_pixels: int, late_us: int
    ) -> None:
        self.ring = ring
        self.spec = spec
        self.outlet = outlet
        self.most_pixels = most_pixels
        self.late_us = late_us
        self.slots = Slots(ring.slots)
        self.clock: Clock = SystemClock()


def recipe_from(value: dict[str, Any]) -> Recipe:
    private = tuple(tuple((x, y) for x, y in polygon) for polygon in value.pop("private"))
    return Recipe(**value, private=private)


class Lane(ABC):
    """A thread that works through an inbox; `busy_us` is since when it is at one piece of work."""

    def __init__(self, number: int, bench: Bench, ended: Callable[[int], None]) -> None:
        self.number = number
        self.bench = bench
        self.inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self.busy_us: int | None = None
        self._ended = ended
        self._threads = [threading.Thread(target=self._guarded, args=(self._work,), daemon=True)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, kind: Type, head: dict[str, Any], payload: bytes) -> None:
        self.inbox.put((kind, head, payload))

    def close(self) -> None:
        """Has every thread of the lane end soon, wherever it waits."""
        self.inbox.put(None)

    @abstractmethod
    def _work(self) -> None:
        """Runs in the lane's own thread until it is closed."""

    def _guarded(self, work: Callable[[], None]) -> None:
        """A failure that has a word ends the lane; any other ends the darkroom."""
        try:
            work()
        except Error as error:
            self._fail(error.kind, error.message)
        except MemoryError:
            self._fail(Kind.DECODER_FAILED, "the decoder has no memory left")

    def _fail(self, kind: Kind, message: str) -> None:
        head = {"lane": self.number, "kind": kind, "message": message[:500]}
        self.bench.outlet.send(Type.FAILED, head)
        self.close()  # the lane's other threads end as well
        self._ended(self.number)

    def _done(self, **totals: int) -> None:
        self.bench.outlet.send(Type.DONE, {"lane": self.number, **totals})
        self._ended(self.number)


class LiveLane(Lane):
    """Units as they come from a camera."""

    def __init__(
        self, number: int, bench: Bench, ended: Callable[[int], None], head: dict[str, Any]
    ) -> None:
        super().__init__(number, bench, ended)
        recipe = recipe_from(head["recipe"])
        self._wanted = Wanted(recipe, live=True)
        self._looker = Looker(
            number, recipe, head["rate"], bench.spec, bench.ring, bench.slots, bench.outlet,
            wait=False,
        )  # fmt: skip
        self._looker.show = head["show"]
        self._coverer: Coverer | None = self._coverer_now() if head["show"] else None
        self._decoder: UnitDecoder | None = None
        self._waiting = 0
        self._skips = False

    def put(self, kind: Type, head: dict[str, Any], payload: bytes) -> None:
        """Called by the thread that reads: leaves units out up to a key frame when behind."""
        if kind is Type.UNIT:
            if self._waiting >= _MOST_WAITING_UNITS and not self._skips:
                self._skips = True
                self.inbox.put((Type.BROKEN, {"reason": Kind.OVERLOADED}, b""))
            if self._skips and not (head["key"] and self._waiting < _MOST_WAITING_UNITS):
                return
            self._skips = False
            self._waiting += 1
        self.inbox.put((kind, head, payload))

    def _coverer_now(self) -> Coverer:
        return Coverer(self.number, self._wanted, self.bench.outlet)

    def _work(self) -> None:
        clock, late_us = self.bench.clock, self.bench.late_us
        again_us: int | None = None
        while True:
            self.busy_us = None
            timeout = None
            if again_us is not None:
                timeout = max(0.0, (again_us - clock.monotonic_us()) / 1_000_000)
            try:
                item = self.inbox.get(timeout=timeout)
            except queue.Empty:
                self.busy_us = clock.monotonic_us()
            else:
                self.busy_us = clock.monotonic_us()
                if item is None:
                    self._ended(self.number)
                    return
                if isinstance(item, tuple):  # only stored lanes are handed pictures
                    self._obey(*item)
            again_us = None
            if self._coverer is not None:
                again_us = self._coverer.late(clock.monotonic_us(), late_us)

    def _obey(self, kind: Type, head: dict[str, Any], payload: bytes) -> None:
        match kind:
            case Type.UNIT:
                self._waiting -= 1
                if self._decoder is not None:
                    self._take(self._decoder.decode(head["media"], payload))
            case Type.SIGHTED if self._coverer is not None:
                self._coverer.answer(head["at"], unpack_sightings(head["sightings"]))
            case Type.MISSED if self._coverer is not None:
                self._coverer.answer(head["at"], Kind(head["reason"]))
            case Type.CONFIG:
                if self._decoder is not None:
                    self._take(self._decoder.flush())
                self._broken(Kind.SCENE_CHANGED)
                self._decoder = UnitDecoder(
                    head["codec"], sets_from(head, payload), self.bench.most_pixels
                )
            case Type.BROKEN:
                self._broken(Kind(head["reason"]))
            case Type.SHOW:
                self._looker.show = head["on"]
                self._looker.look_again()
                self._coverer = self._coverer_now() if head["on"] else None
            case _:
                pass

    def _take(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Damage):
                self._broken(Kind.DECODER_FAILED)
                continue
            shaped = self._looker.shape(outcome)
            if self._coverer is not None:
                self._coverer.picture(shaped, self.bench.clock.monotonic_us())
            self._looker.ask(shaped)

    def _broken(self, reason: Kind) -> None:
        self._looker.look_again()
        if self._coverer is not None:
            self._coverer.damage(reason)


def sets_from(head: dict[str, Any], payload: bytes) -> list[bytes]:
    """Parameter sets lie one after the other in the payload, their sizes in the head."""
    sets, place = [], 0
    for size in head["sets"]:
        sets.append(payload[place : place + size])
        place += size
    return sets
