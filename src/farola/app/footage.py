"""A video file in a darkroom of its own, with a detector of its own: for the command line."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from farola.app.darkroom import Darkroom, DarkroomSettings
from farola.app.detector import detection
from farola.base import Clock, Error, Kind
from farola.config import Settings
from farola.model import Detection, Sighting
from farola.vision import DetectionService, Follower, Picture

OnSeen = Callable[[Picture, Sequence[Sighting]], None]
"""Hears what the detector saw in a picture: what was detected, without what is merely expected."""

_AHEAD = 4
_HOPELESS = frozenset({Kind.MODEL_MISSING, Kind.MODEL_WRONG})


@dataclass(frozen=True, slots=True)
class Footage:
    """An open file with everything that looks at it."""

    room: Darkroom
    service: DetectionService


@asynccontextmanager
async def open_footage(
    path: Path, settings: Settings, clock: Clock, on_seen: OnSeen
) -> AsyncIterator[Footage]:
    """Opens a file for looking. Raises NOT_FOUND, FILE_REFUSED, and what darkrooms raise."""
    descriptor = _open(path)
    try:
        service = detection(settings, clock)
        lane = _FileLane(service, on_seen)
        vision = settings.vision
        room = Darkroom(
            DarkroomSettings(
                input=service.input,
                memory=vision.memory_mb << 20,
                # A file waits: the detector's process is watched over by its own service.
                answer_us=120_000_000,
                required=vision.sandbox == "required",
                ahead=_AHEAD,
            ),
            lane.detect,
            clock,
            file=descriptor,
        )
        detecting = asyncio.create_task(service.run())
        try:
            async with room:
                yield Footage(room, service)
        finally:
            detecting.cancel()
            with suppress(asyncio.CancelledError):
                await detecting
    finally:
        os.close(descriptor)


class _FileLane:
    """Asks the detector about several pictures at once, and follows what it sees in their order."""

    def __init__(self, service: DetectionService, on_seen: OnSeen) -> None:
        self._service = service
        self._on_seen = on_seen
        self._follower = Follower()
        self._last: asyncio.Event | None = None

    async def detect(self, lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        before, done = self._last, asyncio.Event()
        self._last = done
        try:
            found = await self._service.detect(lane, picture, wait=True)
            if before is not None:
                await before.wait()
            return found if isinstance(found, Kind) else self._followed(picture, found)
        finally:
            done.set()

    def _followed(self, picture: Picture, found: Sequence[Detection]) -> Sequence[Sighting]:
        sightings = self._follower.see(picture, found)
        self._on_seen(picture, sightings[: len(found)])
        return sightings


def check_model(service: DetectionService) -> None:
    """Raises the fault of a detector that cannot ever work as things are."""
    fault = service.load().fault
    if fault is not None and fault.kind in _HOPELESS:
        raise fault


def _open(path: Path) -> int:
    try:
        # Not to be kept waiting by a pipe or a terminal that somebody named like a video.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Error(Kind.NOT_FOUND, f"there is no file {path}") from None
    except OSError as error:
        raise Error(Kind.FILE_REFUSED, f"cannot read {path}: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Error(Kind.FILE_REFUSED, f"{path} is not a file")
    return descriptor
