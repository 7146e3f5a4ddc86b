"""What a town asks its cameras to notice, and what was noticed: places and times, never persons.

Times are UTC microseconds. An event tells how many things of a class did something at a place; no
field says which one, and no track outlives the engine that counted it.
"""

from dataclasses import dataclass
from enum import StrEnum

from farola.model.covering import Point
from farola.model.scene import PLATED, Label

HOUR_US = 3_600_000_000


class ZoneKind(StrEnum):
    """An area and a line are watched; what is in a private zone is covered and never noticed."""

    AREA = "area"
    LINE = "line"
    PRIVATE = "private"


class Condition(StrEnum):
    ENTERS = "enters"
    STAYS = "stays"
    COUNT = "count"
    CROSSES = "crosses"
    SPEED = "speed"
    WRONG_WAY = "wrong_way"
    STOPPED = "stopped"


class Direction(StrEnum):
    """Across a line as one sees it who walks along it from its first point to its last."""

    ANY = "any"
    TO_RIGHT = "to_right"
    TO_LEFT = "to_left"


STANDABLE = PLATED | {Label.BICYCLE}
"""What a rule about stopped vehicles may be for."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of one camera's picture. `points` are fractions of it: a polygon, or a line's corners.

    `width_m` is how many metres the whole picture's width spans at the zone's distance, None where
    nobody measured it; speeds need it.
    """

    id: str
    camera_id: str
    name: str
    kind: ZoneKind
    points: tuple[Point, ...]
    width_m: float | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule is awake, on the town's clocks.

    `days` counts from Monday, 0, to Sunday, 6. Minutes are those of the day, `start_minute` 0 to
    1439 and `end_minute` 1 to 1440. An end at or before the start lies on the next day; the night
    then belongs to the day on which it began.
    """

    days: tuple[int, ...]
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition over things of some classes in one zone.

    `seconds` is how long it must hold: for `stays` and `stopped` by one and the same thing, else by
    the place. `count` is for `count`, `direction` for `crosses`, `speed_kmh` for `speed`. `heading`
    is for `wrong_way`: the permitted direction of travel in degrees clockwise, 0 up the picture.
    An event goes on through pauses shorter than `hold_s`, and after its end none begins for
    `cool_down_s`. Without a `schedule` it is always awake.
    """

    id: str
    camera_id: str
    zone_id: str
    name: str
    labels: frozenset[Label]
    condition: Condition
    seconds: int = 0
    count: int = 1
    direction: Direction = Direction.ANY
    heading: int | None = None
    speed_kmh: int | None = None
    schedule: Schedule | None = None
    hold_s: int = 3
    cool_down_s: int = 30
    enabled: bool = True

    def misfit(self, zone: Zone) -> tuple[str, str] | None:
        """The field that does not go with zone or condition, and why; None when all does."""
        if zone.camera_id != self.camera_id:
            return "zone_id", "the zone is another camera's"
        wanted = ZoneKind.LINE if self.condition is Condition.CROSSES else ZoneKind.AREA
        if zone.kind is not wanted:
            return "zone_id", f"the condition {self.condition.value} needs a zone of kind {wanted}"
        if not self.labels:
            return "labels", "a rule needs at least one class"
        if self.condition is Condition.SPEED and (zone.width_m is None or not self.speed_kmh):
            missing = "speed_kmh" if not self.speed_kmh else "zone_id"
            return missing, "a speed needs a limit, and a zone whose scale in metres is known"
        if self.condition is Condition.WRONG_WAY and self.heading is None:
            return "heading", "wrong way needs the permitted direction of travel"
        if self.condition in {Condition.STAYS, Condition.STOPPED} and self.seconds < 1:
            return "seconds", "it needs a number of seconds"
        if self.condition is Condition.STOPPED and not self.labels <= STANDABLE:
            return "labels", "only vehicles stop in this sense"
        return None


@dataclass(frozen=True, slots=True)
class Event:
    """A rule fired. Names, condition and class are as they were then; `end_us` None while it lasts.

    It begins when the condition had held for as long as it must, and ends when it last held. `peak`
    is the most things at once that fulfilled it (for `crosses`: all that crossed), first at
    `peak_us`. `label` is the commonest class among them when it began.
    """

    id: str
    camera_id: str
    zone_id: str
    zone_name: str
    rule_id: str
    rule_name: str
    condition: Condition
    label: Label
    start_us: int
    end_us: int | None
    peak: int
    peak_us: int


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What events are asked for; None asks for all. They are found by when they began.

    `within` are the cameras that whoever asks may know of.
    """

    camera_id: str | None = None
    zone_id: str | None = None
    rule_id: str | None = None
    label: Label | None = None
    condition: Condition | None = None
    start_us: int | None = None
    end_us: int | None = None
    within: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first. `next` asks for the page after them, None after the last."""

    events: tuple[Event, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class HourCount:
    """One class in one zone in one UTC hour; `zone_id` None is the whole picture.

    `entered` is how many came in (for a line: crossed it), `peak` the most at once, and
    `present_us` for how long at least one was there.
    """

    camera_id: str
    zone_id: str | None
    hour_us: int
    label: Label
    entered: int
    peak: int
    present_us: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have made of recorded video.

    The video was looked at from the asked start to `until_us`, in `pictures` pictures. `sure`
    sightings were counted, `unsure` ones were not.
    """

    events: tuple[Event, ...]
    until_us: int
    pictures: int
    sure: int
    unsure: int
