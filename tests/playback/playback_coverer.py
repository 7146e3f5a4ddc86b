"""Coverers for tests: one that covers for real in this process, and ones that fail in their ways.

The real one does what a darkroom does, without its walls: PyAV decodes, the redaction package
covers and codes. `detect` plays the detector.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import av
import numpy as np

from farola.base import Kind
from farola.media import CodecConfig, ticks_to_us
from farola.model import (
    Box,
    Cover,
    CoveredUnit,
    CoverJob,
    CoverState,
    Label,
    Recipe,
    Sighting,
    unpack_masks,
)
from farola.redaction import Encoder, Mask, Redactor, cover, still
from farola.redaction.grid import Grid

type Pixels = "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]"
type Detect = Callable[[int], Sequence[Sighting] | Kind]


def nobody(media: int) -> Sequence[Sighting]:
    return ()


def somebody(media: int) -> Sequence[Sighting]:
    """A person who stands in the middle of every picture."""
    return (Sighting(1, Label.PERSON, 0.9, Box(0.4, 0.2, 0.2, 0.6), True),)


@dataclass
class LocalCoverer:
    detect: Detect = nobody
    jobs: list[CoverJob] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)  # media of pictures shown to the detector
    closed: threading.Event = field(default_factory=threading.Event)  # a job has ended

    def cover(self, job: CoverJob) -> Iterator[CoveredUnit]:
        self.jobs.append(job)
        try:
            yield from self._still(job) if job.still else self._film(job)
        finally:
            self.closed.set()

    def _film(self, job: CoverJob) -> Iterator[CoveredUnit]:
        encoder: Encoder | None = None
        for media, picture, mask in self._covered(job):
            width, height = picture.shape[1], picture.shape[0] * 2 // 3
            key = encoder is None
            encoder = encoder or Encoder(width, height)
            (unit,) = encoder.encode(picture, media, key=key)
            yield CoveredUnit(
                parameter_sets=encoder.config.parameter_sets,
                width=width,
                height=height,
                media=unit.pts,
                wall_us=0,
                key=unit.key,
                payload=unit.payload,
                cover=_cover(mask.whole),
                mask=mask.pack() if job.keep else b"",
            )

    def _still(self, job: CoverJob) -> Iterator[CoveredUnit]:
        for media, picture, mask in self._covered(job):
            if media >= job.still_media:
                height, width = picture.shape[0] * 2 // 3, picture.shape[1]
                whole = _cover(mask.whole)
                kept = mask.pack() if job.keep else b""
                jpeg = still(picture)
                yield CoveredUnit((), width, height, media, 0, True, jpeg, whole, kept)
                return

    def _covered(self, job: CoverJob) -> Iterator[tuple[int, Pixels, Mask]]:
        lead = {unit.media for unit in job.units[: job.lead]}
        lead |= {unit.media for unit in job.units if job.since and unit.media < job.since}
        decoded = list(_decoded(job))
        if job.masks is not None:
            masks = {media: Mask.unpack(data) for media, data in unpack_masks(job.masks).items()}
            for media, picture in decoded:
                if media not in lead:
                    grid = Grid(picture.shape[1], picture.shape[0] * 2 // 3)
                    mask = masks.get(media) or Mask.everything(grid, Kind.WARMING_UP)
                    yield media, cover(picture, mask, job.recipe), mask
            return
        height, width = decoded[0][1].shape[0] * 2 // 3, decoded[0][1].shape[1]
        redactor = Redactor(job.recipe, width, height)
        media_of = {ticks_to_us(media): media for media, _ in decoded}
        for number, (media, picture) in enumerate(decoded):
            sampled = number % 5 == 0 or number == len(decoded) - 1
            redactor.push(ticks_to_us(media), picture, sampled)
            if sampled:
                self.asked.append(media)
                seen = self.detect(media)
                if isinstance(seen, Kind):
                    redactor.missed(ticks_to_us(media), seen)
                else:
                    redactor.sighted(ticks_to_us(media), seen)
        for covered in redactor.flush():
            media = media_of[covered.at_us]
            if media not in lead:
                yield media, covered.picture, covered.mask


def _decoded(job: CoverJob) -> Iterator[tuple[int, Pixels]]:
    config = CodecConfig.from_parameter_sets(job.codec, job.parameter_sets)
    coder = av.CodecContext.create("hevc" if job.codec == "h265" else "h264", "r")
    coder.extradata = config.decoder_record
    packets: list[av.Packet | None] = []
    for unit in job.units:
        packet = av.Packet(unit.payload)
        packet.pts = unit.media
        packets.append(packet)
    for packet in [*packets, None]:
        for frame in coder.decode(packet):
            height = min(frame.height, job.recipe.most_height) // 2 * 2
            width = frame.width * height // frame.height // 2 * 2
            smaller = frame.reformat(width, height, "yuv420p")
            assert frame.pts is not None
            yield frame.pts, np.ascontiguousarray(smaller.to_ndarray())


def _cover(whole: Kind | None) -> Cover:
    return Cover(CoverState.COVERED if whole is None else CoverState.WHOLE, whole)


RECIPE = Recipe()


@dataclass
class Faulty:
    """Does with the units of a real coverer what `fault` says, from the picture `after` on."""

    fault: Callable[[CoverJob, Iterator[CoveredUnit]], Iterator[CoveredUnit]]
    real: LocalCoverer = field(default_factory=LocalCoverer)

    def cover(self, job: CoverJob) -> Iterator[CoveredUnit]:
        return self.fault(job, self.real.cover(job))


def returning_what_is_stored(job: CoverJob, units: Iterator[CoveredUnit]) -> Iterator[CoveredUnit]:
    """A coverer that covers nothing: the worst that a wrong program could do."""
    stored = {unit.media: unit for unit in job.units}
    for unit in units:
        yield replace(unit, payload=stored[unit.media].payload, key=stored[unit.media].key)


def hanging(unit: CoveredUnit) -> Iterator[CoveredUnit]:
    """Long enough for nobody to wait for it, and short enough to end with the tests."""
    threading.Event().wait(2)
    yield from ()


def then(
    count: int, end: Callable[[CoveredUnit], Iterator[CoveredUnit]]
) -> Callable[[CoverJob, Iterator[CoveredUnit]], Iterator[CoveredUnit]]:
    """Good for `count` pictures, then what `end` makes of the next one, then nothing."""

    def fault(job: CoverJob, units: Iterator[CoveredUnit]) -> Iterator[CoveredUnit]:
        for number, unit in enumerate(units):
            if number < count:
                yield unit
            else:
                yield from end(unit)
                return

    return fault
