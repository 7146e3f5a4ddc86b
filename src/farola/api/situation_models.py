"""Zones, rules, events and hourly counts as JSON, and their way to and from the model."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from farola.api.fields import LATEST_US, Answer, Body, Micros, Name
from farola.api.services import RuleDraft, ZoneDraft
from farola.model import (
    Condition,
    Direction,
    Event,
    HourCount,
    Label,
    Rule,
    Schedule,
    Trial,
    Zone,
    ZoneKind,
)

_ID = r"^[a-z0-9-]{1,40}$"
_DAY_S = 86_400

ZoneId = Annotated[str, Path(pattern=_ID, description="A zone's id")]
RuleId = Annotated[str, Path(pattern=_ID, description="A rule's id")]
EventId = Annotated[str, Path(pattern=_ID, description="An event's id")]
IdQuery = Annotated[str | None, Query(pattern=_ID)]
CameraIdQuery = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,64}$", description="A camera's id")]
CursorQuery = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,16}\.[a-z0-9-]{1,40}$", description="The `next` of an earlier page"),
]
LimitQuery = Annotated[int, Query(ge=1, le=500, description="Events a page")]
SinceQuery = Annotated[
    int | None, Query(ge=0, le=LATEST_US, description="Begun at or after this UTC microsecond")
]
UntilQuery = Annotated[
    int | None, Query(ge=0, le=LATEST_US, description="Begun before this UTC microsecond")
]

# JSON has strings where the model has words of a closed list; strict types would refuse them.
LabelWord = Annotated[Label, Field(strict=False)]
Seconds = Annotated[int, Field(ge=0, le=_DAY_S)]


class PointBody(Body):
    """A point in fractions of the picture's width and height, origin top left."""

    x: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    y: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class ZoneBody(Body):
    """A zone as somebody draws it: a polygon, or the corners of a line.

    `width_m` is how many metres the picture's width spans at the zone; null when nobody knows.
    """

    name: Name
    kind: Annotated[ZoneKind, Field(strict=False)]
    points: Annotated[list[PointBody], Field(min_length=2, max_length=32)]
    width_m: Annotated[float | None, Field(ge=0.5, le=5000, allow_inf_nan=False)] = None

    def draft(self) -> ZoneDraft:
        points = tuple((point.x, point.y) for point in self.points)
        return ZoneDraft(self.name, self.kind, points, self.width_m)


class ScheduleBody(Body):
    """When a rule is awake, on the town's clocks; days count from Monday, 0.

    An end at or before the start lies on the next day.
    """

    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
    start_minute: Annotated[int, Field(ge=0, le=1439)]
    end_minute: Annotated[int, Field(ge=1, le=1440)]

    def model(self) -> Schedule:
        return Schedule(tuple(sorted(set(self.days))), self.start_minute, self.end_minute)


class RuleBody(Body):
    """A rule as somebody writes it. What a condition does not need is kept and not used.

    `seconds` is how long the condition must hold (`stays` and `stopped` need it), `count` is for
    `count`, `direction` for `crosses`, `speed_kmh` for `speed` and `heading`, the permitted
    direction of travel in degrees clockwise from up, for `wrong_way`. An event goes on through
    pauses shorter than `hold_s`; after it none begins for `cool_down_s`.
    """

    name: Name
    zone_id: Annotated[str, Field(pattern=_ID)]
    labels: Annotated[list[LabelWord], Field(min_length=1, max_length=len(Label))]
    condition: Annotated[Condition, Field(strict=False)]
    seconds: Seconds = 0
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    direction: Annotated[Direction, Field(strict=False)] = Direction.ANY
    heading: Annotated[int | None, Field(ge=0, le=359)] = None
    speed_kmh: Annotated[int | None, Field(ge=1, le=400)] = None
    schedule: ScheduleBody | None = None
    hold_s: Annotated[int, Field(ge=0, le=3600)] = 3
    cool_down_s: Seconds = 30
    enabled: bool = True

    def draft(self) -> RuleDraft:
        return RuleDraft(
            name=self.name,
            zone_id=self.zone_id,
            labels=frozenset(self.labels),
            condition=self.condition,
            seconds=self.seconds,
            count=self.count,
            direction=self.direction,
            heading=self.heading,
            speed_kmh=self.speed_kmh,
            schedule=self.schedule.model() if self.schedule else None,
            hold_s=self.hold_s,
            cool_down_s=self.cool_down_s,
            enabled=self.enabled,
        )


