"""All of one camera's zones and rules over what is seen in it, picture after picture. Pure."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from math import hypot

from farola.model import Event, HourCount, Rule, Sighting, Zone, ZoneKind
from farola.vision import zones as geometry
from farola.vision.counts import Counts
from farola.vision.rules import Ruling
from farola.vision.things import FORGET_US, Thing, foot

_REACH = 1.5  # in heights of its box: how far one walks while it is lost
_SET_BACK_US = 5_000_000  # by so much less, pictures come a little out of order


class Watch:
    """Turns sightings into events and counts.

    Only sightings that are `sure` count, and nothing that stands in a private zone. Track numbers
    are used to tell things apart while they are seen, and leave this class in nothing.
    """

    def __init__(
        self,
        camera_id: str,
        zones: Iterable[Zone],
        rules: Iterable[Rule],
        clocks: tzinfo,
        *,
        aspect: float = 16 / 9,
    ) -> None:
        """`clocks` is the town's time zone, `aspect` the picture's width over its height."""
        self.aspect = aspect
        self._camera_id = camera_id
        self._clocks = clocks
        self._zones: tuple[Zone, ...] = ()
        self._rulings: dict[str, Ruling] = {}
        self._things: dict[int, Thing] = {}
        self._counts = Counts(camera_id)
        self._last_us = 0
        self.change(zones, rules)

    def change(self, zones: Iterable[Zone], rules: Iterable[Rule]) -> list[Event]:
        """Zones and rules are these from now on; answers events that end with their rule.

        What did not change goes on undisturbed. Disabled rules, and those that do not fit their
        zone, sleep.
        """
        zones = tuple(zone for zone in zones if zone.camera_id == self._camera_id)
        changed = {zone.id for zone in self._zones} - {
            zone.id for zone in zones if zone in self._zones
        }
        for thing in self._things.values():
            thing.forget(changed)
        self._zones = zones
        by_id = {zone.id: zone for zone in zones}
        wanted: dict[str, Ruling] = {}
        for rule in rules:
            zone = by_id.get(rule.zone_id)
            if zone is None or not rule.enabled or rule.misfit(zone) is not None:
                continue
            known = self._rulings.get(rule.id)
            same = known is not None and (known.rule, known.zone) == (rule, zone)
            wanted[rule.id] = known if known and same else Ruling(rule, zone, self._clocks)
        ended = [
            event
            for rule_id, ruling in self._rulings.items()
            if wanted.get(rule_id) is not ruling
            for event in ruling.end()
        ]
        self._rulings = wanted
        return ended

    def see(self, at_us: int, sightings: Sequence[Sighting]) -> list[Event]:
        """What begins (`end_us` None) and what ends (the same event with its end and peak).

        To be called for every picture that was looked at, also where nothing was seen. A picture
        a little older than the last one is passed over.
        """
        found: list[Event] = []
        if at_us <= self._last_us:
            if self._last_us - at_us < _SET_BACK_US:
                return found
            found += self._clock_was_set_back()
        self._last_us = at_us
        self._things = {
            track: thing
            for track, thing in self._things.items()
            if at_us - thing.last_us <= FORGET_US
        }
        seen, new = self._seen(at_us, sightings)
        self._counts.see(at_us, self._zones, seen, new)
        for ruling in self._rulings.values():
            found += ruling.see(at_us, seen)
        return found

    def end(self) -> list[Event]:
        """Ends every event that lasts: the camera is not looked at any longer."""
        self._things.clear()
        return [event for ruling in self._rulings.values() for event in ruling.end()]

    def take_counts(self) -> list[HourCount]:
        """What was counted since the last call, to be added to what the catalogue keeps."""
        return self._counts.take()

    @property
    def lasting(self) -> list[Event]:
        """Events that began and did not end, with their peak so far."""
        return [ruling.event for ruling in self._rulings.values() if ruling.event]

    def _seen(self, at_us: int, sightings: Sequence[Sighting]) -> tuple[list[Thing], list[Thing]]:
        seen: list[Thing] = []
        new: list[Thing] = []
        hidden = [zone.points for zone in self._zones if zone.kind is ZoneKind.PRIVATE]
        there = {sighting.track for sighting in sightings}
        for sighting in sightings:
            if not sighting.sure:
                continue
            spot = foot(sighting)
            if any(geometry.inside(points, spot) for points in hidden):
                self._things.pop(sighting.track, None)
                continue
            thing = self._things.get(sighting.track)
            if thing is None:
                lost = self._lost_here(sighting, there)
                thing = self._things[sighting.track] = Thing()
                thing.seen(at_us, sighting, self._zones, self.aspect)
                if lost is None:
                    new.append(thing)
                else:
                    lost.made_up_for = True
                    thing.entered -= lost.since.keys()
            else:
                thing.seen(at_us, sighting, self._zones, self.aspect)
            seen.append(thing)
        return seen, new

    def _lost_here(self, sighting: Sighting, there: set[int]) -> Thing | None:
        """What vanished a moment ago where this appears, if something of its class did.

        For the counts alone: one that vanishes and one that appears in its place is, as often as
        not, one that was lost for a moment, and places would seem far livelier than they are. No
        rule hears of it: who is new to the tracker is new to the rules.
        """
        reach = _REACH * sighting.box.height / self.aspect
        x, y = foot(sighting)
        best: Thing | None = None
        for track, thing in self._things.items():
            if track in there or thing.made_up_for or thing.label is not sighting.label:
                continue
            away = hypot(thing.spot[0] - x, (thing.spot[1] - y) / self.aspect)
            if away <= reach:
                best, reach = thing, away
        return best

    def _clock_was_set_back(self) -> list[Event]:
        ended = self.end()
        for ruling in self._rulings.values():
            ruling.clock_was_set_back()
        return ended
