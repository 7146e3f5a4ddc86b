"""`farola record`: the recorder alone, for a first look at a camera and for measuring."""

import asyncio
import resource
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from farola.app.parts import Parts, only_recorder, open_parts, recorder_settings
from farola.app.plans import Plans
from farola.app.reach import Reach, limits_of
from farola.app.sources import Source
from farola.base import Clock, Kind
from farola.config import Settings
from farola.model import CameraDraft, Papers, Span, StreamKind
from farola.recorder import Recorder, StreamPlan
from farola.rtsp import Reader


@dataclass(frozen=True, slots=True)
class RecordedCamera:
    """What one camera brought; `lost` counts packets, `bytes` what stands on the disk."""

    url: str
    frames: int
    lost: int
    bytes: int
    gaps: int


@dataclass(frozen=True, slots=True)
class RecordReport:
    cameras: list[RecordedCamera]
    cpu_seconds: float
    wall_seconds: float
    max_rss_bytes: int


async def record(
    sources: Sequence[Source],
    settings: Settings,
    seconds: int | None,
    stop: asyncio.Event,
    clock: Clock,
) -> RecordReport:
    """Records the sources into the settings' data directory until `seconds` or `stop`."""
    started_us = clock.monotonic_us()
    with only_recorder(settings), open_parts(settings, clock, create=True) as parts:
        plans = await asyncio.to_thread(plans_for, parts, sources)
        recorder = Recorder(
            recorder_settings(settings, parts.root),
            parts.keystore,
            parts.catalog,
            Reach(settings.network).plan,
            clock,
            limits_of(settings.recorder),
            Reader(interval_us=settings.recorder.read_interval_ms * 1_000),
        )
        first_us = clock.wall_us()
        async with recorder:
            await recorder.apply(plans)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await stop.wait()
        states = {state.camera_id: state for _, state in recorder.states()}
        cameras = []
        for source, plan in zip(sources, plans, strict=True):
            state = states[plan.camera_id]
            gaps = parts.catalog.recordings.gaps(
                plan.camera_id, StreamKind.MAIN, Span(first_us, clock.wall_us())
            )
            missed = [gap for gap in gaps if gap.reason is not Kind.RECORDER_STOPPED]
            cameras.append(
                RecordedCamera(source.shown, state.frames, state.lost, state.bytes, len(missed))
            )
    used = resource.getrusage(resource.RUSAGE_SELF)
    return RecordReport(
        cameras=cameras,
        cpu_seconds=round(used.ru_utime + used.ru_stime, 3),
        wall_seconds=round((clock.monotonic_us() - started_us) / 1e6, 3),
        max_rss_bytes=used.ru_maxrss * 1024,
    )


def plans_for(parts: Parts, sources: Sequence[Source]) -> list[StreamPlan]:
    """Catalogue rows for the sources, found again by address when recorded before."""
    known = {camera.main: camera for camera in parts.catalog.cameras.list()}
    ids = []
    for source in sources:
        camera = known.get(source.address)
        if camera is None:
            camera = parts.catalog.cameras.add(_camera_of(source))
            known[source.address] = camera
        ids.append(camera.id)
    prepared = {
        plan.camera_id: plan
        for plan in Plans(parts.catalog, parts.keystore, parts.root, parts.clock).prepare(None)
    }
    return [
        StreamPlan(
            camera_id=camera_id,
            stream=StreamKind.MAIN,
            address=source.address,
            username=source.login.username if source.login else None,
            password=source.login.password if source.login else None,
            covered_until_us=prepared[camera_id].covered_until_us,
            open_gap=prepared[camera_id].open_gap,
        )
        for camera_id, source in zip(ids, sources, strict=True)
    ]


def _camera_of(source: Source) -> CameraDraft:
    """Whoever starts the recorder by hand answers for it: the papers say so."""
    return CameraDraft(
        name=source.shown,
        place=source.address.host,
        main=source.address,
        sub=None,
        papers=Papers("farola record", "farola record", "farola record"),
        enabled=True,
    )


def settings_for(data: Path) -> Settings:
    """Settings for recording by hand into `data`, with the keys beside it."""
    data = data.absolute()
    return Settings.parse(
        {
            "storage": {"data": data, "keys": data.with_name(data.name + ".keys")},
            "network": {"camera_networks": ["0.0.0.0/0", "::/0"], "allow_loopback": True},
        }
    )
