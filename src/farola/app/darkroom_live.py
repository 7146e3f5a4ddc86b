"""A live lane of a darkroom: one camera's stream, through every life of the process."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from farola.app.darkroom_child import Child
from farola.app.darkroom_claims import Claims, kind, violation
from farola.app.darkroom_job import Lane, Room
from farola.base import Backoff, Kind
from farola.media import CodecConfig
from farola.model import Cover, CoveredUnit, CoverState, LaneSpec
from farola.vision import wire

MOST_UNSENT = 16 << 20
_SILENT_US = 4_000_000
_MOST_WALLS = 2_048


class LiveRoom(Room, Protocol):
    def leave(self, lane: "LiveLane") -> None: ...


class LiveLane:
    """One camera's stream. All methods return at once."""

    def __init__(
        self,
        room: LiveRoom,
        spec: LaneSpec,
        on_unit: Callable[[CoveredUnit], None],
        on_state: Callable[[Cover], None],
    ) -> None:
        self._room = room
        self._spec = spec
        self._show = spec.show
        self._on_unit = on_unit
        self._on_state = on_state
        self._inner: _LiveInner | None = None
        self._cover: Cover | None = None
        self._not_before_us = 0
        self._backoff = Backoff(first_us=500_000, most_us=15_000_000)

    def unit(
        self, config: CodecConfig, media: int, wall_us: int, key: bool, payload: bytes
    ) -> None:
        """One access unit as recorded, in decoding order; `media` is its presentation time."""
        child = self._room.child
        if child is None:
            return
        inner = self._inner
        if inner is None:
            if not key or self._room.clock.monotonic_us() < self._not_before_us:
                return
            inner = self._inner = _LiveInner(self, self._room, child, self._spec, self._show)
        inner.unit(config, media, wall_us, key, payload)

    def show(self, wanted: bool) -> None:
        """Covered pictures are wanted, or only what is seen in them."""
        self._show = wanted
        if self._inner is not None:
            self._inner.show(wanted)

    def close(self) -> None:
        """Nothing is told any more."""
        self._room.leave(self)
        self._end()

    def mind(self, now_us: int) -> None:
        if self._inner is not None and self._inner.silent(now_us):
            self.state(Cover(CoverState.WITHHELD, Kind.DECODER_FAILED))

    def failed(self, reason: Kind) -> None:
        """The lane has ended inside; another begins with a later key frame."""
        self._end()
        self._not_before_us = self._room.clock.monotonic_us() + self._backoff.next_us()
        self.state(Cover(CoverState.WITHHELD, reason))

    def covered(self, unit: CoveredUnit) -> None:
        self.state(unit.cover)
        self._on_unit(unit)

    def state(self, cover: Cover) -> None:
        if cover != self._cover:
            self._cover = cover
            self._on_state(cover)

    def _end(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            self._room.forget(inner)


class _LiveInner(Lane):
    """A live lane during one life of the process."""

    def __init__(
        self, lane: LiveLane, room: LiveRoom, child: Child, spec: LaneSpec, show: bool
    ) -> None:
        super().__init__(room, room.next_number(), child, spec.key, None)
        self._lane = lane
        self._shows = show
        self._claims = Claims(stills=False)
        self._config: CodecConfig | None = None
        self._walls: dict[int, int] = {}
        self._skips = False
        self._heard_us: int | None = None
        room.remember(self)
        recipe = asdict(spec.recipe)
        self.send(
            wire.Type.OPEN, {"what": "live", "recipe": recipe, "rate": spec.rate, "show": show}
        )

    def unit(
        self, config: CodecConfig, media: int, wall_us: int, key: bool, payload: bytes
    ) -> None:
        if self.child.unsent > MOST_UNSENT and not self._skips:
            self._skips = True
            self.send(wire.Type.BROKEN, {"reason": Kind.OVERLOADED})
        if self._skips and not (key and self.child.unsent < MOST_UNSENT):
            return
        self._skips = False
        if config != self._config:
            self._config = config
            sets = config.parameter_sets
            head = {"codec": config.codec, "sets": [len(each) for each in sets]}
            self.send(wire.Type.CONFIG, head, b"".join(sets))
        self._walls[media] = wall_us
        if len(self._walls) > _MOST_WALLS:
            del self._walls[next(iter(self._walls))]
        if self._heard_us is None:
            self._heard_us = self._room.clock.monotonic_us()
        if self._shows:
            self._claims.gave(payload)
        self.send(wire.Type.UNIT, {"media": media, "key": key}, payload)

    def show(self, wanted: bool) -> None:
        if wanted != self._shows:
            self._shows = wanted
            self._heard_us = None
            self.send(wire.Type.SHOW, {"on": wanted})

    def silent(self, now_us: int) -> bool:
        """Whether it should have given pictures and did not."""
        return self._shows and self._heard_us is not None and now_us - self._heard_us > _SILENT_US

    def hear(self, kind_: wire.Type, head: dict[str, Any], payload: bytes) -> None:
        match kind_:
            case wire.Type.COVERED:
                if not self._shows:
                    return  # on its way when the last viewer left
                unit = self._claims.unit(head, payload)
                wall_us = self._walls.get(unit.media)
                if wall_us is None:
                    raise violation("a picture that it was not given")
                self._heard_us = None
                self._lane.covered(
                    CoveredUnit(
                        unit.parameter_sets, unit.width, unit.height, unit.media, wall_us,
                        unit.key, unit.payload, unit.cover, unit.mask,
                    )
                )  # fmt: skip
            case wire.Type.FAILED:
                self._lane.failed(kind(head))
            case wire.Type.DONE:
                pass
            case _:
                raise violation("its type")

    def answered(self) -> None:
        if not self._shows:
            self._lane.state(Cover(CoverState.COVERED))

    def died(self) -> None:
        self._lane.failed(Kind.DECODER_FAILED)
