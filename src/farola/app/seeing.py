"""Everything between recorders and viewers: detector, darkrooms, eyes, and what they notice.

Recording does not depend on any of it. Whatever here fails shows less, never more.
"""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

from farola.app.darkroom import Darkroom, DarkroomSettings
from farola.app.detector import detection
from farola.app.eyes import Eyes
from farola.app.noticing import Noticing
from farola.app.parts import Parts
from farola.app.recipes import recipe_of
from farola.app.recorded_jobs import RecordedJobs
from farola.app.rooms import Rooms
from farola.app.vision_board import VisionBoard
from farola.base import Error, Kind, get_logger
from farola.live import Hub
from farola.model import Alarm, Attention, Recipe, Rendition
from farola.playback import RedactedPlayback
from farola.playback.look import RecordedLook
from farola.recorder import StreamKey, cores
from farola.vision.sandbox import landlock_abi

_MOST_ROOMS = 32
_MOST_JOB_ROOMS = 2
_MEBIBYTE = 1 << 20
_AHEAD = 3  # of one lane: a picture with the detector, one waiting, and one that takes its place
_AGAIN_SECONDS = 5.0
_log = get_logger("vision")


class Seeing:
    """Belongs to the server's event loop. `ask` tells the recorders how much of a stream to send.

    Raises SANDBOX_UNAVAILABLE where darkrooms cannot be locked and must be, and NOT_FOUND or
    MODEL_MISSING when the chosen model is not known.
    """

    def __init__(self, parts: Parts, ask: Callable[[StreamKey, Attention], None]) -> None:
        settings, clock = parts.settings, parts.clock
        vision = settings.vision
        required = vision.sandbox == "required"
        if required and landlock_abi() == 0:
            raise Error(
                Kind.SANDBOX_UNAVAILABLE,
                "this kernel has no Landlock, so what decodes strangers' video cannot be locked "
                'in: use a newer kernel, or set [vision] sandbox = "best_effort"',
            )
        self._parts = parts
        self._faults: dict[str, Alarm] = {}
        self._zone = ZoneInfo(settings.site.zone or "UTC")
        self.detection = detection(settings, clock, self._fault_of("detector"))
        room = DarkroomSettings(
            input=self.detection.input,
            memory=vision.memory_mb * _MEBIBYTE,
            late_us=vision.late_ms * 1_000,
            required=required,
            ahead=_AHEAD,
        )
        self.noticing = Noticing(parts.catalog, self._zone, self._look_again)
        self.eyes = Eyes(
            lambda failed: Rooms(
                lambda: Darkroom(room, self.eyes.detect, clock), _MOST_ROOMS, failed
            ),
            self.detection,
            self.noticing,
            self.recipe_of,
            ask,
            clock,
            rate=vision.detections_per_second,
            idle=vision.idle == "key_frames",
        )
        self.jobs = RecordedJobs(
            lambda: Darkroom(room, self.eyes.detect, clock),
            min(cores(), _MOST_JOB_ROOMS),
            self.detection,
            RecordedLook(
                parts.catalog.recordings,
                parts.keystore,
                parts.root,
                rate=vision.detections_per_second,
            ),
            self._fault_of("jobs"),
        )
        self.hub = Hub(self.eyes.show, Rendition.REDACTED)
        self.eyes.attach(self.hub)
        self.playback = RedactedPlayback(
            parts.catalog.recordings,
            parts.keystore,
            parts.root,
            clock,
            self.jobs,
            self.recipe_of,
            lambda: self.detection.sha256,
            rate=vision.detections_per_second,
            masks=settings.storage.data / "masks" if settings.redaction.keep_masks else None,
        )
        self.board = VisionBoard(self.eyes, self.detection)

    @property
    def zone(self) -> ZoneInfo:
        """The town's clocks."""
        return self._zone

    def _look_again(self) -> None:
        """Zones or rules changed. The eyes are made after what tells them so."""
        self.eyes.look()

    def recipe_of(self, camera_id: str) -> Recipe:
        """How a camera's pictures are covered now."""
        return recipe_of(self._parts.settings, self.noticing.private(camera_id))

    def alarms(self) -> list[Alarm]:
        """What keeps pictures from being looked at or shown."""
        return [*self._faults.values(), *self.eyes.alarms()]

    async def run(self) -> None:
        """Looks until cancelled, and begins anew whatever ends it: recording goes on meanwhile."""
        while True:
            try:
                await self._run_once()
            except Exception:  # noqa: BLE001 - the supervisor's
                _log.exception("nothing is looked at for a moment")
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _run_once(self) -> None:
        """Zones and rules are read first: before that nothing is shown."""
        await self.noticing.load()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.detection.run())
                group.create_task(self.noticing.run())
                group.create_task(self.jobs.run())
                self.eyes.run(group)
        finally:
            self.eyes.rest()

    def _fault_of(self, name: str) -> Callable[[Error | None], None]:
        def tell(fault: Error | None) -> None:
            if fault is None or fault.kind is Kind.WARMING_UP:
                self._faults.pop(name, None)
            elif name not in self._faults or self._faults[name].kind is not fault.kind:
                now_us = self._parts.clock.wall_us()
                self._faults[name] = Alarm(fault.kind, fault.message, now_us)

        return tell
