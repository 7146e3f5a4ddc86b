"""Looks at cameras: opens and closes lanes in darkrooms as viewers and rules come and go.

Covered pictures go to the hub of the redacted rendition; what is seen goes to `Noticing`. Recording
knows nothing of this: a recorder sends a copy of what is asked for, and drops it when nobody reads.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from farola.app.looking import Look, plan
from farola.app.rooms import Lane, Place, Room, Rooms
from farola.base import Clock, Error, Kind, get_logger, new_id
from farola.live import Hub, LiveUnit
from farola.media import Codec, CodecConfig, ticks_to_us
from farola.model import (
    Alarm,
    Attention,
    Camera,
    Cover,
    CoveredUnit,
    CoverState,
    Detection,
    LaneSpec,
    Recipe,
    Sighting,
    StreamKind,
)
from farola.recorder import StreamKey, WatchedUnit
from farola.vision.follower import Follower
from farola.vision.frames import Picture
from farola.vision.turns import Tally

# An idle camera sends key frames alone, and of those one in so long is looked at.
_IDLE_US = 2_000_000
_IDLE_RATE = 30.0
_log = get_logger("vision")


class Detector(Protocol):
    async def detect(
        self, lane: str, picture: Picture, *, aside: bool = False
    ) -> Sequence[Detection] | Kind: ...
    def forget(self, lane: str) -> None: ...
    def tallies(self) -> Mapping[str, Tally]: ...


class Noticing(Protocol):
    """Hears what is seen in a camera; `ruled` are the cameras with an enabled rule."""

    def see(self, camera_id: str, at_us: int, sightings: Sequence[Sighting]) -> None: ...
    def quiet(self, camera_id: str) -> None: ...
    def shape(self, camera_id: str, width: int, height: int) -> None: ...
    def ruled(self) -> frozenset[str]: ...


class Eyes:
    """Belongs to the server's event loop."""

    def __init__(
        self,
        rooms: Callable[[Callable[[Error | None], None]], Rooms],
        detector: Detector,
        noticing: Noticing,
        recipe_of: Callable[[str], Recipe],
        ask: Callable[[StreamKey, Attention], None],
        clock: Clock,
        *,
        rate: float,
        idle: bool,
    ) -> None:
        self._detector = detector
        self._noticing = noticing
        self._recipe_of = recipe_of
        self._ask = ask
        self._clock = clock
        self._rate = rate
        self._idle = idle
        self._rooms = rooms(self._room_failed)
        self._hub: Hub | None = None
        self._cameras: dict[str, Camera] = {}
        self._shown: set[StreamKey] = set()
        self._lanes: dict[StreamKey, _Lane] = {}
        self._by_name: dict[str, _Lane] = {}
        self._running = False
        self._alarm: Alarm | None = None

    def attach(self, hub: Hub) -> None:
        """The hub of the redacted rendition."""
        self._hub = hub

    def run(self, group: asyncio.TaskGroup) -> None:
        """Begins to look; the group owns the darkrooms' tasks."""
        self._rooms.run(group)
        self._running = True
        self.look()

    def rest(self) -> None:
        """Looks at nothing any more; the darkrooms' tasks have ended."""
        self._running = False
        for key in list(self._lanes):
            self._close(key)
            self._ask(key, Attention.NONE)
        self._rooms.forget()

    def cameras(self, cameras: Iterable[Camera]) -> None:
        """The cameras as they are configured now."""
        self._cameras = {camera.id: camera for camera in cameras}
        self.look()

    def show(self, camera_id: str, stream: StreamKind, on: bool) -> None:
        """Somebody watches a stream, or nobody any longer."""
        if on:
            self._shown.add((camera_id, stream))
        else:
            self._shown.discard((camera_id, stream))
        self.look()

    def look(self) -> None:
        """Brings the lanes to what is wanted now: after any change of viewers, rules, cameras."""
        if not self._running:
            return
        looks = plan(self._cameras.values(), self._shown, self._noticing.ruled(), idle=self._idle)
        for key in [key for key in self._lanes if key not in looks]:
            self._close(key)
            self._ask(key, Attention.NONE)
        for key, look in looks.items():
            lane = self._lanes.get(key)
            recipe = self._recipe_of(key[0])
            if lane is not None and (lane.look.alone is not look.alone or lane.recipe != recipe):
                self._close(key)
                lane = None
            if lane is None:
                lane = self._lanes[key] = _Lane(self, key, look, recipe)
                self._by_name[lane.name] = lane
                lane.place = self._rooms.place(lane.entered, alone=look.alone)
            else:
                lane.change(look)
            self._ask(key, look.attention)

    def unit(self, key: StreamKey, unit: WatchedUnit) -> None:
        """One access unit as the recorder took it."""
        lane = self._lanes.get(key)
        if lane is not None:
            lane.unit(unit)

    def attention(self) -> Mapping[StreamKey, Attention]:
        """What the recorders are asked for."""
        return {key: lane.look.attention for key, lane in self._lanes.items()}

    @property
    def known(self) -> Iterable[str]:
        """Every camera's id."""
        return self._cameras

    def lanes(self) -> Iterator[tuple[str, Look, Cover, Tally]]:
        """Every stream that is looked at: its camera, how, how much is covered, what was seen."""
        tallies = self._detector.tallies()
        for (camera_id, _), lane in self._lanes.items():
            yield camera_id, lane.look, lane.cover, tallies.get(lane.name, Tally())

    def alarms(self) -> list[Alarm]:
        return [self._alarm] if self._alarm else []

    async def detect(self, name: str, picture: Picture) -> Sequence[Sighting] | Kind:
        """What is in a lane's picture: the darkrooms ask."""
        lane = self._by_name.get(name)
        if lane is None:
            return Kind.DETECTOR_FAILED
        idle = lane.look.attention is Attention.KEYS
        found = await self._detector.detect(name, picture, aside=idle)
        if isinstance(found, Kind):
            return found
        sightings = lane.follower.see(picture, found)
        if lane.look.notice:
            self._noticing.shape(lane.key[0], picture.width, picture.height)
            self._noticing.see(lane.key[0], lane.wall_of(picture.at_us), sightings)
        return sightings

    def _close(self, key: StreamKey) -> None:
        lane = self._lanes.pop(key)
        del self._by_name[lane.name]
        lane.close()
        self._detector.forget(lane.name)
        if lane.look.notice:
            self._noticing.quiet(key[0])

    def _room_failed(self, error: Error | None) -> None:
        known = self._alarm
        if error is None:
            self._alarm = None
        elif known is None or known.kind is not error.kind:
            self._alarm = Alarm(error.kind, error.message, self._clock.wall_us())
        if error is not None:
            for lane in self._lanes.values():
                lane.withheld(error.kind)


