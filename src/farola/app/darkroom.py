"""Darkrooms as the server uses them: units go in, covered pictures come out, and nothing else.

The process behind it may die at any moment; then the lanes say so, the process is started again,
and live lanes go on at the next key frame. Whatever fails, no picture takes another way.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from farola.app.darkroom_child import Child
from farola.app.darkroom_claims import number, text, violation
from farola.app.darkroom_job import (
    MOST_JOB_BYTES,
    Detect,
    JobLane,
    Lane,
    head_of,
    payload_of,
)
from farola.app.darkroom_live import MOST_UNSENT, LiveLane
from farola.base import Backoff, Clock, Error, Kind, get_logger
from farola.model import (
    Cover,
    CoveredUnit,
    CoverJob,
    LaneSpec,
    Recipe,
)
from farola.vision import wire
from farola.vision.containers import FileFacts
from farola.vision.frames import InputSpec, Picture, Ring

__all__ = ["Darkroom", "DarkroomSettings", "Detect", "FileFacts", "LiveLane"]

_log = get_logger("vision")
_MOST_JOBS = 4
_READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class DarkroomSettings:
    """`memory` is bytes for the process, `late_us` when a live picture is covered unseen.

    `answer_us` is how long a detector may take at most, `ahead` how many pictures of one lane it
    is asked about at once. `required`: without all locks there is no darkroom.
    """

    input: InputSpec
    memory: int = 1 << 30
    late_us: int = 700_000
    answer_us: int = 10_000_000
    required: bool = True
    slots: int = 32
    ahead: int = 1


class Darkroom:
    """One locked-in process and its lanes. Belongs to one event loop; use it as a context.

    Entering raises SANDBOX_UNAVAILABLE or DECODER_FAILED when the process cannot begin. Later
    failures go to `on_failure` and the process is started again, unless it was made for a `file`.
    """

    def __init__(
        self,
        settings: DarkroomSettings,
        detect: Detect,
        clock: Clock,
        on_failure: Callable[[Error], None] = lambda _: None,
        *,
        file: int | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.detect = detect
        self.answer_us = settings.answer_us
        self.ahead = settings.ahead
        self._on_failure = on_failure
        self._file = file
        self._ring = Ring.create(settings.slots, settings.input.size)
        self._child: Child | None = None
        self._lanes: dict[int, Lane] = {}
        self._live: set[LiveLane] = set()
        self._number = 0
        self._jobs = asyncio.Semaphore(_MOST_JOBS)
        self._up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._backoff = Backoff(first_us=500_000, most_us=30_000_000)

    @property
    def pid(self) -> int | None:
        """The process that runs at present."""
        return None if self._child is None else self._child.pid

    @property
    def ring(self) -> Ring:
        """The small pictures; a detector process gets its descriptor."""
        return self._ring

    async def __aenter__(self) -> Self:
        child = self._new_child()
        try:
            await child.start()
        except BaseException:
            await child.end()
            self._ring.close()
            raise
        self._begin(child)
        self._task = asyncio.create_task(self._run(child))
        return self

    async def __aexit__(
        self,
        kind_: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ring.close()

    def live(
        self,
        spec: LaneSpec,
        on_unit: Callable[[CoveredUnit], None],
        on_state: Callable[[Cover], None],
    ) -> LiveLane:
        """A lane for one camera's stream; it begins with the first key frame that it is given.

        `on_state` is told whenever the state changes, also when that comes with a unit.
        """
        lane = LiveLane(self, spec, on_unit, on_state)
        self._live.add(lane)
        return lane

    async def cover(
        self, job: CoverJob, detect: Detect | None = None
    ) -> AsyncGenerator[CoveredUnit, None]:
        """The job's covered pictures, in order, as they are made.

        `detect` looks at its samples instead of the darkroom's own. Raises DECODER_FAILED when the
        process ends meanwhile or nothing comes, TOO_LARGE, CODEC_UNSUPPORTED, PICTURE_TOO_LARGE.
        """
        size = sum(len(unit.payload) for unit in job.units)
        if size > MOST_JOB_BYTES:
            raise Error(Kind.TOO_LARGE, "a span to be covered holds too much video", bytes=size)
        async with self._jobs:
            lane = await self._open(
                head_of(job), payload_of(job), detect, stills=job.still, most=len(job.units)
            )
            try:
                for unit in job.units:
                    lane.gave(unit.payload)
                    lane.send(wire.Type.UNIT, {"media": unit.media}, unit.payload)
                    if lane.child.unsent > MOST_UNSENT:
                        await lane.child.drain()
                lane.send(wire.Type.END, {})
                media = {
                    unit.media
                    for unit in job.units[job.lead :]
                    if (job.since is None or unit.media >= job.since)
                    and (job.until is None or unit.media <= job.until)
                }
                async for covered in lane.units():
                    if covered.media not in media:
                        lane.child.kill()
                        raise violation("a picture that was not asked for")
                    yield covered
            finally:
                self.forget(lane)

    async def cover_file(
        self,
        recipe: Recipe,
        rate: float,
        on_facts: Callable[[FileFacts], None],
        *,
        show: bool = True,
        keep: bool = False,
    ) -> AsyncGenerator[CoveredUnit, None]:
        """The covered pictures of the file that the darkroom was made with.

        `rate` 0 has every picture looked at; without `show` nothing else is done. With `keep` each
        unit brings its mask. Raises as `cover` does, and FILE_REFUSED, NO_VIDEO.
        """
        head = {"what": "file", "recipe": asdict(recipe), "rate": rate, "keep": keep, "show": show}
        lane = await self._open(head, b"", None, stills=False, most=None)
        lane.on_facts = on_facts
        try:
            async for unit in lane.units():
                yield unit
        finally:
            self.forget(lane)

    async def _open(
        self,
        head: dict[str, Any],
        payload: bytes,
        detect: Detect | None,
        *,
        stills: bool,
        most: int | None,
    ) -> JobLane:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await self._up.wait()
        except TimeoutError:
            raise Error(Kind.DECODER_FAILED, "there is no darkroom at present") from None
        assert self._child is not None
        lane = JobLane(self, self.next_number(), self._child, detect, stills=stills, most=most)
        self._lanes[lane.number] = lane
        lane.send(wire.Type.OPEN, head, payload)
        return lane

    def next_number(self) -> int:
        self._number += 1
        return self._number

    @property
    def child(self) -> Child | None:
        """The process, when it is there to take units."""
        return self._child if self._up.is_set() else None

    def remember(self, lane: Lane) -> None:
        self._lanes[lane.number] = lane

    def forget(self, lane: Lane) -> None:
        if self._lanes.pop(lane.number, None) is not None:
            lane.send(wire.Type.CLOSE, {})
        lane.stop()

    def leave(self, lane: LiveLane) -> None:
        self._live.discard(lane)

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _new_child(self) -> Child:
        settings = self.settings
        setup = {
            "width": settings.input.width,
            "height": settings.input.height,
            "fit": settings.input.fit,
            "slots": settings.slots,
            "memory": settings.memory,
            "late": settings.late_us,
            "required": settings.required,
        }
        return Child(self._ring, setup, self.clock, self._file)

    def _begin(self, child: Child) -> None:
        self._child = child
        self._up.set()

    async def _run(self, child: Child) -> None:
        while True:
            await self._live_once(child)
            if self._file is not None:
                return  # what the file did once it would do again
            await asyncio.sleep(self._backoff.next_us() / 1_000_000)
            child = self._new_child()
            try:
                await child.start()
                self._begin(child)
            except Error as error:
                self._on_failure(error)

    async def _live_once(self, child: Child) -> None:
        started_us = self.clock.monotonic_us()
        failure = Error(Kind.DECODER_FAILED, "a darkroom ended")
        silence = asyncio.create_task(self._mind_silence())
        try:
            if self._child is child:
                await child.run(self._hear)
        except Error as error:
            failure = error
            _log.error("a darkroom is not understood", message=error.message)
        finally:
            silence.cancel()
            self._up.clear()
            self._child = None
            code = await child.end()
            for lane in list(self._lanes.values()):
                self._lanes.pop(lane.number)
                lane.stop()
                lane.died()
        _log.error("a darkroom ended", exit_code=code)
        self._on_failure(failure)
        if self.clock.monotonic_us() - started_us > 60_000_000:
            self._backoff.reset()

    async def _mind_silence(self) -> None:
        """A lane that takes pictures and gives none back shows nothing: say so."""
        while True:
            await asyncio.sleep(1.0)
            for lane in list(self._live):
                lane.mind(self.clock.monotonic_us())

    async def _hear(self, kind_: wire.Type, head: dict[str, Any], payload: bytes) -> None:
        lane_number = number(head, "lane")
        if lane_number > self._number:
            raise violation("a lane that never was")
        lane = self._lanes.get(lane_number)
        if kind_ is wire.Type.SAMPLE:
            picture = Picture(
                self._ring,
                number(head, "slot", 0, self.settings.slots - 1),
                number(head, "width", 1, 16_384),
                number(head, "height", 1, 16_384),
                number(head, "at", -(1 << 56)),
                number(head, "number"),
            )
            if lane is not None:
                lane.sample(picture)
            elif self._child is not None:  # of a lane that was closed: the slot is wanted back
                back = {"lane": lane_number, "at": picture.at_us, "slot": picture.slot}
                self._child.send(wire.Type.MISSED, back | {"reason": Kind.UNAVAILABLE})
        elif lane is not None:
            lane.hear(kind_, head, payload)
        elif lane_number == 0 and kind_ is wire.Type.FAILED:
            _log.error("a darkroom broke", why=text(head, "message"))
