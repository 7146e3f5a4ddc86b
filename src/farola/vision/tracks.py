"""Detections of one stream, associated over time.

A track lives inside one stream and ends with what it follows: its number is random, means nothing
elsewhere and is given to nobody again. Only places and sizes are compared, never what something
looks like (docs/design/red-lines.md).
"""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from farola.model import Box, Detection, Label, Sighting
from farola.vision.assignment import assign
from farola.vision.detector import Floats

CLEAR_SCORE = 0.4
"""From here a detection is compared first. So many of them make a track sure,"""

SURE_HITS = 3
SURE_SCORE = 0.36
"""as long as its usual score is no less than this: clutter is rarely clear, people often are."""

COAST_US = 1_000_000
"""How long a track lives on without being seen."""

_APART_US = 10_000_000  # pictures further apart have nothing to do with each other
_GROUPS: dict[Label, int] = {
    Label.PERSON: 0,
    Label.BICYCLE: 1,
    Label.MOTORCYCLE: 1,
    Label.CAR: 2,
    Label.BUS: 2,
    Label.TRUCK: 2,
    Label.VEHICLE: 2,
    Label.DOG: 3,
}
"""Labels that a detector takes for each other."""

_REACH = 0.6  # sizes that something may be from where it was expected, and
_REACH_A_SECOND = 1.2  # so many more for every second since it was seen,
_MOST_REACH = 2.5  # but never more.
_DISTANCE_WEIGHT = 0.5
_SIZE_WEIGHT = 0.3
_MOST_SIZE = 0.8  # natural logarithm of how often larger
_NEW_SPEED = 0.5  # how much of a speed is the latest
_NEW_SCORE = 0.2  # how much of the usual score is the latest
_COASTING_SCORE = 0.5
_TAKEN = 0.3


@dataclass(slots=True, eq=False)
class _Track:
    """What is followed: where it was seen last, and how fast that moves in fractions a second."""

    number: int
    label: Label
    score: float
    box: Box
    seen_us: int
    across: float = 0.0
    down: float = 0.0
    hits: int = 1
    clear_hits: int = 0
    best: float = 0.0
    usual: float = 0.0

    @property
    def sure(self) -> bool:
        return self.clear_hits >= SURE_HITS and self.usual >= SURE_SCORE

    def at(self, at_us: int) -> Box:
        """Where it should be if it goes on as it went."""
        seconds = (at_us - self.seen_us) / 1e6
        return Box(
            self.box.left + self.across * seconds,
            self.box.top + self.down * seconds,
            self.box.width,
            self.box.height,
        )

    def see(self, at_us: int, found: Detection) -> None:
        seconds = (at_us - self.seen_us) / 1e6
        was, now = _middle(self.box), _middle(found.box)
        part = 1.0 if self.hits == 1 else _NEW_SPEED
        self.across += part * ((now[0] - was[0]) / seconds - self.across)
        self.down += part * ((now[1] - was[1]) / seconds - self.down)
        if found.score >= self.best:
            self.label = found.label
        self.box, self.score, self.seen_us = found.box, found.score, at_us
        self.hits += 1
        self.clear_hits += found.score >= CLEAR_SCORE
        self.usual += _NEW_SCORE * (found.score - self.usual)
        self.best = max(self.best, found.score)

    def sighting(self, box: Box, score: float) -> Sighting:
        return Sighting(self.number, self.label, score, box, self.sure)


