"""What is noticed while the server runs: a watch for each camera, and a writer of what it finds.

Watches run on the event loop, where a picture takes well under a millisecond; the catalogue is
written in threads. A catalogue that is locked or full costs no event: what could not be written is
written later.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import tzinfo

from farola.base import Error, get_logger
from farola.catalog import Catalog
from farola.model import Event, HourCount, Point, Sighting, ZoneKind
from farola.vision.watch import Watch

_WRITE_SECONDS = 30.0  # counts wait so long; events do not
_AGAIN_SECONDS = 2.0
_MOST_WAITING = 20_000
_log = get_logger("vision")


class Noticing:
    """Belongs to the server's event loop; `changed` alone may be called from any thread."""

    def __init__(
        self, catalog: Catalog, clocks: tzinfo, on_changed: Callable[[], None] = lambda: None
    ) -> None:
        """`clocks` is the town's time zone; `on_changed` hears on the loop that zones or rules are
        others now: who is `ruled` and what is `private`.
        """
        self._catalog = catalog
        self._clocks = clocks
        self._on_changed = on_changed
        self._loop = asyncio.get_running_loop()
        self._watches: dict[str, Watch] = {}
        self._aspects: dict[str, float] = {}
        self._ruled: frozenset[str] = frozenset()
        self._private: dict[str, tuple[tuple[Point, ...], ...]] = {}
        self._events: dict[str, Event] = {}
        self._counts: list[HourCount] = []
        self._stale = True
        self._wake = asyncio.Event()

    def see(self, camera_id: str, at_us: int, sightings: Sequence[Sighting]) -> None:
        """A picture was looked at, also when nothing was in it."""
        watch = self._watches.get(camera_id)
        if watch is None:  # a camera without zones: the picture as a whole is counted
            watch = self._watches[camera_id] = Watch(
                camera_id, (), (), self._clocks, aspect=self._aspects.get(camera_id, 16 / 9)
            )
        self._keep(watch.see(at_us, sightings))

    def quiet(self, camera_id: str) -> None:
        """The camera is not looked at any longer: what lasted ends."""
        watch = self._watches.get(camera_id)
        if watch is not None:
            self._keep(watch.end())

    def shape(self, camera_id: str, width: int, height: int) -> None:
        """How wide and high the camera's picture is; speeds and directions need it."""
        if width > 0 and height > 0:
            self._aspects[camera_id] = width / height
            if camera_id in self._watches:
                self._watches[camera_id].aspect = width / height

    def ruled(self) -> frozenset[str]:
        """The cameras with an enabled rule."""
        return self._ruled

    def private(self, camera_id: str) -> tuple[tuple[Point, ...], ...]:
        """The camera's privacy zones, which every picture of it has covered."""
        return self._private.get(camera_id, ())

    def changed(self, _camera_id: str = "") -> None:
        """Zones or rules were changed; they are read again at once."""
        self._loop.call_soon_threadsafe(self._read_again)

    async def load(self) -> None:
        """Reads zones and rules, and ends what a killed server left open; before anything is seen.

        Raises Error as the catalogue does.
        """
        if ended := await asyncio.to_thread(self._catalog.events.end_after_crash):
            _log.info("events of a server that was killed were ended", count=ended)
        await self._read()

    async def run(self) -> None:
        """Writes what is found and follows changes, until it is cancelled; then writes the rest."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_WRITE_SECONDS):
                        await self._wake.wait()
                self._wake.clear()
                try:
                    if self._stale:
                        await self._read()
                    await self._write()
                except Error as error:
                    _log.error("noticing waits", kind=error.kind, message=error.message)
                    await asyncio.sleep(_AGAIN_SECONDS)
                    self._wake.set()
        finally:
            for camera_id in self._watches:
                self.quiet(camera_id)
            with suppress(Error):
                self._put(*self._take())

    async def _read(self) -> None:
        self._stale = False
        try:
            zones = await asyncio.to_thread(self._catalog.zones.zones)
            rules = await asyncio.to_thread(self._catalog.zones.rules)
        except Error:
            self._stale = True
            raise
        private: dict[str, tuple[tuple[Point, ...], ...]] = {}
        for zone in zones:
            if zone.kind is ZoneKind.PRIVATE:
                private[zone.camera_id] = (*private.get(zone.camera_id, ()), zone.points)
        self._private = private
        self._ruled = frozenset(rule.camera_id for rule in rules if rule.enabled)
        for camera_id in {zone.camera_id for zone in zones} | set(self._watches):
            mine = [zone for zone in zones if zone.camera_id == camera_id]
            theirs = [rule for rule in rules if rule.camera_id == camera_id]
            watch = self._watches.get(camera_id)
            if watch is None:
                self._watches[camera_id] = Watch(
                    camera_id,
                    mine,
                    theirs,
                    self._clocks,
                    aspect=self._aspects.get(camera_id, 16 / 9),
                )
            else:
                self._keep(watch.change(mine, theirs))
        self._on_changed()

    async def _write(self) -> None:
        events, counts = self._take()
        if not events and not counts:
            return
        writing = asyncio.ensure_future(asyncio.to_thread(self._put, events, counts))
        try:
            await asyncio.shield(writing)
        finally:
            if not writing.done():  # cancelled; the thread goes on, and counts must not go twice
                await asyncio.wait([writing])
            if writing.exception() is not None:
                self._events = {event.id: event for event in events} | self._events
                self._counts = counts + self._counts
                self._drop_oldest()

    def _put(self, events: Iterable[Event], counts: Iterable[HourCount]) -> None:
        with self._catalog.batch():
            for event in events:
                self._catalog.events.save(event)
            self._catalog.events.add_counts(counts)

    def _take(self) -> tuple[list[Event], list[HourCount]]:
        for watch in self._watches.values():
            self._counts += watch.take_counts()
        events, self._events = list(self._events.values()), {}
        counts, self._counts = self._counts, []
        return events, counts

    def _keep(self, events: Iterable[Event]) -> None:
        found = {event.id: event for event in events}
        if found:
            self._events |= found
            self._wake.set()

    def _drop_oldest(self) -> None:
        surplus = len(self._events) - _MOST_WAITING
        if surplus > 0:
            _log.error("events are lost: the catalogue cannot be written", count=surplus)
            for event_id in list(self._events)[:surplus]:
                del self._events[event_id]
        self._counts = self._counts[-_MOST_WAITING:]

    def _read_again(self) -> None:
        self._stale = True
        self._wake.set()
