"""Where the one thing is that a grant is for: found when somebody first looks, then remembered.

Nothing of it is kept on a disk, and it is forgotten with the grant: what stays is where somebody
pointed.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from farola.base import Error, Kind
from farola.gate import PlaybackSource
from farola.model import NOWHERE, Course, Grant, Sighting, Span, Spot
from farola.playback import RedactedPlayback
from farola.vision.course import POINTED_US, Sample, course_of, is_over

BEFORE_US = 15_000_000
"""A thing is followed back for so long from where somebody pointed."""

AFTER_US = 2_500_000
"""How far a search goes on that only asks whether there is something to follow."""

_PATIENCE_S = 50.0
_MOST_CHECKS = 2
_LOOK_EVERY = 10  # pictures


class Sightings(Protocol):
    def in_runs(
        self, camera_id: str, span: Span
    ) -> AsyncGenerator[tuple[str, int, Sequence[Sighting]], None]:
        """Run, wall time and tracked sightings of picture after picture."""
        ...


class Courses:
    """Belongs to the event loop in which it is made; `check` is for threads.

    `lasts` tells of a grant's id whether it does.
    """

    def __init__(
        self,
        sightings: Sightings,
        playback: RedactedPlayback,
        lasts: Callable[[str], bool],
    ) -> None:
        self._sightings = sightings
        self._playback = playback
        self._lasts = lasts
        self._loop = asyncio.get_running_loop()
        self._searches: dict[str, asyncio.Task[Course]] = {}
        self._checks = threading.BoundedSemaphore(_MOST_CHECKS)

    async def under(self, grant: Grant) -> PlaybackSource:
        """The redacted recordings with the grant's one thing left to be seen. Raises as `found`."""
        return self._playback.leaving(await self.found(grant))

    async def found(self, grant: Grant) -> Course:
        """Where the grant's one thing is.

        Raises THING_UNCLEAR when there is none, TIMED_OUT while it is followed for so long that
        nobody should wait (it goes on), and whatever keeps recordings from being looked at.
        """
        for other in [each for each in self._searches if not self._lasts(each)]:
            self._searches.pop(other).cancel()
        search = self._searches.get(grant.id)
        if search is None:
            search = asyncio.create_task(self._search(grant))
            self._searches[grant.id] = search
        done, _ = await asyncio.wait((search,), timeout=_PATIENCE_S)
        if not done:
            raise Error(Kind.TIMED_OUT, "what was pointed at is still being followed")
        if search.cancelled():
            raise Error(Kind.GRANT_ENDED, "the grant has ended")
        if search.exception() is not None:
            self._searches.pop(grant.id, None)  # the next look tries again
        return _some(search.result())

    def check(self, camera_id: str, span: Span, spots: Sequence[Spot]) -> None:
        """Blocks. Raises THING_UNCLEAR unless at every spot one thing can be told from others,
        OVERLOADED while that is found out for others, TIMED_OUT.
        """
        if not self._checks.acquire(blocking=False):
            raise Error(Kind.OVERLOADED, "others are pointing at things; try again in a moment")
        try:
            for spot in spots:
                until_us = min(span.end_us, spot.at_us + AFTER_US)
                search = self._follow(camera_id, Span(span.start_us, until_us), spot)
                looking = asyncio.run_coroutine_threadsafe(search, self._loop)
                try:
                    _some(looking.result(_PATIENCE_S))
                except TimeoutError:
                    looking.cancel()
                    raise Error(Kind.TIMED_OUT, "what is there is still being looked at") from None
        finally:
            self._checks.release()

    async def _search(self, grant: Grant) -> Course:
        found = NOWHERE
        if grant.span is None:
            return found
        for spot in sorted(grant.spots, key=lambda spot: spot.at_us):
            boxes = (each.at(spot.at_us) for each in found.stretches)
            if any(box is not None and box.holds(spot.x, spot.y) for box in boxes):
                continue  # pointed at twice
            found = found.joined(await self._follow(grant.camera_ids[0], grant.span, spot))
        return found

    async def _follow(self, camera_id: str, span: Span, spot: Spot) -> Course:
        """What is seen from some time before the spot on, the same in every search of a spot."""
        near = Span(spot.at_us - POINTED_US, spot.at_us + POINTED_US)
        runs = {run_id async for run_id, _, _ in self._sightings.in_runs(camera_id, near)}
        if len(runs) != 1:
            return NOWHERE  # after a clock was set back two runs have that time
        span = Span(max(span.start_us, spot.at_us - BEFORE_US), span.end_us)
        samples: list[Sample] = []
        async with aclosing(self._sightings.in_runs(camera_id, span)) as looked:
            async for run_id, at_us, sightings in looked:
                if run_id not in runs:
                    continue
                samples.append((at_us, sightings))
                if len(samples) % _LOOK_EVERY == 0 and is_over(samples, spot):
                    break
        return await asyncio.to_thread(course_of, samples, spot, *runs)


def _some(course: Course) -> Course:
    if not course.stretches:
        raise Error(
            Kind.THING_UNCLEAR, "what was pointed at cannot be told from what else is there"
        )
    return course
