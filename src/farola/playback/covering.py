"""Recorded groups to covered pictures: asks the coverer, and the mask book before it.

The only file of the redacted rendition in which stored pictures are read. They go into a job for
the coverer and nowhere else; what is given out comes out of the coverer.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from itertools import groupby
from pathlib import PurePosixPath

from farola.base import Kind
from farola.media import ticks_to_us
from farola.model import Box, Course, CoveredUnit, CoverJob, Recipe, Stretch, pack_masks
from farola.playback.coverer import Coverer, covered_film, covered_still
from farola.playback.group import Group, times_of
from farola.playback.maskbook import MaskBook, origin_of
from farola.store import SegmentReader

# Why a picture was wholly covered although detector and decoder were well: it would be again.
_KEPT_REASONS = frozenset({None, Kind.SCENE_CHANGED})


class Covering:
    """Threads may share it. `recipe_for` a camera id, `model` the SHA-256 of the model in use.

    `rate` is how many pictures a second are looked at, `patience_s` how long one is waited for.
    """

    def __init__(
        self,
        coverer: Coverer,
        recipe_for: Callable[[str], Recipe],
        model: Callable[[], str],
        book: MaskBook,
        *,
        rate: float,
        patience_s: float,
    ) -> None:
        self.recipe_for = recipe_for
        self._coverer = coverer
        self._model = model
        self._book = book
        self._rate = rate
        self._patience_s = patience_s
        self._course: Course | None = None

    def leaving(self, course: Course) -> "Covering":
        """Another, which covers all but the thing on that course, in one flat colour.

        Masks are neither kept nor used: what else is where the thing is has to be seen anew.
        """
        other = copy(self)
        other._course = course
        return other

    def film(
        self, reader: SegmentReader, path: PurePosixPath, group: Group
    ) -> Iterator[CoveredUnit]:
        """The group's pictures, covered, in order; raises what `covered_film` raises.

        Their masks are kept when the last of them has come.
        """
        recipe = self.recipe_for(reader.header.camera_id)
        if self._course is not None:
            yield from self._but_one(reader, group, recipe, self._course)
            return
        origin = origin_of(recipe, self._model())
        masks = self._kept(reader, path, group, origin)
        if masks is not None:
            group = group.bare()
        job = self._job(reader, group, recipe, masks)
        found: dict[int, bytes] = {}
        for unit in covered_film(self._coverer, job, group, self._patience_s):
            if unit.cover.reason in _KEPT_REASONS:
                found[unit.media] = unit.mask
            yield unit
        if masks is None:
            self._keep(reader, path, group, origin, found)

    def _but_one(
        self, reader: SegmentReader, group: Group, recipe: Recipe, course: Course
    ) -> Iterator[CoveredUnit]:
        """The group's pictures with the thing on its course left to be seen."""
        run_id = reader.header.run_id
        times = sorted(unit.media for unit in group.units)
        places = [(ticks_to_us(media), course.at(group.wall_us(media), run_id)) for media in times]
        job = self._job(reader, group, replace(recipe, style="solid"), None)
        job = replace(job, bare=_course(places), keep=False)
        yield from covered_film(self._coverer, job, group, self._patience_s)

    def sample(self, reader: SegmentReader, group: Group) -> CoveredUnit:
        """The first picture wholly covered, for nobody to see: it tells how the others are coded.

        Nothing is detected for it. Raises what `covered_film` raises.
        """
        bare = group.bare()
        job = self._job(reader, bare, self.recipe_for(reader.header.camera_id), {})
        return next(covered_film(self._coverer, job, bare, self._patience_s))

    def still(self, reader: SegmentReader, path: PurePosixPath, group: Group) -> bytes:
        """The JPEG of a group of one picture; raises what `covered_still` raises."""
        recipe = self.recipe_for(reader.header.camera_id)
        origin = origin_of(recipe, self._model())
        masks = self._kept(reader, path, group, origin)
        if masks is not None:
            group = group.bare()
        job = self._job(reader, group, recipe, masks, still=True)
        still = covered_still(self._coverer, job, self._patience_s)
        if masks is None and still.cover.reason in _KEPT_REASONS:
            self._keep(reader, path, group, origin, {group.times[0]: still.mask})
        return still.payload

    def _job(
        self,
        reader: SegmentReader,
        group: Group,
        recipe: Recipe,
        masks: dict[int, bytes] | None,
        *,
        still: bool = False,
    ) -> CoverJob:
        header = reader.header
        return CoverJob(
            camera_id=header.camera_id,
            codec=header.codec,
            parameter_sets=header.parameter_sets,
            units=group.units,
            recipe=recipe,
            rate=self._rate,
            lead=group.lead,
            since=group.times[0],
            until=None if still else group.times[-1],
            masks=None if masks is None else pack_masks(masks),
            keep=masks is None,
            still=still,
            still_media=group.times[0],
        )

    def _kept(
        self, reader: SegmentReader, path: PurePosixPath, group: Group, origin: bytes
    ) -> dict[int, bytes] | None:
        """Masks of every picture of the group; None when any is missing."""
        masks: dict[int, bytes] = {}
        for fragment in group.shown:
            masks |= self._book.load(reader, path, fragment, origin)
        return masks if all(masks.get(time) for time in group.times) else None

    def _keep(
        self,
        reader: SegmentReader,
        path: PurePosixPath,
        group: Group,
        origin: bytes,
        found: dict[int, bytes],
    ) -> None:
        """Keep the masks that came, with those that are kept already."""
        for fragment in group.shown:
            masks = {time: found[time] for time in times_of(fragment) if found.get(time)}
            if masks:
                known = self._book.load(reader, path, fragment, origin)
                self._book.save(reader, path, fragment, origin, known | masks)


def _course(places: Sequence[tuple[int, Box | None]]) -> Course:
    """The pictures in which the thing is, a stretch for each unbroken row of them."""
    rows = groupby(places, key=lambda place: place[1] is not None)
    return Course(
        tuple(
            Stretch(tuple((at_us, box) for at_us, box in row if box is not None))
            for known, row in rows
            if known
        )
    )
