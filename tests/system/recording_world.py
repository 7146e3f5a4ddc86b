"""A recorder in this process, as `farola record` builds it, for tests to look into."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from farola.app.parts import Parts, open_parts, recorder_settings
from farola.app.reach import Reach, limits_of
from farola.app.record import plans_for, settings_for
from farola.app.sources import parse_url
from farola.base import SystemClock
from farola.config import Settings
from farola.model import CameraState, Span, StreamKind
from farola.playback import Playback
from farola.recorder import Recorder
from farola.rtsp import Reader

EVER = Span(0, 4_000_000_000_000_000)
MAIN = StreamKind.MAIN


class World:
    """The recorder, its parts on disk, and the cameras in the order of their URLs."""

    def __init__(self, parts: Parts, recorder: Recorder, camera_ids: list[str]) -> None:
        self.parts = parts
        self.recorder = recorder
        self.camera_ids = camera_ids
        self._ended = False

    async def end(self) -> None:
        """Stops recording: from now on files and rows are complete."""
        if not self._ended:
            self._ended = True
            await self.recorder.__aexit__(None, None, None)

    def state(self, number: int = 0) -> CameraState:
        states = {state.camera_id: state for _, state in self.recorder.states()}
        return states[self.camera_ids[number]]

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Waits for the condition; the time only bounds a failing test."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.05)

    def playback(self) -> Playback:
        parts = self.parts
        return Playback(parts.catalog.recordings, parts.keystore, parts.root, parts.clock)

    def clip(self, path: Path, number: int = 0, span: Span = EVER) -> Path:
        """The camera's recording as one MP4."""
        footage = self.playback().clip(self.camera_ids[number], MAIN, span)
        path.write_bytes(b"".join(footage.chunks))
        return path


def with_recorder(data: Path, **recorder: int) -> Settings:
    settings = settings_for(data)
    changed = settings.recorder.model_copy(update=recorder)
    return settings.model_copy(update={"recorder": changed})


@asynccontextmanager
async def recording(settings: Settings, *urls: str) -> AsyncIterator[World]:
    """Records while the block runs, or until `World.end` in it."""
    clock = SystemClock()
    with open_parts(settings, clock, create=True) as parts:
        plans = await asyncio.to_thread(plans_for, parts, [parse_url(url) for url in urls])
        recorder = Recorder(
            recorder_settings(settings, parts.root),
            parts.keystore,
            parts.catalog,
            Reach(settings.network).plan,
            clock,
            limits_of(settings.recorder),
            Reader(interval_us=settings.recorder.read_interval_ms * 1_000),
        )
        world = World(parts, recorder, [plan.camera_id for plan in plans])
        await recorder.__aenter__()
        try:
            await recorder.apply(plans)
            yield world
        finally:
            await world.end()
