"""One rule at work: what fulfils it now, and the event that it makes of that. Pure.

Two guards keep one situation from becoming many events. An event goes on while pauses are shorter
than `hold_s`; and after its end none begins for `cool_down_s`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from math import cos, hypot, radians, sin

from farola.base import new_id
from farola.model import Condition, Direction, Event, Rule, Schedule, Zone
from farola.vision.things import Thing

_GRACE_US = 1_000_000  # a condition that must hold for a while may be missed for so long
_AGAINST = -0.5  # cosine: more than 120 degrees off the permitted direction
_MOVING = 0.02  # widths of the picture a second; slower, a direction is noise
_OF_PLACE = frozenset({Condition.ENTERS, Condition.COUNT, Condition.SPEED, Condition.WRONG_WAY})


def awake(schedule: Schedule | None, at_us: int, zone: tzinfo) -> bool:
    """Whether a schedule is on at an instant, as the town's clocks on the wall show it.

    Where clocks jump ahead the missing hour is skipped; the hour that comes twice is on twice.
    """
    if schedule is None:
        return True
    local = datetime.fromtimestamp(at_us // 1_000_000, UTC).astimezone(zone)
    minute, day = local.hour * 60 + local.minute, local.weekday()
    if schedule.start_minute < schedule.end_minute:
        return day in schedule.days and schedule.start_minute <= minute < schedule.end_minute
    if minute >= schedule.start_minute:
        return day in schedule.days
    return minute < schedule.end_minute and (day - 1) % 7 in schedule.days


def fulfils(rule: Rule, zone: Zone, thing: Thing, at_us: int) -> bool:
    """Whether a thing that is seen at this instant is one that the rule is about."""
    if thing.label not in rule.labels:
        return False
    if rule.condition is Condition.CROSSES:
        count = thing.crossed.get(zone.id, 0)
        wanted = {Direction.ANY: count != 0, Direction.TO_RIGHT: count > 0}
        return wanted.get(rule.direction, count < 0)
    since_us = thing.since.get(zone.id)
    if since_us is None:
        return False
    long_us = rule.seconds * 1_000_000
    match rule.condition:
        case Condition.STAYS:
            return at_us - since_us >= long_us
        case Condition.STOPPED:
            return at_us - max(since_us, thing.still_since_us) >= long_us
        case Condition.SPEED:
            return _too_fast(rule, zone, thing)
        case Condition.WRONG_WAY:
            return _against(rule, thing)
    return True


def _too_fast(rule: Rule, zone: Zone, thing: Thing) -> bool:
    motion = thing.motion()
    if motion is None or zone.width_m is None or rule.speed_kmh is None:
        return False
    return hypot(*motion) * zone.width_m * 3.6 > rule.speed_kmh


def _against(rule: Rule, thing: Thing) -> bool:
    motion = thing.motion()
    if motion is None or rule.heading is None:
        return False
    speed = hypot(*motion)
    if speed < _MOVING:
        return False
    angle = radians(rule.heading)
    return (motion[0] * sin(angle) - motion[1] * cos(angle)) / speed < _AGAINST


class Ruling:
    """A rule's memory: for how long it has held, the event that lasts, when it may fire again."""

    def __init__(
        self, rule: Rule, zone: Zone, clocks: tzinfo, event_id: Callable[[str], str] = new_id
    ) -> None:
        self.rule = rule
        self.zone = zone
        self.event: Event | None = None
        self._clocks = clocks
        self._event_id = event_id
        self._needed = rule.count if rule.condition is Condition.COUNT else 1
        self._must_hold_us = rule.seconds * 1_000_000 if rule.condition in _OF_PLACE else 0
        self._held_since_us: int | None = None
        self._last_us = 0
        self._free_us = 0

    def see(self, at_us: int, things: Sequence[Thing]) -> list[Event]:
        """What began or ended. `things` are those seen at this instant; time only goes on."""
        found: list[Event] = []
        if self.event and at_us - self._last_us > self.rule.hold_s * 1_000_000:
            found.append(self._end(self.event))
        if not awake(self.rule.schedule, at_us, self._clocks):
            self._held_since_us = None
            if self.event:
                found.append(self._end(self.event))
            return found
        guilty = [each for each in things if fulfils(self.rule, self.zone, each, at_us)]
        if len(guilty) < self._needed:
            return found
        if self._held_since_us is None or (
            self.event is None and at_us - self._last_us > _GRACE_US
        ):
            self._held_since_us = at_us
        self._last_us = at_us
        if self.event:
            self._grow(self.event, at_us, guilty)
        elif at_us - self._held_since_us >= self._must_hold_us and at_us >= self._free_us:
            found.append(self._begin(at_us, guilty))
        return found

    def end(self) -> list[Event]:
        """Ends what lasts, as nothing will be seen for a while."""
        self._held_since_us = None
        return [self._end(self.event)] if self.event else []

    def clock_was_set_back(self) -> None:
        self._free_us = 0

    def _begin(self, at_us: int, guilty: Sequence[Thing]) -> Event:
        counted = Counter(thing.label for thing in guilty)
        label = min(counted, key=lambda each: (-counted[each], each))
        self.event = Event(
            id=self._event_id("evt"),
            camera_id=self.rule.camera_id,
            zone_id=self.zone.id,
            zone_name=self.zone.name,
            rule_id=self.rule.id,
            rule_name=self.rule.name,
            condition=self.rule.condition,
            label=label,
            start_us=at_us,
            end_us=None,
            peak=len(guilty),
            peak_us=at_us,
        )
        return self.event

    def _grow(self, event: Event, at_us: int, guilty: Sequence[Thing]) -> None:
        crosses = self.rule.condition is Condition.CROSSES
        peak = event.peak + len(guilty) if crosses else len(guilty)
        if peak > event.peak:
            self.event = replace(event, peak=peak, peak_us=at_us)

    def _end(self, event: Event) -> Event:
        self.event = None
        self._held_since_us = None
        self._free_us = self._last_us + self.rule.cool_down_s * 1_000_000
        return replace(event, end_us=self._last_us)