class Tracker:
    """The tracks of one stream. `aspect` is its pictures' width divided by their height."""

    def __init__(self, aspect: float = 16 / 9) -> None:
        self._aspect = aspect
        self._tracks: list[_Track] = []
        self._last_us: int | None = None

    def update(self, at_us: int, detections: Sequence[Detection]) -> list[Sighting]:
        """What is in the picture of `at_us`: every detection with its track, in their order, then
        the sure tracks that this picture did not show but that cannot be far.

        The latter have half their last score and the place where they should be. A picture that is
        not later than the one before it begins anew.
        """
        if self._last_us is None or not 0 < at_us - self._last_us < _APART_US:
            self._tracks = []
            interval_us = 0
        else:
            interval_us = at_us - self._last_us
        self._last_us = at_us
        followed = self._matched(at_us, detections)
        sightings = []
        for at, found in enumerate(detections):
            track = followed.get(at)
            if track is None:
                track = self._begin(at_us, found)
            else:
                track.see(at_us, found)
            sightings.append(track.sighting(found.box, found.score))
        coast_us = max(COAST_US, interval_us * 3 // 2)
        self._tracks = [track for track in self._tracks if at_us - track.seen_us <= coast_us]
        return sightings + self._coasting(at_us, detections)

    def _coasting(self, at_us: int, detections: Sequence[Detection]) -> list[Sighting]:
        found = []
        for track in self._tracks:
            if not track.sure or track.seen_us == at_us:
                continue
            box, group = track.at(at_us), _GROUPS[track.label]
            # Where something of the kind stands, it is likelier this one under another number.
            if _is_in_picture(box) and not any(
                _GROUPS[other.label] == group and box.overlap(other.box) > _TAKEN
                for other in detections
            ):
                found.append(track.sighting(box, track.score * _COASTING_SCORE))
        return found

    def _begin(self, at_us: int, found: Detection) -> _Track:
        track = _Track(
            secrets.randbits(48),
            found.label,
            found.score,
            found.box,
            at_us,
            clear_hits=int(found.score >= CLEAR_SCORE),
            best=found.score,
            usual=found.score,
        )
        self._tracks.append(track)
        return track

    def _matched(self, at_us: int, detections: Sequence[Detection]) -> dict[int, _Track]:
        """Place of a detection -> its track. The clear ones choose first, the faint ones keep
        tracks alive that would otherwise be lost.
        """
        clear = [at for at, found in enumerate(detections) if found.score >= CLEAR_SCORE]
        faint = [at for at, found in enumerate(detections) if found.score < CLEAR_SCORE]
        matched: dict[int, _Track] = {}
        free = list(self._tracks)
        for places in (clear, faint):
            if not (places and free):
                continue
            costs = self._costs(at_us, free, [detections[at] for at in places])
            taken = set()
            for row, column in assign(costs):
                matched[places[column]] = free[row]
                taken.add(row)
            free = [track for row, track in enumerate(free) if row not in taken]
        return matched

    def _costs(
        self, at_us: int, tracks: list[_Track], found: list[Detection]
    ) -> list[dict[int, float]]:
        """For each track, how badly each detection fits that can be it."""
        expected = _numbers([track.at(at_us) for track in tracks], self._aspect)[:, None]
        seen = _numbers([each.box for each in found], self._aspect)[None]
        sides = np.minimum(expected[..., :2] + expected[..., 2:], seen[..., :2] + seen[..., 2:])
        sides = np.maximum(sides - np.maximum(expected[..., :2], seen[..., :2]), 0)
        shared = sides[..., 0] * sides[..., 1]
        areas = expected[..., 2] * expected[..., 3], seen[..., 2] * seen[..., 3]
        overlap = shared / np.maximum(areas[0] + areas[1] - shared, 1e-9)
        way = expected[..., :2] + expected[..., 2:] / 2 - seen[..., :2] - seen[..., 2:] / 2
        size = np.sqrt(np.maximum(areas[0], 1e-9))
        distance = np.hypot(way[..., 0], way[..., 1]) / size
        growth = np.abs(np.log(np.maximum(areas[1], 1e-9) / np.maximum(areas[0], 1e-9))) / 2
        missing = np.array([(at_us - track.seen_us) / 1e6 for track in tracks])[:, None]
        reach = np.minimum(_REACH + _REACH_A_SECOND * missing, _MOST_REACH)
        groups = (
            np.array([_GROUPS[track.label] for track in tracks])[:, None],
            np.array([_GROUPS[each.label] for each in found])[None],
        )
        costs = 1 - overlap + _DISTANCE_WEIGHT * distance / reach + _SIZE_WEIGHT * growth
        possible = (distance <= reach) & (growth <= _MOST_SIZE) & (groups[0] == groups[1])
        fitting: list[dict[int, float]] = [{} for _ in tracks]
        for row, column in np.argwhere(possible):
            fitting[row][int(column)] = float(costs[row, column])
        return fitting


def _numbers(boxes: Sequence[Box], aspect: float) -> Floats:
    """left, top, width, height of each, all in heights of the picture."""
    rows = [(box.left * aspect, box.top, box.width * aspect, box.height) for box in boxes]
    return np.array(rows, dtype=np.float32)


def _middle(box: Box) -> tuple[float, float]:
    return box.left + box.width / 2, box.top + box.height / 2


def _is_in_picture(box: Box) -> bool:
    across, down = _middle(box)
    return math.isfinite(across) and 0 <= across <= 1 and 0 <= down <= 1
