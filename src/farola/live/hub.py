"""Everybody who watches, and what the recorder sends for them.

A stream that nobody watches costs nothing here: the recorder is asked for a stream's units when its
first viewer comes, and no longer once the last has left for `_LINGER_SECONDS`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.gate import Chunk, CoverChange, Init, StateChange
from farola.live.place import Place
from farola.media import (
    CodecConfig,
    DecodeClock,
    Sample,
    init_segment,
    movie_fragment,
    producer_time,
)
from farola.model import CameraState, Cover, Rendition, StreamKind

MOST_PLACES = 512
_LINGER_SECONDS = 3.0  # a viewer who turns a page keeps the stream
_MOST_GROUP_BYTES = 32 << 20
_MOST_GROUP_UNITS = 1_000
_FIRST_DURATION = 3_600  # ticks of a picture at 25 a second, until two pictures tell better
_MOST_DURATION = 90_000

Watch = Callable[[str, StreamKind, bool], None]


@dataclass(frozen=True, slots=True)
class LiveUnit:
    """One access unit as the recorder took it; `media` is presentation time in ticks of the run."""

    run_id: str
    config: CodecConfig
    media: int
    wall_us: int
    key: bool
    payload: bytes


class Hub:
    """A live source behind the gate. All methods belong to the server's event loop."""

    def __init__(self, watch: Watch, rendition: Rendition) -> None:
        """`rendition` is what the units are that it will be given."""
        self.rendition = rendition
        self._watch = watch
        self._channels: dict[tuple[str, StreamKind], _Channel] = {}
        self._states: dict[str, CameraState] = {}

    @property
    def places(self) -> int:
        """Viewers' places taken at present, over all streams."""
        return sum(len(channel.places) for channel in self._channels.values())

    def watched(self) -> list[tuple[str, StreamKind]]:
        """The streams that somebody watches: a restarted recorder is asked for them again."""
        return list(self._channels)

    def subscribe(self, camera_id: str, stream: StreamKind) -> Place:
        """A place that begins with the newest key frame. Raises UNAVAILABLE when all are taken."""
        if self.places >= MOST_PLACES:
            raise Error(Kind.UNAVAILABLE, "too many live views are open", most=MOST_PLACES)
        key = (camera_id, stream)
        channel = self._channels.get(key)
        if channel is None:
            channel = self._channels[key] = _Channel()
            self._watch(camera_id, stream, True)
        elif channel.closing is not None:
            channel.closing.cancel()
            channel.closing = None
        place = Place(lambda left: self._left(key, left))
        state = self._states.get(camera_id)
        if state is not None:
            place.put(StateChange(state))
        channel.join(place)
        return place

    def unit(self, camera_id: str, stream: StreamKind, unit: LiveUnit) -> None:
        """A watched stream's next unit; units of a stream that nobody watches are let go."""
        channel = self._channels.get((camera_id, stream))
        if channel is not None:
            channel.unit(unit)

    def state(self, state: CameraState) -> None:
        """A camera's state; viewers hear of a change of phase or reason."""
        known = self._states.get(state.camera_id)
        self._states[state.camera_id] = state
        if known is not None and (known.phase, known.reason) == (state.phase, state.reason):
            return
        for (camera_id, _), channel in self._channels.items():
            if camera_id == state.camera_id:
                for place in channel.places:
                    place.put(StateChange(state))

    def cover(self, camera_id: str, stream: StreamKind, cover: Cover) -> None:
        """How much of a stream is covered from now on; its viewers hear of a change."""
        channel = self._channels.get((camera_id, stream))
        if channel is not None and channel.cover != cover:
            channel.cover = cover
            for place in channel.places:
                place.put(CoverChange(cover))

    def close(self) -> None:
        """Ends every viewer's iteration."""
        for channel in list(self._channels.values()):
            for place in list(channel.places):
                place.close()

    def _left(self, key: tuple[str, StreamKind], place: Place) -> None:
        channel = self._channels.get(key)
        if channel is None:
            return
        channel.places.discard(place)
        if not channel.places and channel.closing is None:
            channel.closing = asyncio.get_running_loop().call_later(
                _LINGER_SECONDS, self._close_channel, key
            )

    def _close_channel(self, key: tuple[str, StreamKind]) -> None:
        if self._channels.pop(key, None) is not None:
            self._watch(key[0], key[1], False)


class _Channel:
    """One watched stream: its newest group of pictures, ready-made, and its places."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self.closing: asyncio.TimerHandle | None = None
        self.cover: Cover | None = None
        self._init: Init | None = None
        self._run_id = ""
        self._config: CodecConfig | None = None
        self._clock = DecodeClock()
        self._dts: int | None = None
        self._duration = _FIRST_DURATION
        self._sequence = 0
        self._group: list[Chunk] = []
        self._group_bytes = 0

    def join(self, place: Place) -> None:
        self.places.add(place)
        if self.cover is not None:
            place.put(CoverChange(self.cover))
        if self._init is not None:
            place.put(self._init)
            for number, chunk in enumerate(self._group):
                place.put_chunk(chunk, key=number == 0)

    def unit(self, unit: LiveUnit) -> None:
        if unit.run_id != self._run_id or unit.config != self._config:
            if not unit.key:
                return
            self._begin(unit)
        dts, cts = self._clock.next(unit.media, unit.key)
        if self._dts is not None:
            self._duration = min(max(1, dts - self._dts), _MOST_DURATION)
        self._dts = dts
        self._sequence += 1
        # How long the picture lasts is not known before the next one: as long as the last one did.
        sample = Sample(duration=self._duration, size=len(unit.payload), cts=cts, key=unit.key)
        chunk = Chunk(
            b"".join(
                (
                    producer_time(unit.wall_us, dts),
                    movie_fragment(self._sequence, dts, (sample,)),
                    unit.payload,
                )
            )
        )
        if unit.key:
            self._group = []
            self._group_bytes = 0
        if unit.key or self._group:
            self._group.append(chunk)
            self._group_bytes += len(chunk.data)
            if self._group_bytes > _MOST_GROUP_BYTES or len(self._group) > _MOST_GROUP_UNITS:
                self._group = []  # an endless group: who joins now waits for the next key frame
                self._group_bytes = 0
        for place in self.places:
            place.put_chunk(chunk, unit.key)

    def _begin(self, unit: LiveUnit) -> None:
        """A run or a codec configuration begins: players start anew with it."""
        self._run_id = unit.run_id
        self._config = unit.config
        self._clock = DecodeClock()
        self._dts = None
        self._init = Init(
            mime=f'video/mp4; codecs="{unit.config.rfc6381}"',
            width=unit.config.picture.width,
            height=unit.config.picture.height,
            data=init_segment(unit.config),
        )
        for place in self.places:
            place.put(self._init)
