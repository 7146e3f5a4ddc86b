"""Inside a darkroom: from decoded pictures to samples for the detector and to covered pictures.

`Looker` belongs to the thread that decodes, `Coverer` to the one that covers; for a live lane that
is the same thread. Nothing here opens, connects or starts anything: the process is locked in.
"""

import queue
from base64 import b64encode
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from farola.base import Error, Kind
from farola.media import ticks_to_us
from farola.model import NOWHERE, Course, Recipe, Sighting
from farola.redaction import Covered, Encoder, Mask, Redactor, cover, still
from farola.redaction.grid import Grid
from farola.vision.decoding import Decoded
from farola.vision.frames import InputSpec, Ring
from farola.vision.shaping import Planes, Shaper, quarter_turns, shaped_size
from farola.vision.wire import Type

LIVE_GROUP_US = 1_000_000  # a new viewer waits at most so long for a key frame
STORED_GROUP_US = 2_000_000


class Outlet(Protocol):
    """The way out of the darkroom, shared by all lanes."""

    def send(self, kind: Type, head: dict[str, Any], payload: bytes = b"") -> None: ...


class Slots:
    """The ring's free slots, shared by all lanes."""

    def __init__(self, count: int) -> None:
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(count):
            self._free.put(slot)

    def take(self, *, wait: bool) -> int | None:
        """A slot; None when all are with the detector and the caller cannot `wait`."""
        try:
            return self._free.get(block=wait)
        except queue.Empty:
            return None

    def give(self, slot: int) -> None:
        self._free.put(slot)


@dataclass(frozen=True, slots=True)
class Shaped:
    """One picture on its way. `sample` is the slot with its small copy; `unseen` is why a wanted
    sample could not be taken; `given` False: it is context and is not given back."""

    media: int
    at_us: int
    planes: Planes | None = field(repr=False)
    recorded_height: int
    size: tuple[int, int]
    whole: bool
    given: bool
    sample: int | None
    unseen: Kind | None


