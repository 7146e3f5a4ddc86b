"""The detection service: one detector process for all lanes, watched over and started again.

Nothing that is not an answer ever looks like one. A picture that was not looked at gets the reason
instead of detections, and whoever asked covers the whole picture then.
"""

import asyncio
import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from farola.base import Backoff, Clock, Error, Kind, get_logger
from farola.model import Detection
from farola.vision.detector_child import Asked, DetectorChild
from farola.vision.detector_wire import (
    Answer,
    DropRing,
    Failed,
    Message,
    Ready,
    Start,
    TakeRing,
)
from farola.vision.frames import Picture, Ring
from farola.vision.model_store import ModelFile
from farola.vision.probe import is_seen, probe
from farola.vision.turns import Tally, Turns

_TICK_SECONDS = 0.25
_PROBE_US = 10_000_000
_FILE_US = 2_000_000
_START_US = 60_000_000  # loading and compiling a large model on a busy machine
_STEADY_US = 60_000_000
_RATE_US = 5_000_000  # what `load` looks back upon
_PROBE_LANE = ""
_log = get_logger("vision")


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """`streams` pictures are looked at at once, each on a core. Without an answer for `timeout_us`
    the process is killed; an answer after `late_us` counts as late.
    """

    streams: int
    timeout_us: int = 5_000_000
    late_us: int = 700_000
    sandbox_required: bool = True


@dataclass(frozen=True, slots=True)
class DetectionLoad:
    """What the detector does now. `fault` is None while it works and answers are believed.

    `sha256` is that of the file which was loaded, empty before the first time.
    """

    model: str
    sha256: str
    licence: str
    fault: Error | None
    per_second: float
    shed_per_second: float
    queue_ms: float
    waiting: int
    restarts: int