class TrialBody(Body):
    """A rule to be tried, and the recorded span that it is tried on, at most an hour."""

    rule: RuleBody
    start_us: Micros
    end_us: Micros


class PointAnswer(Answer):
    x: float
    y: float


class ZoneAnswer(Answer):
    """A part of one camera's picture, drawn by hand."""

    id: str
    camera_id: str
    name: str
    kind: ZoneKind
    points: list[PointAnswer]
    width_m: float | None

    @classmethod
    def of(cls, zone: Zone) -> "ZoneAnswer":
        return cls(
            id=zone.id,
            camera_id=zone.camera_id,
            name=zone.name,
            kind=zone.kind,
            points=[PointAnswer(x=x, y=y) for x, y in zone.points],
            width_m=zone.width_m,
        )


class ZoneList(Answer):
    zones: list[ZoneAnswer]


class ScheduleAnswer(Answer):
    days: list[int]
    start_minute: int
    end_minute: int


class RuleAnswer(Answer):
    """A condition over things of some classes in one zone."""

    id: str
    camera_id: str
    zone_id: str
    name: str
    labels: list[Label]
    condition: Condition
    seconds: int
    count: int
    direction: Direction
    heading: int | None
    speed_kmh: int | None
    schedule: ScheduleAnswer | None
    hold_s: int
    cool_down_s: int
    enabled: bool

    @classmethod
    def of(cls, rule: Rule) -> "RuleAnswer":
        same = set(cls.model_fields) - {"labels", "schedule"}
        awake = rule.schedule
        return cls(
            labels=sorted(rule.labels),
            schedule=ScheduleAnswer(
                days=list(awake.days),
                start_minute=awake.start_minute,
                end_minute=awake.end_minute,
            )
            if awake
            else None,
            **{name: getattr(rule, name) for name in same},
        )


class RuleList(Answer):
    rules: list[RuleAnswer]


class EventAnswer(Answer):
    """A rule fired. Names, condition and class are as they were then; `end_us` is null while it
    lasts. `peak` is the most things at once that fulfilled the rule, first at `peak_us`.
    """

    id: str
    camera_id: str
    zone_id: str
    zone_name: str
    rule_id: str
    rule_name: str
    condition: Condition
    label: Label
    start_us: Micros
    end_us: Micros | None
    peak: int
    peak_us: Micros

    @classmethod
    def of(cls, event: Event) -> "EventAnswer":
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


class EventList(Answer):
    """Newest first. `next` asks for the page after this one, null after the last."""

    events: list[EventAnswer]
    next: str | None


class TrialEvent(Answer):
    """An event that a tried rule would have made; `end_us` is null when it lasted to the end."""

    label: Label
    start_us: Micros
    end_us: Micros | None
    peak: int
    peak_us: Micros


class TrialAnswer(Answer):
    """What a rule would have made of recorded video, looked at from the start to `until_us`.

    `sure` sightings were counted, `unsure` ones, seen too briefly or too dimly, were not.
    """

    events: list[TrialEvent]
    until_us: Micros
    pictures: int
    sure: int
    unsure: int

    @classmethod
    def of(cls, trial: Trial) -> "TrialAnswer":
        return cls(
            events=[
                TrialEvent(**{name: getattr(event, name) for name in TrialEvent.model_fields})
                for event in trial.events
            ],
            until_us=trial.until_us,
            pictures=trial.pictures,
            sure=trial.sure,
            unsure=trial.unsure,
        )


class HourAnswer(Answer):
    """One class in one zone in one UTC hour; `zone_id` null is the whole picture.

    `entered` is how many came in or crossed, `peak` the most at once, `present_us` for how long at
    least one was there.
    """

    camera_id: str
    zone_id: str | None
    hour_us: Micros
    label: Label
    entered: int
    peak: int
    present_us: int

    @classmethod
    def of(cls, count: HourCount) -> "HourAnswer":
        return cls(**{name: getattr(count, name) for name in cls.model_fields})


class ActivityAnswer(Answer):
    hours: list[HourAnswer]
