"""A lane of a darkroom as its owner sees it, and the lane of a job: recorded units or a file."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from farola.app.darkroom_child import Child
from farola.app.darkroom_claims import Claims, kind, number, text, violation
from farola.base import Clock, Error, Kind, get_logger
from farola.model import CoveredUnit, CoverJob, Sighting
from farola.vision import wire
from farola.vision.containers import FileFacts
from farola.vision.frames import Picture

type Detect = Callable[[str, Picture], Awaitable[Sequence[Sighting] | Kind]]
"""Asked with a lane's key and a picture: what is seen in it, or why nothing is known. One call at
a time for each lane, in the order of its pictures; with `ahead` more at once, begun in that order
and to be answered in it."""

MOST_JOB_BYTES = 256 << 20
_MOST_BEHIND = 512 << 20
_SILENCE_SECONDS = 30.0
_log = get_logger("vision")


class Room(Protocol):
    """What a lane knows of its darkroom."""

    clock: Clock
    detect: Detect
    answer_us: int
    ahead: int

    @property
    def child(self) -> Child | None: ...
    def next_number(self) -> int: ...
    def remember(self, lane: "Lane") -> None: ...
    def forget(self, lane: "Lane") -> None: ...
    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]": ...


class Lane(ABC):
    """What live lanes and jobs have in common."""

    def __init__(
        self, room: Room, number_: int, child: Child, key: str, detect: Detect | None
    ) -> None:
        self.number = number_
        self.child = child
        self.key = key
        self._detect = detect
        self._room = room
        self._samples: asyncio.Queue[Picture] = asyncio.Queue()
        self._out: set[int] = set()
        self._turns = asyncio.Semaphore(room.ahead)
        self._asking: dict[asyncio.Task[None], Picture] = {}
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
        for asking in list(self._asking):
            asking.cancel()
        while not self._samples.empty():
            self._answer(self._samples.get_nowait(), Kind.UNAVAILABLE)

    @abstractmethod
    def hear(self, kind_: wire.Type, head: dict[str, Any], payload: bytes) -> None:
        """A message of the darkroom's about this lane. Raises PROTOCOL_VIOLATION."""

    @abstractmethod
    def died(self) -> None:
        """The process has gone."""

    async def _look(self) -> None:
        while True:
            await self._turns.acquire()
            picture = await self._samples.get()
            asking = self._room.spawn(self._ask(picture))
            self._asking[asking] = picture
            asking.add_done_callback(self._asked)

    def _asked(self, asking: asyncio.Task[None]) -> None:
        """A task that was cancelled before its first step has answered nothing."""
        picture = self._asking.pop(asking)
        if picture.slot in self._out:
            self._out.discard(picture.slot)
            self._turns.release()
            self._answer(picture, Kind.UNAVAILABLE)

    def answered(self) -> None:  # noqa: B027 - who has nothing to do then does nothing
        """A sample has been looked at."""

    async def _ask(self, picture: Picture) -> None:
        """Has a sample looked at and answers it, whatever happens: its slot must come back."""
        detect = self._detect or self._room.detect
        asking = asyncio.ensure_future(detect(self.key, picture))
        found: Sequence[Sighting] | Kind = Kind.DETECTOR_FAILED
        try:
            await asyncio.wait({asking}, timeout=self._room.answer_us / 1_000_000)
            if not asking.done():
                _log.error("the detector does not answer", lane=self.key)
            elif asking.exception() is not None:
                failure = asking.exception()
                found = failure.kind if isinstance(failure, Error) else Kind.DETECTOR_FAILED
                _log.error("the detector failed", lane=self.key, why=repr(failure))
            else:
                found = asking.result()
        finally:
            asking.cancel()
            self._out.discard(picture.slot)
            self._turns.release()
            self._answer(picture, found)
        self.answered()

    def _answer(self, picture: Picture, found: Sequence[Sighting] | Kind) -> None:
        head = {"at": picture.at_us, "slot": picture.slot}
        if isinstance(found, Kind):
            self.send(wire.Type.MISSED, head | {"reason": found})
        else:
            rows = wire.pack_sightings(found)
            self.send(wire.Type.SIGHTED, head | {"sightings": rows})


class JobLane(Lane):
    """Gives what comes back one by one. `most` bounds how many that may be."""

    def __init__(
        self,
        room: Room,
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
        self._behind = 0  # bytes that nobody has taken yet
        self._units: asyncio.Queue[CoveredUnit | Error | None] = asyncio.Queue()

    def gave(self, payload: bytes) -> None:
        """Bytes that were put in, and must not come out."""
        self._claims.gave(payload)

    async def units(self) -> AsyncGenerator[CoveredUnit, None]:
        """Until the lane's last word. Raises what went wrong."""
        while True:
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
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
            self._behind -= len(unit.payload) + len(unit.mask)
            yield unit

    def hear(self, kind_: wire.Type, head: dict[str, Any], payload: bytes) -> None:
        match kind_:
            case wire.Type.COVERED:
                unit = self._claims.unit(head, payload)
                if self._most is not None:
                    self._most -= 1
                    self._bytes += len(payload)
                    if self._most < 0 or self._bytes > MOST_JOB_BYTES:
                        raise violation("more pictures than it was given")
                self._behind += len(payload)
                if self._behind > _MOST_BEHIND:
                    raise violation("more pictures than anybody can take")
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


def head_of(job: CoverJob) -> dict[str, Any]:
    """A job as its first message says it."""
    return {
        "what": "job",
        "recipe": asdict(job.recipe),
        "rate": job.rate,
        "codec": job.codec,
        "sets": [len(each) for each in job.parameter_sets],
        "lead": job.lead,
        "since": job.since,
        "until": job.until,
        "keep": job.keep,
        "masked": job.masks is not None,
        "still": job.still_media if job.still else None,
        "show": not job.look,
        "bare": wire.pack_course(job.bare),
    }


def payload_of(job: CoverJob) -> bytes:
    """What follows the head: parameter sets and kept masks."""
    return b"".join((*job.parameter_sets, job.masks or b""))
