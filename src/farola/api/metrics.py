"""Prometheus metrics, read from the states when a collector asks; nothing is counted twice."""

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import (
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from farola.api.fields import problem_of
from farola.api.guard import session_of
from farola.api.reach import Reach, Told, off_loop, require
from farola.api.services import States, Vision
from farola.api.vision_metrics import VisionCollector
from farola.base import Error, Kind
from farola.model import Act, CameraState, Phase

router = APIRouter(tags=["metrics"])

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"

# Name (a counter's `_total` is added), help, and where a state holds the value.
CAMERA_COUNTERS: tuple[tuple[str, str, Callable[[CameraState], int]], ...] = (
    ("farola_camera_frames", "Pictures recorded", lambda state: state.frames),
    ("farola_camera_bytes", "Bytes of video recorded", lambda state: state.bytes),
    ("farola_camera_gaps", "Gaps begun", lambda state: state.gaps),
    ("farola_camera_reconnects", "Times the camera was reached again", lambda s: s.reconnects),
    ("farola_camera_lost_packets", "RTP packets that never came", lambda state: state.lost),
    (
        "farola_camera_dropped_fragments",
        "Fragments that a full queue refused",
        lambda state: state.dropped,
    ),
)
CAMERA_GAUGES: tuple[tuple[str, str], ...] = (
    ("farola_camera_lag_seconds", "How far the newest fragment on disk lies behind now"),
    ("farola_camera_clock_offset_seconds", "The camera's clock minus this machine's"),
    ("farola_camera_up", "1 for the phase that the camera is in, 0 for every other"),
)
ALARM = ("farola_alarm", "1 while this alarm of the recorder lasts")


class StatesCollector(Collector):
    """Turns the states into metric families, labelled by the camera's id alone."""

    def __init__(self, states: States) -> None:
        self._states = states

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        states = self._states.all()
        for name, text, value in CAMERA_COUNTERS:
            counter = CounterMetricFamily(name, text, labels=("camera",))
            for state in states:
                counter.add_metric((state.camera_id,), value(state))
            yield counter
        yield from _gauges(states)
        alarm = GaugeMetricFamily(*ALARM, labels=("kind",))
        for kind in sorted({one.kind.value for one in self._states.alarms()}):
            alarm.add_metric((kind,), 1)
        yield alarm


def _gauges(states: Sequence[CameraState]) -> Iterator[Metric]:
    lag = GaugeMetricFamily(*CAMERA_GAUGES[0], labels=("camera",))
    offset = GaugeMetricFamily(*CAMERA_GAUGES[1], labels=("camera",))
    phases = GaugeMetricFamily(*CAMERA_GAUGES[2], labels=("camera", "phase"))
    for state in states:
        if state.lag_us is not None:
            lag.add_metric((state.camera_id,), state.lag_us / 1e6)
        if state.camera_offset_us is not None:
            offset.add_metric((state.camera_id,), state.camera_offset_us / 1e6)
        for phase in Phase:
            phases.add_metric((state.camera_id, phase.value), int(state.phase is phase))
    yield lag
    yield offset
    yield phases


def registry_of(states: States, vision: Vision) -> CollectorRegistry:
    """A registry of one app: its cameras, what looks at them, its process; nothing global."""
    registry = CollectorRegistry()
    registry.register(StatesCollector(states))
    registry.register(VisionCollector(vision))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


_bearer = HTTPBearer(
    scheme_name="metrics_token", description="The configured token", auto_error=False
)


@router.get("/metrics", response_class=PlainTextResponse, responses=problem_of(401, 403))
async def get_metrics(
    request: Request,
    services: Reach,
    settings: Told,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> PlainTextResponse:
    """Prometheus' text format; for a signed-in session or the configured token."""
    token = settings.metrics_token
    may = given is not None and token is not None and _same(given.credentials, token)
    if not may:
        signed_in = session_of(request)
        if signed_in is None:
            raise Error(Kind.UNAUTHENTICATED, "sign in, or send the metrics token")
        require(signed_in, Act.CONFIGURE, Act.AUDIT)
    text = await off_loop(generate_latest, request.app.state.registry)
    return PlainTextResponse(text, media_type=TEXT_FORMAT)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
