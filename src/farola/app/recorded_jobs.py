"""Recorded video in darkrooms of its own: covered for viewers, looked at for rules that are tried.

Viewers ask in threads, darkrooms live on the server's event loop; `cover` carries pictures from one
to the other.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from typing import Protocol

from farola.app.darkroom import Darkroom
from farola.base import Error, Kind, new_id
from farola.media import ticks_to_us, us_to_ticks
from farola.model import CoveredUnit, CoverJob, Detection, Sighting, Span, StreamKind
from farola.playback.look import Look, RecordedLook
from farola.vision import Follower, Picture

_AGAIN_SECONDS = 5.0


class WaitingDetector(Protocol):
    async def detect(
        self, lane: str, picture: Picture, *, wait: bool = False
    ) -> Sequence[Detection] | Kind: ...
    def forget(self, lane: str) -> None: ...


class RecordedJobs:
    """`rooms` darkrooms that share the jobs, each job in the one with the fewest.

    The coverer of playback and the API's sightings over recordings.
    """

    def __init__(
        self,
        open_room: Callable[[], Darkroom],
        rooms: int,
        detector: WaitingDetector,
        look: RecordedLook,
        failed: Callable[[Error | None], None],
    ) -> None:
        self._open_room = open_room
        self._wanted = rooms
        self._detector = detector
        self._look = look
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._rooms: dict[Darkroom, int] = {}

    async def run(self) -> None:
        """Opens the darkrooms, again where that fails, and keeps them until cancelled."""
        async with AsyncExitStack() as stack:
            while len(self._rooms) < self._wanted:
                try:
                    room = await stack.enter_async_context(self._open_room())
                except Error as error:
                    self._failed(error)
                    await asyncio.sleep(_AGAIN_SECONDS)
                else:
                    self._failed(None)
                    self._rooms[room] = 0
            try:
                await asyncio.Event().wait()
            finally:
                self._rooms.clear()

    def cover(self, job: CoverJob) -> Iterator[CoveredUnit]:
        """Blocks, so call it in a thread; closing the iterator gives the job up."""
        pictures = self._covered(job)

        async def following() -> CoveredUnit | None:
            return await anext(pictures, None)

        asking = None
        try:
            while True:
                asking = asyncio.run_coroutine_threadsafe(following(), self._loop)
                unit = asking.result()
                if unit is None:
                    return
                yield unit
        finally:
            if asking is not None:
                asking.cancel()
            with suppress(RuntimeError):  # the loop has ended, and the darkrooms with it
                asyncio.run_coroutine_threadsafe(pictures.aclose(), self._loop)

    async def over(
        self, camera_id: str, span: Span
    ) -> AsyncGenerator[tuple[int, Sequence[Sighting]], None]:
        """Wall time and tracked sightings of picture after picture of the main stream."""
        async with aclosing(self.in_runs(camera_id, span)) as looked:
            async for _, wall_us, sightings in looked:
                yield wall_us, sightings

    async def in_runs(
        self, camera_id: str, span: Span
    ) -> AsyncGenerator[tuple[str, int, Sequence[Sighting]], None]:
        """The same with the run that each picture is of."""
        jobs = self._look.jobs(camera_id, StreamKind.MAIN, span)
        follower = Follower()
        name = new_id("try")
        try:
            while (look := await asyncio.to_thread(next, jobs, None)) is not None:
                if not look.joined:
                    follower = Follower()
                async with aclosing(self._seen(look, follower, name)) as seen:
                    async for wall_us, sightings in seen:
                        if span.start_us <= wall_us < span.end_us:
                            yield look.run_id, wall_us, sightings
        finally:
            self._detector.forget(name)

    async def _seen(
        self, look: Look, follower: Follower, name: str
    ) -> AsyncGenerator[tuple[int, Sequence[Sighting]], None]:
        job, wall_of, joined, _ = look
        found: asyncio.Queue[tuple[int, Sequence[Sighting]] | None] = asyncio.Queue()
        lead = {ticks_to_us(unit.media) for unit in job.units[: job.lead]}
        fault: Kind | None = None

        async def detect(_: str, picture: Picture) -> Sequence[Sighting] | Kind:
            nonlocal fault
            if joined and picture.at_us in lead:
                return ()  # the job before has shown it to the follower, for whom time goes on
            seen = await self._detector.detect(name, picture, wait=True)
            if isinstance(seen, Kind):
                fault = seen
                return seen
            sightings = follower.see(picture, seen)
            if picture.at_us not in lead:
                found.put_nowait((wall_of(us_to_ticks(picture.at_us)), sightings))
            return sightings

        async def work() -> None:
            try:
                async with self._room() as room, aclosing(room.cover(job, detect)) as units:
                    async for _ in units:
                        pass
            finally:
                found.put_nowait(None)

        working = asyncio.create_task(work())
        try:
            while (item := await found.get()) is not None:
                yield item
            await working
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError, Error):
                await working
        if fault is not None:
            raise Error(fault, "pictures could not be looked at")

    async def _covered(self, job: CoverJob) -> AsyncGenerator[CoveredUnit, None]:
        follower = Follower()
        name = new_id("job")

        async def detect(_: str, picture: Picture) -> Sequence[Sighting] | Kind:
            found = await self._detector.detect(name, picture, wait=True)
            return found if isinstance(found, Kind) else follower.see(picture, found)

        try:
            async with self._room() as room, aclosing(room.cover(job, detect)) as units:
                async for unit in units:
                    yield unit
        finally:
            self._detector.forget(name)

    def _room(self) -> "_Borrowed":
        if not self._rooms:
            raise Error(Kind.DECODER_FAILED, "there is no darkroom at present")
        return _Borrowed(self._rooms, min(self._rooms, key=lambda room: self._rooms[room]))


class _Borrowed:
    """One more job in a room while the block lasts."""

    def __init__(self, rooms: dict[Darkroom, int], room: Darkroom) -> None:
        self._rooms = rooms
        self._room = room

    async def __aenter__(self) -> Darkroom:
        self._rooms[self._room] += 1
        return self._room

    async def __aexit__(self, *_: object) -> None:
        if self._room in self._rooms:
            self._rooms[self._room] -= 1