class Looker:
    """Shapes decoded pictures and takes samples of them, `rate` a second; with 0 every picture.

    With `wait`, decoding waits while the detector is behind; without, a sample is left out.
    """

    def __init__(
        self,
        lane: int,
        recipe: Recipe,
        rate: float,
        spec: InputSpec,
        ring: Ring,
        slots: Slots,
        outlet: Outlet,
        *,
        wait: bool,
    ) -> None:
        self.show = True
        self.detect = True
        self._lane = lane
        self._most_height = recipe.most_height
        self._period_us = int(1_000_000 / rate) if rate > 0 else 0
        self._spec = spec
        self._ring = ring
        self._slots = slots
        self._outlet = outlet
        self._wait = wait
        self._next_us: int | None = None
        self._shaper = Shaper()
        self._fixed: tuple[int, int] | None = None
        self._number = 0

    def look_again(self) -> None:
        """The next picture is sampled, whenever the last one was."""
        self._next_us = None

    def fix_size(self, width: int, height: int) -> None:
        """Pictures of any other size are scaled to this one from now on."""
        self._fixed = width, height

    def shape(self, decoded: Decoded, *, given: bool = True, last: bool = False) -> Shaped:
        """The picture in its two forms; the `last` one of a stream is always sampled."""
        frame = decoded.frame
        turns = quarter_turns(frame)
        at_us = ticks_to_us(decoded.media)
        size = self._fixed or shaped_size(frame.width, frame.height, turns, self._most_height)
        recorded = frame.width if turns % 2 else frame.height
        planes = self._shaper.planes(frame, *size, turns) if self.show else None
        sample, unseen = None, None
        upright = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
        if self.detect and decoded.whole and (last or self._due(at_us)):
            sample = self._slots.take(wait=self._wait)
            if sample is None:
                self.look_again()  # as soon as a slot is free
                if last:
                    unseen = Kind.DETECTOR_LATE
            else:
                upright = self._shaper.small(frame, turns, self._spec, self._ring.view(sample))
        return Shaped(
            decoded.media, at_us, planes, recorded, upright, decoded.whole, given, sample, unseen
        )

    def ask(self, shaped: Shaped) -> None:
        """Has the sample looked at, if there is one. The picture must be with its coverer."""
        number, self._number = self._number, self._number + 1
        if shaped.sample is not None:
            self._outlet.send(
                Type.SAMPLE,
                {
                    "lane": self._lane,
                    "slot": shaped.sample,
                    "at": shaped.at_us,
                    "number": number,
                    "width": shaped.size[0],
                    "height": shaped.size[1],
                },
            )

    def _due(self, at_us: int) -> bool:
        if self._next_us is not None and at_us < self._next_us:
            return False
        before = self._next_us
        late = before is None or at_us - before > self._period_us
        self._next_us = (at_us if late else before or 0) + self._period_us
        return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a coverer gives back: `masks` are kept ones by media time, `still_media` asks for one
    JPEG instead of a stream, `ahead_us` is how far later sightings cover earlier pictures, `bare`
    is where one thing is left to be seen."""

    recipe: Recipe
    live: bool
    keep: bool = False
    masks: Mapping[int, bytes] | None = None
    still_media: int | None = None
    ahead_us: int = 0
    bare: Course = NOWHERE


class Coverer:
    """Covers and codes one lane's pictures and sends them out."""

    def __init__(self, lane: int, wanted: Wanted, outlet: Outlet) -> None:
        self.satisfied = False  # the still is out: nothing more is wanted
        self.key_wanted = False
        self._lane = lane
        self._wanted = wanted
        self._outlet = outlet
        self._redactor: Redactor | None = None
        self._size: tuple[int, int] | None = None
        self._encoder: Encoder | None = None
        self._told: Encoder | None = None
        self._inside: deque[Shaped] = deque()
        self._pushed_us: deque[tuple[int, int]] = deque()
        self._asked: set[int] = set()
        self._last_us: int | None = None
        self._key_us: int | None = None
        self._owed: Kind | None = None  # damage told before the first picture

    @property
    def inside(self) -> int:
        """Pictures that wait for sightings."""
        return len(self._inside)

    def picture(self, shaped: Shaped, now_us: int) -> None:
        """Takes one picture, in order of presentation."""
        planes = shaped.planes
        if planes is None or (self._last_us is not None and shaped.at_us <= self._last_us):
            # Out of order: a stream that lies about its times. Its sample's answer is not awaited.
            return
        height, width = planes.shape[0] * 2 // 3, planes.shape[1]
        if self._size != (width, height):
            self._begin(width, height, shaped.recorded_height)
        self._last_us = shaped.at_us
        redactor = self._redactor
        if redactor is None:
            self._cover_kept(shaped, planes)
            return
        if not shaped.whole:
            redactor.broken(Kind.DECODER_FAILED)
        sampled = shaped.sample is not None or shaped.unseen is not None
        redactor.push(shaped.at_us, planes, sampled)
        self._inside.append(shaped)
        self._pushed_us.append((now_us, shaped.at_us))
        if shaped.sample is not None:
            self._asked.add(shaped.at_us)
        elif shaped.unseen is not None:
            redactor.missed(shaped.at_us, shaped.unseen)
        self._pump()

    def answer(self, at_us: int, found: Sequence[Sighting] | Kind) -> None:
        """What the detector said about a sample."""
        if at_us not in self._asked or self._redactor is None:
            return  # a lane that was shown only since, or another size since
        self._asked.discard(at_us)
        if found is Kind.OVERLOADED:
            self._redactor.skipped(at_us)
        elif isinstance(found, Kind):
            self._redactor.missed(at_us, found)
        else:
            self._redactor.sighted(at_us, found)
        self._pump()

    def damage(self, reason: Kind) -> None:
        """Something was lost after the last picture."""
        if self._redactor is not None:
            self._redactor.broken(reason)

    def late(self, now_us: int, late_us: int) -> int | None:
        """Releases what waits for longer than `late_us`; when to ask again, None if nothing waits.

        Both are microseconds of the monotonic clock.
        """
        newest: int | None = None
        while self._pushed_us and self._pushed_us[0][0] + late_us <= now_us:
            newest = self._pushed_us.popleft()[1]
        if newest is not None and self._redactor is not None:
            self._redactor.give_up(newest + 1, Kind.DETECTOR_LATE)
            self._pump()
        return self._pushed_us[0][0] + late_us if self._pushed_us else None

    def finish(self) -> None:
        """No picture and no answer will come any more."""
        if self._redactor is not None:
            for covered in self._redactor.flush():
                self._out(covered)
        self._end_encoder()

    def _begin(self, width: int, height: int, recorded_height: int) -> None:
        self.finish()
        self._asked.clear()
        self._inside.clear()
        self._pushed_us.clear()
        self._size = width, height
        self._key_us = None
        wanted = self._wanted
        if wanted.masks is None:
            self._redactor = Redactor(
                wanted.recipe,
                width,
                height,
                ahead_us=wanted.ahead_us,
                recorded_height=recorded_height,
                bare=wanted.bare,
            )
        if wanted.still_media is None:
            self._encoder = Encoder(width, height)

    def _pump(self) -> None:
        if self._redactor is not None:
            for covered in self._redactor.ready():
                self._out(covered)

    def _cover_kept(self, shaped: Shaped, planes: Planes) -> None:
        """Covers by a kept mask; without one that fits, everything."""
        assert self._wanted.masks is not None
        assert self._size is not None
        grid = Grid(*self._size)
        packed = self._wanted.masks.get(shaped.media)
        try:
            mask = Mask.unpack(packed) if packed else None
        except Error:
            mask = None
        if mask is None or mask.grid != grid:
            private = grid.empty()
            for polygon in self._wanted.recipe.private:
                private |= grid.polygon(polygon)
            mask = Mask.everything(grid, Kind.WARMING_UP, private)
        self._inside.append(shaped)
        self._out(Covered(shaped.at_us, cover(planes, mask, self._wanted.recipe), mask))

    def _out(self, covered: Covered) -> None:
        shaped = self._inside.popleft()
        while self._pushed_us and self._pushed_us[0][1] <= covered.at_us:
            self._pushed_us.popleft()
        if not shaped.given or self.satisfied:
            return
        if self._wanted.still_media is not None:
            if shaped.media >= self._wanted.still_media:
                self.satisfied = True
                self._send(shaped, covered, True, still(covered.picture))
            return
        assert self._encoder is not None
        group_us = LIVE_GROUP_US if self._wanted.live else STORED_GROUP_US
        key = self.key_wanted or self._key_us is None or covered.at_us - self._key_us >= group_us
        if key:
            self._key_us = covered.at_us
            self.key_wanted = False
        # One in, one out: the encoder holds nothing back (no B-frames, no look-ahead).
        for unit in self._encoder.encode(covered.picture, shaped.media, key=key):
            self._send(shaped, covered, unit.key, unit.payload)

    def _end_encoder(self) -> None:
        if self._encoder is not None:
            self._encoder.flush()
            self._encoder = None

    def _send(self, shaped: Shaped, covered: Covered, key: bool, payload: bytes) -> None:
        height, width = covered.picture.shape[0] * 2 // 3, covered.picture.shape[1]
        mask = covered.mask.pack() if self._wanted.keep else b""
        head: dict[str, Any] = {
            "lane": self._lane,
            "media": shaped.media,
            "key": key,
            "whole": covered.whole,
            "mask": len(mask),
        }
        encoder = self._encoder
        if encoder is not self._told or encoder is None:
            self._told = encoder
            sets = encoder.config.parameter_sets if encoder is not None else ()
            head |= {
                "sets": [b64encode(each).decode() for each in sets],
                "width": width,
                "height": height,
            }
        self._outlet.send(Type.COVERED, head, mask + payload)