class _Lane:
    """One stream that is looked at, from the recorder's units to the hub."""

    def __init__(self, eyes: Eyes, key: StreamKey, look: Look, recipe: Recipe) -> None:
        self.key = key
        self.look = look
        self.recipe = recipe
        self.name = new_id("lane")
        self.cover = Cover(CoverState.WITHHELD, Kind.WARMING_UP)
        self.follower = Follower()
        self.place: Place | None = None
        self._eyes = eyes
        self._room: Room | None = None
        self._live: Lane | None = None
        self._run_id = ""
        self._sets: tuple[bytes, ...] = ()
        self._config: CodecConfig | None = None
        self._shown_run = ""
        self._wall_offset_us = 0
        self._looked_us = 0
        self._changed(self.cover)

    def entered(self, room: Room) -> None:
        self._room = room
        self._live = None

    def change(self, look: Look) -> None:
        if look.show is not self.look.show and self._live is not None:
            self._live.show(look.show)
        self.look = look
        self._changed(self.cover)  # a viewer who has just come knows nothing yet

    def unit(self, unit: WatchedUnit) -> None:
        if self._live is None or unit.run_id != self._run_id:
            if not unit.key or self._room is None:
                return
            self._open(unit, self._room)
        if self.look.attention is Attention.KEYS:
            if 0 <= unit.wall_us - self._looked_us < _IDLE_US:
                return
            self._looked_us = unit.wall_us
        self._wall_offset_us = unit.wall_us - ticks_to_us(unit.media)
        if self._live is not None:
            self._live.unit(unit.config, unit.media, unit.wall_us, unit.key, unit.payload)

    def wall_of(self, at_us: int) -> int:
        """The wall time of an instant of the run."""
        return self._wall_offset_us + at_us

    def close(self) -> None:
        if self._live is not None:
            self._live.close()
        if self.place is not None:
            self.place.leave()

    def withheld(self, reason: Kind) -> None:
        self._changed(Cover(CoverState.WITHHELD, reason))

    def _open(self, unit: WatchedUnit, room: Room) -> None:
        """A run begins: media time starts anew, and so does everything that follows it."""
        if self._live is not None:
            self._live.close()
        self._run_id = unit.run_id
        self._sets = ()
        self.follower = Follower()
        rate = _IDLE_RATE if self.look.attention is Attention.KEYS else self._eyes._rate
        spec = LaneSpec(self.name, self.key[0], self.recipe, rate, self.look.show)
        self._live = room.live(spec, self._covered, self._changed)

    def _covered(self, unit: CoveredUnit) -> None:
        hub = self._eyes._hub
        if hub is None:
            return
        if unit.parameter_sets != self._sets or self._config is None:
            if not unit.key:
                return
            self._sets = unit.parameter_sets
            self._config = CodecConfig.from_parameter_sets(Codec.H264, unit.parameter_sets)
            self._shown_run = new_id("shown")
        self._changed(unit.cover)
        hub.unit(
            *self.key,
            LiveUnit(
                self._shown_run, self._config, unit.media, unit.wall_us, unit.key, unit.payload
            ),
        )

    def _changed(self, cover: Cover) -> None:
        if cover != self.cover:
            self.cover = cover
            if self.look.show:
                reason = cover.reason.value if cover.reason else None
                state = cover.state.value
                _log.info("cover changed", camera=self.key[0], state=state, reason=reason)
        if self._eyes._hub is not None:
            self._eyes._hub.cover(*self.key, cover)
