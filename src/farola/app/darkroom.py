"""Darkrooms as the server uses them: units go in, covered pictures come out, and nothing else.

The process behind it may die at any moment; then the lanes say so, the process is started again,
and live lanes go on at the next key frame. Whatever fails, no picture takes another way.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from farola.app.darkroom_child import Child
from farola.app.darkroom_claims import Claims, kind, number, text, violation
from farola.base import Backoff, Clock, Error, Kind, get_logger
from farola.media import CodecConfig
from farola.model import (
    Cover,
    CoveredUnit,
    CoverJob,
    CoverState,
    LaneSpec,
    Recipe,
    Sighting,
)
from farola.vision import wire
from farola.vision.frames import InputSpec, Picture, Ring

type Detect = Callable[[str, Picture], Awaitable[Sequence[Sighting] | Kind]]
"""Asked with a lane's key and a picture: what is seen in it, or why nothing is known. One call at
a time for each lane, in the order of its pictures."""

_log = get_logger("vision")
_MOST_UNSENT = 16 << 20
_MOST_JOB_BYTES = 256 << 20
_MOST_JOBS = 4
_JOB_SILENCE_SECONDS = 30.0
_READY_SECONDS = 30.0
_SILENT_US = 4_000_000
_MOST_WALLS = 2_048


@dataclass(frozen=True, slots=True)
class DarkroomSettings:
    """`memory` is bytes for the process, `late_us` when a live picture is covered unseen.

    `answer_us` is how long a detector may take at most. `required`: without all locks there is no
    darkroom.
    """

    input: InputSpec
    memory: int = 1 << 30
    late_us: int = 700_000
    answer_us: int = 10_000_000
    required: bool = True
    slots: int = 32


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file said about itself, as the darkroom read it."""

    container: str
    codec: str
    width: int
    height: int
    pictures: int
    duration_us: int
    sound: bool


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
        self._detect = detect
        self._on_failure = on_failure
        self._file = file
        self._ring = Ring.create(settings.slots, settings.input.size)
        self._child: Child | None = None
        self._lanes: dict[int, _Lane] = {}
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
    ) -> "LiveLane":
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
        if size > _MOST_JOB_BYTES:
            raise Error(Kind.TOO_LARGE, "a span to be covered holds too much video", bytes=size)
        async with self._jobs:
            lane = await self._open(
                _head_of(job), _payload_of(job), detect, stills=job.still, most=len(job.units)
            )
            try:
                for unit in job.units:
                    lane.send(wire.Type.UNIT, {"media": unit.media}, unit.payload)
                    if lane.child.unsent > _MOST_UNSENT:
                        await lane.child.drain()
                lane.send(wire.Type.END, {})
                media = {
                    unit.media
                    for unit in job.units[job.lead :]
                    if job.since is None or unit.media >= job.since
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
    ) -> "_JobLane":
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await self._up.wait()
        except TimeoutError:
            raise Error(Kind.DECODER_FAILED, "there is no darkroom at present") from None
        assert self._child is not None
        lane = _JobLane(self, self.next_number(), self._child, detect, stills=stills, most=most)
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

    def remember(self, lane: "_Lane") -> None:
        self._lanes[lane.number] = lane

    def forget(self, lane: "_Lane") -> None:
        if self._lanes.pop(lane.number, None) is not None:
            lane.send(wire.Type.CLOSE, {})
        lane.stop()

    def leave(self, lane: "LiveLane") -> None:
        self._live.discard(lane)

    def spawn(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def look(self, lane: "_Lane", picture: Picture) -> None:
        """Has a sample looked at and answers it, whatever happens: its slot must come back."""
        detect = lane.detect or self._detect
        asking = asyncio.ensure_future(detect(lane.key, picture))
        found: Sequence[Sighting] | Kind = Kind.DETECTOR_FAILED
        try:
            await asyncio.wait({asking}, timeout=self.settings.answer_us / 1_000_000)
            if not asking.done():
                _log.error("the detector does not answer", lane=lane.key)
            elif asking.exception() is not None:
                failure = asking.exception()
                found = failure.kind if isinstance(failure, Error) else Kind.DETECTOR_FAILED
                _log.error("the detector failed", lane=lane.key, why=repr(failure))
            else:
                found = asking.result()
        finally:
            asking.cancel()
            self.answer(lane, picture, found)

    def answer(self, lane: "_Lane", picture: Picture, found: Sequence[Sighting] | Kind) -> None:
        head = {"at": picture.at_us, "slot": picture.slot}
        if isinstance(found, Kind):
            lane.send(wire.Type.MISSED, head | {"reason": found})
        else:
            rows = wire.pack_sightings(found)
            lane.send(wire.Type.SIGHTED, head | {"sightings": rows})

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


class _Lane:
    """What live lanes and jobs have in common."""

    def __init__(
        self, room: Darkroom, number_: int, child: Child, key: str, detect: Detect | None
    ) -> None:
        self.number = number_
        self.child = child
        self.key = key
        self.detect = detect
        self._room = room
        self._samples: asyncio.Queue[Picture] = asyncio.Queue()
        self._out: set[int] = set()
        self._looking = room.spawn(self._look())

    @property
    def asked(self) -> int:
        """Samples without an answer yet."""
        return len(self._out)

    def send(self, kind_: wire.Type, head: dict[str, Any], payload: bytes = b"") -> None:
        self.child.send(kind_, {"lane": self.number} | head, payload)

    def sample(self, picture: Picture) -> None:
        if picture.slot in self._out:
            raise violation("a slot that is taken")
        self._out.add(picture.slot)
        self._samples.put_nowait(picture)

    def stop(self) -> None:
        """Samples that nobody looked at give their slots back."""
        self._looking.cancel()
        while not self._samples.empty():
            self._room.answer(self, self._samples.get_nowait(), Kind.UNAVAILABLE)

    def hear(self, kind_: wire.Type, head: dict[str, Any], payload: bytes) -> None:
        raise NotImplementedError

    def died(self) -> None:
        """The process has gone."""
        raise NotImplementedError

    async def _look(self) -> None:
        while True:
            picture = await self._samples.get()
            await self._room.look(self, picture)
            self._out.discard(picture.slot)
            self.answered()

    def answered(self) -> None:
        """A sample has been looked at."""


class _JobLane(_Lane):
    def __init__(
        self,
        room: Darkroom,
        number_: int,
        child: Child,
        detect: Detect | None,
        *,
        stills: bool,
        most: int | None,
    ) -> None:
        super().__init__(room, number_, child, f"job-{number_}", detect)
        self.on_facts: Callable[[FileFacts], None] = lambda _: None
        self._claims = Claims(stills=stills)
        self._most = most
        self._bytes = 0
        self._units: asyncio.Queue[CoveredUnit | Error | None] = asyncio.Queue()

    async def units(self) -> AsyncGenerator[CoveredUnit, None]:
        """Until the lane's last word. Raises what went wrong."""
        while True:
            try:
                async with asyncio.timeout(_JOB_SILENCE_SECONDS):
                    unit = await self._units.get()
            except TimeoutError:
                if self.asked:
                    continue  # the detector's time, not the decoder's
                self.child.kill()
                raise Error(Kind.DECODER_FAILED, "a decoder gives nothing any more") from None
            if unit is None:
                return
            if isinstance(unit, Error):
                raise unit
            yield unit

    def hear(self, kind_: wire.Type, head: dict[str, Any], payload: bytes) -> None:
        match kind_:
            case wire.Type.COVERED:
                unit = self._claims.unit(head, payload)
                if self._most is not None:
                    self._most -= 1
                    self._bytes += len(payload)
                    if self._most < 0 or self._bytes > _MOST_JOB_BYTES:
                        raise violation("more pictures than it was given")
                self._units.put_nowait(unit)
            case wire.Type.OPENED:
                self.on_facts(
                    FileFacts(
                        text(head, "container", 40),
                        text(head, "codec", 40),
                        number(head, "width", 0, 1 << 16),
                        number(head, "height", 0, 1 << 16),
                        number(head, "pictures"),
                        number(head, "duration"),
                        head.get("sound") is True,
                    )
                )
            case wire.Type.DONE:
                self._units.put_nowait(None)
            case wire.Type.FAILED:
                self._units.put_nowait(Error(kind(head), text(head, "message")))
            case _:
                raise violation("its type")

    def died(self) -> None:
        self._units.put_nowait(
            Error(Kind.DECODER_FAILED, "the decoder broke on this video and was ended")
        )


class LiveLane:
    """One camera's stream. All methods return at once."""

    def __init__(
        self,
        room: Darkroom,
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


class _LiveInner(_Lane):
    """A live lane during one life of the process."""

    def __init__(
        self, lane: LiveLane, room: Darkroom, child: Child, spec: LaneSpec, show: bool
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
        if self.child.unsent > _MOST_UNSENT and not self._skips:
            self._skips = True
            self.send(wire.Type.BROKEN, {"reason": Kind.OVERLOADED})
        if self._skips and not (key and self.child.unsent < _MOST_UNSENT):
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


def _head_of(job: CoverJob) -> dict[str, Any]:
    return {
        "what": "job",
        "recipe": asdict(job.recipe),
        "rate": job.rate,
        "codec": job.codec,
        "sets": [len(each) for each in job.parameter_sets],
        "lead": job.lead,
        "since": job.since,
        "keep": job.keep,
        "masked": job.masks is not None,
        "still": job.still_media if job.still else None,
        "show": not job.look,
    }


def _payload_of(job: CoverJob) -> bytes:
    return b"".join((*job.parameter_sets, job.masks or b""))
