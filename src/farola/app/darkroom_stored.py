"""Inside a darkroom: lanes with an end, a job on recorded units or a file.

They wait for the detector, so nothing is left out.
"""

import io
import queue
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from farola.app.darkroom_lanes import Bench, Lane, recipe_from, sets_from
from farola.app.darkroom_line import Coverer, Looker, Shaped, Wanted
from farola.base import Kind
from farola.media import us_to_ticks
from farola.model import unpack_masks
from farola.vision.decoding import Damage, Decoded, FileDecoder, Outcome, UnitDecoder
from farola.vision.wire import Type, unpack_course, unpack_sightings

AHEAD_US = 400_000
_CONTEXT_US = 600_000
_MOST_INSIDE = 64  # pictures of a job or file that wait for sightings
_MOST_SHAPED = 8


class StoredLane(Lane):
    """A stream with an end, decoded in one thread and covered in another."""

    def __init__(
        self,
        number: int,
        bench: Bench,
        ended: Callable[[int], None],
        wanted: Wanted,
        rate: float,
        *,
        show: bool,
    ) -> None:
        super().__init__(number, bench, ended)
        self._coverer = Coverer(number, wanted, bench.outlet)
        self._looker = Looker(
            number, wanted.recipe, rate, bench.spec, bench.ring, bench.slots, bench.outlet,
            wait=True,
        )  # fmt: skip
        self._looker.show = show
        self._looker.detect = wanted.masks is None
        self._room = threading.Semaphore(_MOST_SHAPED)  # pictures on their way to the coverer
        self._answers_due = 0
        self._settled = threading.Condition()
        self._over = False
        self._damages = 0
        self._pictures = 0
        self._threads.append(
            threading.Thread(target=self._guarded, args=(self._decode,), daemon=True)
        )

    def close(self) -> None:
        self._over = True
        self._room.release()
        with self._settled:
            self._settled.notify_all()
        super().close()

    @abstractmethod
    def outcomes(self) -> Iterable[Outcome]:
        """The stream's pictures and damages, decoded while they are asked for."""

    def given(self, decoded: Decoded) -> bool:
        """Whether this picture is given back."""
        return True

    def _decode(self) -> None:
        held: Decoded | None = None  # one behind: the last picture of all is always sampled
        for outcome in self.outcomes():
            if self._over:
                return
            if isinstance(outcome, Damage):
                self._damages += 1
                self._looker.look_again()
                if held is not None:
                    self._hand_over(held, last=True)
                    held = None
                self.inbox.put((Type.BROKEN, {"reason": Kind.DECODER_FAILED}, b""))
                continue
            if held is not None:
                self._hand_over(held, last=False)
            held = outcome
        if held is not None:
            self._hand_over(held, last=True)
        with self._settled:
            self._settled.wait_for(lambda: self._over or self._answers_due == 0)
        self.inbox.put((Type.END, {}, b""))

    def _hand_over(self, decoded: Decoded, *, last: bool) -> None:
        self._room.acquire()
        shaped = self._looker.shape(decoded, given=self.given(decoded), last=last)
        if not self._pictures and shaped.planes is not None:
            # One size from end to end: a file has one track, and a part one init segment.
            self._looker.fix_size(shaped.planes.shape[1], shaped.planes.shape[0] * 2 // 3)
        self._pictures += 1
        if shaped.sample is not None:
            with self._settled:
                self._answers_due += 1
        self.inbox.put(shaped)
        self._looker.ask(shaped)
        with self._settled:
            self._settled.wait_for(
                lambda: self._over or self._coverer.inside < _MOST_INSIDE or not self._answers_due
            )

    def _work(self) -> None:
        while True:
            self.busy_us = None
            item = self.inbox.get()
            self.busy_us = self.bench.clock.monotonic_us()
            if item is None:
                self._over = True
                self._ended(self.number)
                return
            if isinstance(item, Shaped):
                self._coverer.picture(item, self.busy_us)
                self._room.release()
            elif item[0] is Type.END:
                self._coverer.finish()
                self._done(pictures=self._pictures, damages=self._damages)
                return
            else:
                self._obey(*item)
            if self._coverer.satisfied:
                self.close()
                self._done(pictures=self._pictures, damages=self._damages)
                return

    def _obey(self, kind: Type, head: dict[str, Any], payload: bytes) -> None:
        match kind:
            case Type.SIGHTED:
                self._coverer.answer(head["at"], unpack_sightings(head["sightings"]))
            case Type.MISSED:
                self._coverer.answer(head["at"], Kind(head["reason"]))
            case Type.BROKEN:
                self._coverer.damage(Kind(head["reason"]))
                return
            case _:
                return
        with self._settled:
            self._answers_due -= 1
            self._settled.notify_all()


class JobLane(StoredLane):
    """Recorded units; the first `lead` are context."""

    def __init__(
        self,
        number: int,
        bench: Bench,
        ended: Callable[[int], None],
        head: dict[str, Any],
        payload: bytes,
    ) -> None:
        sets_bytes = sum(head["sets"])
        masks = unpack_masks(payload[sets_bytes:]) if head["masked"] else None
        wanted = Wanted(
            recipe_from(head["recipe"]),
            live=False,
            keep=head["keep"],
            masks=masks,
            still_media=head["still"],
            ahead_us=AHEAD_US,
            bare=unpack_course(head["bare"]),
        )
        super().__init__(number, bench, ended, wanted, head["rate"], show=head["show"])
        self._decoder = UnitDecoder(
            head["codec"], sets_from(head, payload[:sets_bytes]), bench.most_pixels
        )
        self._lead = head["lead"]
        self._since: int | None = head["since"]
        self._until: int | None = head["until"]
        self._look_from = self._first_looked_at(masked=masks is not None)
        self._context: set[int] = set()
        self._units: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()

    def put(self, kind: Type, head: dict[str, Any], payload: bytes) -> None:
        if kind is Type.UNIT:
            self._units.put((head["media"], payload))
        elif kind is Type.END:
            self._units.put(None)
        else:
            super().put(kind, head, payload)

    def close(self) -> None:
        self._units.put(None)
        super().close()

    def given(self, decoded: Decoded) -> bool:
        if self._since is not None and decoded.media < self._since:
            return False
        if self._until is not None and decoded.media > self._until:
            return False
        return decoded.media not in self._context

    def _first_looked_at(self, *, masked: bool) -> int | None:
        """Pictures before that time are decoded because later ones need them, and for no more."""
        if self._since is None:
            return None
        return self._since if masked else self._since - us_to_ticks(_CONTEXT_US)

    def outcomes(self) -> Iterable[Outcome]:
        taken = 0
        while (unit := self._units.get()) is not None:
            if taken < self._lead:
                self._context.add(unit[0])
            taken += 1
            yield from self._wanted_of(self._decoder.decode(*unit))
        yield from self._wanted_of(self._decoder.flush())

    def _wanted_of(self, outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        first = self._look_from
        for outcome in outcomes:
            if first is None or isinstance(outcome, Damage) or outcome.media >= first:
                yield outcome


class FileLane(StoredLane):
    """The file that the darkroom was started with."""

    def __init__(
        self,
        number: int,
        bench: Bench,
        ended: Callable[[int], None],
        head: dict[str, Any],
        file: io.RawIOBase,
    ) -> None:
        wanted = Wanted(
            recipe_from(head["recipe"]), live=False, keep=head["keep"], ahead_us=AHEAD_US
        )
        super().__init__(number, bench, ended, wanted, head["rate"], show=head["show"])
        self._file = file

    def outcomes(self) -> Iterable[Outcome]:
        decoder = FileDecoder(self._file, self.bench.most_pixels)
        facts = decoder.facts
        self.bench.outlet.send(
            Type.OPENED,
            {
                "lane": self.number,
                "container": facts.container,
                "codec": facts.codec,
                "width": facts.width,
                "height": facts.height,
                "pictures": facts.pictures,
                "duration": facts.duration_us,
                "sound": facts.sound,
            },
        )
        yield from decoder
        decoder.close()
