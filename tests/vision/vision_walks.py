"""Things that walk, stand and drive, as a tracker would tell of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import settings

from farola.model import Box, Condition, Event, Label, Rule, Sighting, Zone, ZoneKind
from farola.vision.watch import Watch

NOW_US = 1_795_500_000_000_000  # Tuesday 2026-11-24 06:00 UTC
STEP_US = 200_000
S = 1_000_000
UTC = ZoneInfo("UTC")
MIDDLE = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))
AREA = Zone("zon-area", "cam-1", "Square", ZoneKind.AREA, MIDDLE, 20.0)
LINE = Zone("zon-line", "cam-1", "Gate", ZoneKind.LINE, ((0.2, 0.5), (0.8, 0.5)))
PERSONS = frozenset({Label.PERSON})

patient = settings(deadline=None)  # a busy machine is no fault of what is tested

type Picture = tuple[int, list[Sighting]]


def rule_of(condition: Condition, **changes: object) -> Rule:
    zone_id = LINE.id if condition is Condition.CROSSES else AREA.id
    rule = Rule("rul-1", "cam-1", zone_id, "Rule", PERSONS, condition, hold_s=1, cool_down_s=0)
    return replace(rule, **changes)  # type: ignore[arg-type]


def sighting(
    x: float, y: float, track: int = 1, label: Label = Label.PERSON, *, sure: bool = True
) -> Sighting:
    """Something whose foot is at x, y; 4 % wide and 10 % high."""
    return Sighting(track, label, 0.9, Box(x - 0.02, y - 0.1, 0.04, 0.1), sure)


def pictures(
    seconds: float, where: Callable[[float], Iterable[Sighting]], *, from_s: float = 0.0
) -> list[Picture]:
    """Five a second: what `where` says for each second and its parts."""
    count = round(seconds * S) // STEP_US
    return [
        (NOW_US + round(from_s * S) + n * STEP_US, list(where(from_s + n * STEP_US / S)))
        for n in range(count)
    ]


def watch_of(*rules: Rule, zones: Iterable[Zone] = (AREA, LINE), aspect: float = 1.0) -> Watch:
    return Watch("cam-1", zones, rules, UTC, aspect=aspect)


def watched(watch: Watch, seen: Iterable[Picture]) -> list[Event]:
    """Events as they are in the end, by start; those that last have no end and their peak."""
    found: dict[str, Event] = {}
    for at_us, sightings in seen:
        found |= {event.id: event for event in watch.see(at_us, sightings)}
    found |= {event.id: event for event in watch.lasting}
    return sorted(found.values(), key=lambda event: event.start_us)


def seconds_of(event: Event) -> tuple[float, float | None]:
    """Start and end in seconds from the first picture."""
    end = None if event.end_us is None else (event.end_us - NOW_US) / S
    return (event.start_us - NOW_US) / S, end
