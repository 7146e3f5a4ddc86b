"""What every camera does now, in memory: filled by the recorders, read by the API."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from farola.base import Clock, Kind
from farola.live import Hub, LiveUnit
from farola.model import Alarm, Attention, Camera, CameraState, Phase, StreamKind
from farola.recorder import StreamKey, WatchedUnit


class Listener(Protocol):
    """Wants streams' units as they come; `attention` is how much of which."""

    def unit(self, key: StreamKey, unit: WatchedUnit) -> None: ...
    def attention(self) -> Mapping[StreamKey, Attention]: ...


class Originals:
    """The hub of the original rendition as a listener."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def unit(self, key: StreamKey, unit: WatchedUnit) -> None:
        self._hub.unit(
            *key,
            LiveUnit(unit.run_id, unit.config, unit.media, unit.wall_us, unit.key, unit.payload),
        )

    def attention(self) -> Mapping[StreamKey, Attention]:
        return dict.fromkeys(self._hub.watched(), Attention.ALL)


def more(one: Attention, other: Attention) -> Attention:
    """The greater of the two."""
    return max(one, other, key=list(Attention).index)


class StateBoard:
    """The recorders' audience and the API's states. Belongs to the server's event loop.

    A camera's state is that of its main stream.
    """

    def __init__(self, clock: Clock, alarms: Callable[[], list[Alarm]]) -> None:
        self._clock = clock
        self._alarms = alarms
        self._states: dict[str, CameraState] = {}
        self._hubs: tuple[Hub, ...] = ()
        self._listeners: tuple[Listener, ...] = ()

    def attach(self, hubs: Sequence[Hub], listeners: Sequence[Listener]) -> None:
        """The hubs hear of states, and the listeners of units, from now on."""
        self._hubs = tuple(hubs)
        self._listeners = tuple(listeners)

    def cameras(self, cameras: Sequence[Camera]) -> None:
        """The cameras as they are configured now; a camera that records keeps its state."""
        states = {}
        for camera in cameras:
            known = self._states.get(camera.id)
            if known is None or camera.enabled is (known.phase is Phase.OFF):
                known = self._without_recorder(camera)
            states[camera.id] = known
        self._states = states
        for hub in self._hubs:
            for state in states.values():
                hub.state(state)

    def state(self, stream: StreamKind, state: CameraState) -> None:
        known = self._states.get(state.camera_id)
        if stream is not StreamKind.MAIN or known is None or known.phase is Phase.OFF:
            return
        self._states[state.camera_id] = state
        for hub in self._hubs:
            hub.state(state)

    def unit(self, key: StreamKey, unit: WatchedUnit) -> None:
        for listener in self._listeners:
            listener.unit(key, unit)

    def watched(self) -> Mapping[StreamKey, Attention]:
        wanted: dict[StreamKey, Attention] = {}
        for listener in self._listeners:
            for key, attention in listener.attention().items():
                wanted[key] = more(attention, wanted.get(key, Attention.NONE))
        return wanted

    def all(self) -> list[CameraState]:
        return list(self._states.values())

    def of(self, camera_id: str) -> CameraState | None:
        return self._states.get(camera_id)

    def alarms(self) -> list[Alarm]:
        return self._alarms()

    def _without_recorder(self, camera: Camera) -> CameraState:
        return CameraState(
            camera_id=camera.id,
            phase=Phase.CONNECTING if camera.enabled else Phase.OFF,
            reason=None if camera.enabled else Kind.CAMERA_DISABLED,
            detail="",
            since_us=self._clock.wall_us(),
            frames=0,
            bytes=0,
            lost=0,
            gaps=0,
            reconnects=0,
            dropped=0,
            lag_us=None,
            camera_offset_us=None,
            width=0,
            height=0,
            codec="",
        )
