"""Following one thing that somebody pointed at, for as long as it cannot be taken for another.

A tracker's number may pass from one person to another when they cross. So the number alone is not
believed: a course ends, forwards and backwards, where anything else that gets covered comes near,
where the thing is lost for a moment, or where it jumps. It never begins again by itself: somebody
would have to point once more. Pure functions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean

from farola.model import NOWHERE, PLATED, Box, Course, Label, Sighting, Spot, Stretch

type Sample = tuple[int, Sequence[Sighting]]
"""What was seen in one picture, and its time in UTC microseconds."""

COVERED = PLATED | {Label.PERSON}
"""What a course is of, and what it keeps away from."""

MOST_BETWEEN_US = 700_000
"""A thing that was not seen for longer may be another."""

HELD_US = 1_500_000
"""So long a thing that is not seen any more, or not yet, may be hidden behind the one followed."""

POINTED_US = 500_000
"""How far from a picture that was looked at somebody may have pointed."""

CLEAR = 0.4
"""A score from which a sighting is believed whatever it does."""

LIKELY = 0.3
"""A usual score from which something that moves is believed to be there."""

SIDE = 0.35
"""The free room at each side, in widths of the thing; above and below a third of it in heights."""


def course_of(samples: Sequence[Sample], spot: Spot, run_id: str = "") -> Course:
    """Where the thing under `spot` is, as far as that is sure; empty when it is not even there.

    `samples` are the pictures looked at of one run, in order of time, with the numbers of one
    tracker.
    """
    chosen = _pointed_at(samples, spot)
    if chosen is None:
        return NOWHERE
    at, track = chosen
    seen = [number for number, sample in enumerate(samples) if _box(sample, track) is not None]
    place = seen.index(at)
    others = _others_than(samples, track)
    steps = [_sure(samples, track, others, *step) for step in pairwise(seen)]
    first = last = place
    while last < len(steps) and steps[last]:
        last += 1
    while first > 0 and steps[first - 1]:
        first -= 1
    if first == last:
        return NOWHERE
    points = tuple(_points(samples, track, seen[first : last + 1]))
    return Course((Stretch(points, run_id),))


def is_over(samples: Sequence[Sample], spot: Spot) -> bool:
    """Whether nothing that comes after `samples` can lengthen the course."""
    if not samples or samples[-1][0] <= spot.at_us + POINTED_US:
        return False
    chosen = _pointed_at(samples, spot)
    if chosen is None:
        return True
    seen_us = next(sample[0] for sample in reversed(samples) if _box(sample, chosen[1]) is not None)
    # A step is judged by what is seen until `HELD_US` after it.
    return samples[-1][0] > seen_us + MOST_BETWEEN_US + HELD_US


def _pointed_at(samples: Sequence[Sample], spot: Spot) -> tuple[int, int] | None:
    """The number of the nearest picture, and the track of the one thing there under the spot."""
    if not samples:
        return None
    at = min(range(len(samples)), key=lambda number: abs(samples[number][0] - spot.at_us))
    at_us, sightings = samples[at]
    if abs(at_us - spot.at_us) > POINTED_US:
        return None
    under = [
        one
        for one in sightings
        if one.label in COVERED
        and one.score >= CLEAR
        and _grown(one.box, 0.15, 0.05).holds(spot.x, spot.y)
    ]
    return (at, under[0].track) if len(under) == 1 else None


def _others_than(samples: Sequence[Sample], track: int) -> frozenset[int]:
    """Tracks that it might be taken for: things of its sort, usually clear or seen to go somewhere.

    An unlikely sighting that never moves is a post or a cone. If it is a person after all, the
    redactor, which knows the scene, keeps covering it.
    """
    sort = _sort(samples, track)
    scores = dict[int, list[float]]()
    feet, moved = dict[int, tuple[float, float]](), set[int]()
    for _, sightings in samples:
        for one in sightings:
            if one.track == track or (one.label is Label.PERSON) is not sort:
                continue
            if one.label not in COVERED:
                continue
            scores.setdefault(one.track, []).append(one.score)
            x, y = one.box.foot
            from_x, from_y = feet.setdefault(one.track, (x, y))
            if abs(x - from_x) > one.box.width or abs(y - from_y) > one.box.height / 2:
                moved.add(one.track)
    clear = {other for other, each in scores.items() if fmean(each) >= CLEAR}
    going = {other for other in moved if len(scores[other]) >= 3 and fmean(scores[other]) >= LIKELY}
    return frozenset(clear | going)


def _sort(samples: Sequence[Sample], track: int) -> bool:
    """Whether the track is a person's; else it is a vehicle's."""
    labels = [one.label for _, sightings in samples for one in sightings if one.track == track]
    return labels.count(Label.PERSON) * 2 > len(labels)


def _sure(
    samples: Sequence[Sample], track: int, others: frozenset[int], first: int, last: int
) -> bool:
    """Whether between two pictures in which the track was seen it was one thing, and alone."""
    (from_us, _), (to_us, _) = samples[first], samples[last]
    before, after = _box(samples[first], track), _box(samples[last], track)
    if before is None or after is None or to_us - from_us > MOST_BETWEEN_US:
        return False
    if _jumps(before, after):
        return False
    room = _grown(_hull(before, after), SIDE, SIDE / 3)
    return not any(_meet(room, other) for other in _others(samples, others, first, last))


def _others(
    samples: Sequence[Sample], others: frozenset[int], first: int, last: int
) -> Iterator[Box]:
    """Where everything else is, or may be, between two pictures."""
    (from_us, _), (to_us, _) = samples[first], samples[last]
    earlier: dict[int, Box] = {}
    later: dict[int, Box] = {}
    during: dict[int, Box] = {}
    present: dict[int, set[int]] = {}
    begin = bisect_left(samples, from_us - HELD_US, key=_time)
    end = bisect_right(samples, to_us + HELD_US, key=_time)
    for number in range(begin, end):
        for one in samples[number][1]:
            if one.track not in others:
                continue
            if number < first:
                earlier[one.track] = one.box
            elif number > last:
                later.setdefault(one.track, one.box)
            else:
                during[one.track] = _hull(during.get(one.track, one.box), one.box)
                present.setdefault(one.track, set()).add(number)
    for other in earlier.keys() | later.keys() | during.keys():
        if {first, last} <= present.get(other, set()):
            yield during[other]
            continue
        # Not seen all the while: somewhere around where it was seen last, or is seen next.
        for side in (earlier, during, later):
            if other in side:
                yield _grown(side[other], 1.0, 0.1)


def _points(
    samples: Sequence[Sample], track: int, numbers: Sequence[int]
) -> Iterator[tuple[int, Box]]:
    for number in numbers:
        box = _box(samples[number], track)
        if box is not None:
            yield samples[number][0], box


def _time(sample: Sample) -> int:
    return sample[0]


def _box(sample: Sample, track: int) -> Box | None:
    found = [one.box for one in sample[1] if one.track == track]
    return found[0] if len(found) == 1 else None


def _jumps(before: Box, after: Box) -> bool:
    """Whether it moved or grew more than one thing does between two looks."""
    wide = max(before.width, after.width)
    high = max(before.height, after.height)
    across = abs(before.foot[0] - after.foot[0])
    down = abs(before.foot[1] - after.foot[1])
    grown = before.height / after.height if after.height > 0 else 0.0
    return across > wide or down > high / 2 or not 0.7 <= grown <= 1.43


def _hull(one: Box, other: Box) -> Box:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right, bottom = max(one.right, other.right), max(one.bottom, other.bottom)
    return Box(left, top, right - left, bottom - top)


def _grown(box: Box, across: float, down: float) -> Box:
    """Wider by `across` widths at each side and higher by `down` heights above and below."""
    wide, high = box.width * across, box.height * down
    return Box(box.left - wide, box.top - high, box.width + 2 * wide, box.height + 2 * high)


def _meet(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 0 and down > 0