class DetectionService:
    """Belongs to one event loop. `command` starts a detector process, told its descriptor.

    `on_fault` hears what is wrong whenever that changes, and None when all is well again.
    """

    def __init__(
        self,
        command: Sequence[str],
        file: ModelFile,
        settings: DetectionSettings,
        clock: Clock,
        on_fault: Callable[[Error | None], None] = lambda fault: None,
    ) -> None:
        self.input = file.model.input
        self._command = command
        self._file = file
        self._settings = settings
        self._clock = clock
        self._on_fault = on_fault
        self._fault: Error | None = Error(Kind.WARMING_UP, "the detector is starting")
        self._turns: Turns[Asked] = Turns()
        self._tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self._recent: deque[tuple[int, bool, int]] = deque()  # when, shed, how long it took
        self._gone_rings: list[int] = []
        self._numbers: weakref.WeakKeyDictionary[Ring, int] = weakref.WeakKeyDictionary()
        self._next_number = 0
        self._process: DetectorChild | None = None
        self._hopeful = True  # the detector worked, or was never tried
        self._restarts = 0
        self._sha256 = ""
        self._probe_ring: Ring | None = None

    async def run(self) -> None:
        """Keeps a detector process running until cancelled; a fault is told, not raised."""
        backoff = Backoff(first_us=200_000, most_us=10_000_000)
        ring = Ring.create(1, self.input.size)
        ring.view(0)[:] = probe(self.input).tobytes()
        self._probe_ring = ring
        try:
            while True:
                started_us = self._clock.monotonic_us()
                fault = await self._live_once()
                self._tell(fault)
                if self._clock.monotonic_us() - started_us > _STEADY_US:
                    backoff.reset()
                await asyncio.sleep(backoff.next_us() / 1e6)
                self._restarts += 1
        finally:
            for asked in self._turns.clear():
                self._finish(asked, Kind.DETECTOR_FAILED)
            self._probe_ring = None
            ring.close()

    async def detect(
        self, lane: str, picture: Picture, *, wait: bool = False, aside: bool = False
    ) -> Sequence[Detection] | Kind:
        """What is in the picture, boxes in its fractions, or why nobody knows.

        Without `wait` a newer picture of the lane takes the place of one that has not had its turn:
        that one gets OVERLOADED. `aside` lets every lane that is not go first. A lane hears its
        answers in the order in which it asked. While there is no detector the answer is its fault's
        kind, at once unless it is just starting, or is started again and the lane can wait.
        """
        tally = self._tallies[lane]
        tally.asked += 1
        fault = self._fault
        starting = self._hopeful and (wait or (fault and fault.kind is Kind.WARMING_UP))
        if fault is not None and not starting:
            tally.failed += 1
            return fault.kind
        loop = asyncio.get_running_loop()
        asked = Asked(lane, picture, self._clock.monotonic_us(), loop.create_future())
        shed = self._turns.ask(lane, asked, wait=wait, aside=aside)
        if shed is not None:
            self._finish(shed, Kind.OVERLOADED)
        self._send_more()
        try:
            return await asked.result
        finally:
            if asked.result.cancelled() and self._turns.remove(lane, asked):
                tally.failed += 1

    def forget(self, lane: str) -> None:
        """The lane is gone, and its counts with it."""
        self._tallies.pop(lane, None)

    def tallies(self) -> dict[str, Tally]:
        """What became of every lane's pictures."""
        return dict(self._tallies)

    def load(self) -> DetectionLoad:
        """Rates over the last five seconds; `queue_ms` is the mean time from asked to answered.

        On the event loop only.
        """
        self._forget_old()
        done = [took for _, shed, took in self._recent if not shed]
        model = self._file.model
        return DetectionLoad(
            model.name,
            self._sha256,
            model.licence,
            self._fault,
            len(done) / (_RATE_US / 1e6),
            (len(self._recent) - len(done)) / (_RATE_US / 1e6),
            sum(done) / len(done) / 1e3 if done else 0.0,
            len(self._turns),
            self._restarts,
        )

    @property
    def sha256(self) -> str:
        """Which model answers, by its file; empty before one does. May be read in any thread."""
        return self._sha256

    @property
    def pid(self) -> int | None:
        """The detector process that runs at present."""
        return self._process.pid if self._process else None

    async def _live_once(self) -> Error:
        """One process from start to end, and what ended it."""
        signature = self._file.signature()
        try:
            process = await DetectorChild.start(self._command, self._hear)
        except OSError as error:
            return Error(Kind.DETECTOR_FAILED, f"the detector cannot be started: {error}")
        self._process = process
        try:
            settings = self._settings
            process.send(
                Start(
                    self._file.model.name,
                    str(self._file.path),
                    settings.streams,
                    settings.sandbox_required,
                )
            )
            return await self._watch_over(process, signature)
        except Error as error:
            return error
        finally:
            self._process = None
            self._hopeful = process.proved
            await process.end()
            kind = process.fault.kind if process.fault else Kind.DETECTOR_FAILED
            lost = process.left()
            if not self._hopeful:
                lost += self._turns.clear()
            for asked in lost:
                self._finish(asked, kind if asked.found is None else asked.found)

    async def _watch_over(self, process: DetectorChild, signature: tuple[int, ...] | None) -> Error:
        started_us = self._clock.monotonic_us()
        probed_us = looked_us = started_us
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await process.gone.wait()
            if process.fault is not None:
                return process.fault
            now_us = self._clock.monotonic_us()
            if not process.ready and now_us - started_us > _START_US:
                process.fail(Error(Kind.DETECTOR_FAILED, "the detector does not get ready"))
            for asked in process.looking.values():
                if now_us - asked.sent_us > self._settings.timeout_us:
                    process.fail(Error(Kind.DETECTOR_LATE, "the detector does not answer"))
                    break
            if process.believed and now_us - probed_us > _PROBE_US:
                probed_us = now_us
                self._probe(process)
            if now_us - looked_us > _FILE_US:
                looked_us = now_us
                if self._file.signature() != signature:
                    process.fail(Error(Kind.MODEL_WRONG, "the model's file was replaced"))

    def _hear(self, process: DetectorChild, message: Message) -> None:
        match message:
            case Ready(sha256, unlocked):
                process.ready = True
                self._sha256 = sha256
                for what in unlocked:
                    _log.warning("the detector is not wholly locked in", missing=what)
                self._probe(process)
            case Answer(request, found) if request in process.looking:
                for asked in process.answered(request, found):
                    assert asked.found is not None
                    if asked.lane == _PROBE_LANE:
                        self._believe(process, asked.found)
                    else:
                        self._finish(asked, asked.found)
                self._send_more()
            case Failed(kind, text):
                process.fail(Error(kind, text))
            case _:
                process.fail(Error(Kind.DETECTOR_FAILED, "the detector says what it was not asked"))

    def _probe(self, process: DetectorChild) -> None:
        assert self._probe_ring is not None
        picture = Picture(self._probe_ring, 0, self.input.width, self.input.height, 0)
        result = asyncio.get_running_loop().create_future()
        self._send(process, Asked(_PROBE_LANE, picture, self._clock.monotonic_us(), result))

    def _believe(self, process: DetectorChild, found: Sequence[Detection]) -> None:
        if not is_seen(found):
            process.believed = False
            process.fail(
                Error(Kind.DETECTOR_FAILED, "the detector does not see the people it is shown")
            )
        elif not process.believed:
            process.believed = process.proved = True
            self._tell(None)
            self._send_more()

    def _send_more(self) -> None:
        """Keeps every stream busy, and one picture more at hand."""
        process = self._process
        if process is None or not process.believed:
            return
        while len(process.looking) <= self._settings.streams:
            asked = self._turns.next()
            if asked is None:
                return
            if not asked.result.done():
                self._send(process, asked)

    def _send(self, process: DetectorChild, asked: Asked) -> None:
        picture = asked.picture
        while self._gone_rings:
            number = self._gone_rings.pop()
            if number in process.rings:
                process.rings.discard(number)
                process.send(DropRing(number))
        number = self._number_of(picture.ring)
        if number not in process.rings:
            ring = picture.ring
            if ring.fd < 0:
                self._finish(asked, Kind.DETECTOR_FAILED)
                return
            process.rings.add(number)
            process.send(TakeRing(number, ring.slots, ring.slot_bytes), ring.fd)
        asked.sent_us = self._clock.monotonic_us()
        process.look(asked, number, self.input.placed(picture.width, picture.height))

    def _number_of(self, ring: Ring) -> int:
        number = self._numbers.get(ring)
        if number is None:
            self._next_number += 1
            number = self._numbers[ring] = self._next_number
            weakref.finalize(ring, self._gone_rings.append, number)
        return number

    def _finish(self, asked: Asked, result: Sequence[Detection] | Kind) -> None:
        if asked.result.done() or asked.lane == _PROBE_LANE:
            return
        asked.result.set_result(result)
        now_us = self._clock.monotonic_us()
        tally = self._tallies.get(asked.lane) or Tally()  # of a lane that is gone
        took_us = now_us - asked.asked_us
        if not isinstance(result, Kind):
            tally.done += 1
            tally.late += took_us > self._settings.late_us
            self._recent.append((now_us, False, took_us))
        elif result is Kind.OVERLOADED:
            tally.shed += 1
            self._recent.append((now_us, True, took_us))
        else:
            tally.failed += 1
        self._forget_old()

    def _forget_old(self) -> None:
        since_us = self._clock.monotonic_us() - _RATE_US
        while self._recent and self._recent[0][0] < since_us:
            self._recent.popleft()

    def _tell(self, fault: Error | None) -> None:
        if fault is None:
            _log.info("the detector works", model=self._file.model.name)
        elif self._fault is None or self._fault.kind is not fault.kind:
            _log.error("there is no detector", kind=fault.kind, message=fault.message)
        self._fault = fault
        self._on_fault(fault)
