"""A running detection service and pictures to ask it about."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from farola.base import Error, SystemClock
from farola.model import Detection
from farola.vision import DetectionService, DetectionSettings, ModelFile, Picture, Ring, model_named
from farola.vision.model_store import PACKED
from farola.vision.probe import probe

REAL = (sys.executable, "-m", "farola.app.detector_process")
BAD = Path(__file__).with_name("bad_detector.py")
MODEL = model_named("ssd-mobilenet-v2-oid")


def bad(how: str) -> tuple[str, ...]:
    return sys.executable, str(BAD), how


class World:
    """`faults` is everything that the service told, newest last."""

    def __init__(
        self, command: Sequence[str], path: Path = PACKED, settings: DetectionSettings | None = None
    ) -> None:
        self.faults: list[Error | None] = []
        self._told = asyncio.Event()
        self.service = DetectionService(
            command,
            ModelFile(MODEL, path),
            settings or DetectionSettings(streams=1, timeout_us=1_000_000),
            SystemClock(),
            self._tell,
        )
        self.ring = Ring.create(4, MODEL.input.size)
        for slot in range(4):
            self.ring.view(slot)[:] = probe(MODEL.input).tobytes()

    def _tell(self, fault: Error | None) -> None:
        self.faults.append(fault)
        self._told.set()

    async def told(self) -> Error | None:
        """The next thing that the service tells."""
        count = len(self.faults)
        while len(self.faults) == count:
            self._told.clear()
            await self._told.wait()
        return self.faults[-1]

    def picture(self, slot: int = 0, width: int = 768, height: int = 576) -> Picture:
        return Picture(self.ring, slot, width, height, slot)

    async def ask(self, lane: str = "a", *, wait: bool = True) -> Sequence[Detection] | object:
        return await self.service.detect(lane, self.picture(), wait=wait)


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    task = asyncio.create_task(world.service.run())
    try:
        async with asyncio.timeout(120):
            yield world
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        world.ring.close()
