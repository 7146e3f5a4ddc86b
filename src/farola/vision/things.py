"""What the rules know of one thing while it is in the picture; all of it is gone with the thing."""

from collections import deque
from math import hypot

from farola.model import Label, Point, Sighting, Zone, ZoneKind
from farola.vision import zones as geometry

EDGE = 0.01
"""How far beyond an area's edge something must go to have left it: standing on it is one visit."""
FORGET_US = 2_000_000
"""After so long without being seen a thing is gone."""

_LINE = 0.005  # how far beyond a line something must be to have crossed it
_WINDOW_US = 1_200_000  # speeds are taken over so long: single boxes tremble
_LEAST_WINDOW_US = 700_000
_LEAST_SAMPLES = 3
_STILL = 0.008  # boxes tremble by so much, and by so much of their own width
_STILL_OF_WIDTH = 0.12
_ALMOST_ONE = 1 - 1e-9


def foot(sighting: Sighting) -> Point:
    """Where it stands, within the picture: a box cut by the lower edge stands on that edge."""
    x, y = sighting.box.foot
    return min(max(x, 0.0), _ALMOST_ONE), min(max(y, 0.0), _ALMOST_ONE)


class Thing:
    """One track: in which areas since when, which lines it just crossed, how it moves.

    `entered` and `crossed` speak of the last `seen` alone.
    """

    def __init__(self) -> None:
        self.label = Label.PERSON
        self.last_us = 0
        self.since: dict[str, int] = {}
        self.entered: set[str] = set()
        self.crossed: dict[str, int] = {}
        self.still_since_us = 0
        self.spot: Point = (0.0, 0.0)
        self.made_up_for = False
        self._way: deque[tuple[int, float, float]] = deque()
        self._anchors: dict[str, Point] = {}
        self._still: Point | None = None

    def seen(self, at_us: int, sighting: Sighting, zones: tuple[Zone, ...], aspect: float) -> None:
        """Where it is now; `aspect` is the picture's width over its height."""
        spot = self.spot = foot(sighting)
        self.label = sighting.label
        self.last_us = at_us
        self.entered.clear()
        self.crossed.clear()
        for zone in zones:
            if zone.kind is ZoneKind.AREA:
                self._area(at_us, zone, spot)
            elif zone.kind is ZoneKind.LINE:
                self._line(zone, spot)
        # From here on lengths are in widths of the picture, the same across and down.
        x, y = spot[0], spot[1] / aspect
        self._way.append((at_us, x, y))
        while at_us - self._way[0][0] > _WINDOW_US:
            self._way.popleft()
        most = max(_STILL, _STILL_OF_WIDTH * sighting.box.width)
        if self._still is None or hypot(x - self._still[0], y - self._still[1]) > most:
            self._still, self.still_since_us = (x, y), at_us

    def forget(self, zone_ids: set[str]) -> None:
        """These zones are other ones now, or gone."""
        for zone_id in zone_ids:
            self.since.pop(zone_id, None)
            self._anchors.pop(zone_id, None)

    def motion(self) -> tuple[float, float] | None:
        """Widths of the picture a second, across and down; None until it was seen long enough."""
        count = len(self._way)
        if count < _LEAST_SAMPLES or self._way[-1][0] - self._way[0][0] < _LEAST_WINDOW_US:
            return None
        begin_us = self._way[0][0]
        times = [(at_us - begin_us) / 1e6 for at_us, _, _ in self._way]
        middle = sum(times) / count
        spread = sum((time - middle) ** 2 for time in times)
        across = sum((t - middle) * x for t, (_, x, _) in zip(times, self._way, strict=True))
        down = sum((t - middle) * y for t, (_, _, y) in zip(times, self._way, strict=True))
        return across / spread, down / spread

    def _area(self, at_us: int, zone: Zone, spot: Point) -> None:
        if geometry.inside(zone.points, spot):
            if zone.id not in self.since:
                self.since[zone.id] = at_us
                self.entered.add(zone.id)
        elif zone.id in self.since and geometry.distance(zone.points, spot, closed=True) > EDGE:
            del self.since[zone.id]

    def _line(self, zone: Zone, spot: Point) -> None:
        """Looked at from the last spot that was clear of the line, so that trembling on it is not
        many crossings."""
        if geometry.distance(zone.points, spot, closed=False) <= _LINE:
            return
        anchor = self._anchors.get(zone.id)
        self._anchors[zone.id] = spot
        if anchor is not None and (count := geometry.crossings(zone.points, anchor, spot)):
            self.crossed[zone.id] = count
