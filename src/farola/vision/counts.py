"""How many came, how many at once and for how long: hour by hour, for places and never persons."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from farola.model import HOUR_US, HourCount, Label, Zone, ZoneKind
from farola.vision.things import FORGET_US, Thing


@dataclass(slots=True)
class _Tally:
    entered: int = 0
    peak: int = 0
    present_us: int = 0


class Counts:
    """Adds up what is seen of one camera until somebody takes it."""

    def __init__(self, camera_id: str) -> None:
        self._camera_id = camera_id
        self._tallies: dict[tuple[str | None, int, Label], _Tally] = {}
        self._present: set[tuple[str | None, Label]] = set()
        self._last_us = 0

    def see(
        self, at_us: int, zones: Iterable[Zone], things: Sequence[Thing], new: Sequence[Thing]
    ) -> None:
        """Things seen at an instant; `new` are those among them that were not there before."""
        if 0 < at_us - self._last_us <= FORGET_US:
            self._time_goes_on(at_us)
        self._last_us = at_us
        hour_us = at_us - at_us % HOUR_US
        self._present = set()
        self._count(None, hour_us, things, new)
        for zone in zones:
            if zone.kind is ZoneKind.LINE:
                for thing in things:
                    if crossed := abs(thing.crossed.get(zone.id, 0)):
                        self._tally(zone.id, hour_us, thing.label).entered += crossed
            elif zone.kind is ZoneKind.AREA:
                there = [thing for thing in things if zone.id in thing.since]
                came = [thing for thing in there if zone.id in thing.entered]
                self._count(zone.id, hour_us, there, came)

    def take(self) -> list[HourCount]:
        """What was counted since the last time, to be added to what is kept."""
        taken = [
            HourCount(
                self._camera_id,
                zone_id,
                hour_us,
                label,
                tally.entered,
                tally.peak,
                tally.present_us,
            )
            for (zone_id, hour_us, label), tally in self._tallies.items()
        ]
        self._tallies.clear()
        return taken

    def _count(
        self, zone_id: str | None, hour_us: int, there: Sequence[Thing], came: Sequence[Thing]
    ) -> None:
        for label, count in Counter(thing.label for thing in there).items():
            self._present.add((zone_id, label))
            tally = self._tally(zone_id, hour_us, label)
            tally.peak = max(tally.peak, count)
        for thing in came:
            self._tally(zone_id, hour_us, thing.label).entered += 1

    def _time_goes_on(self, at_us: int) -> None:
        """What was there at the last instant was there until now, in each hour its part."""
        start_us = self._last_us
        while start_us < at_us:
            hour_us = start_us - start_us % HOUR_US
            end_us = min(at_us, hour_us + HOUR_US)
            for zone_id, label in self._present:
                self._tally(zone_id, hour_us, label).present_us += end_us - start_us
            start_us = end_us

    def _tally(self, zone_id: str | None, hour_us: int, label: Label) -> _Tally:
        return self._tallies.setdefault((zone_id, hour_us, label), _Tally())
