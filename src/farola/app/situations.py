"""The API's zones, rules, events and counts over the catalogue, and rules tried on recordings."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import tzinfo

from farola.api import RuleDraft, Sightings, ZoneDraft
from farola.base import Error, Kind, new_id
from farola.catalog import Catalog
from farola.model import (
    Event,
    EventFilter,
    EventPage,
    HourCount,
    Rule,
    Sighting,
    Span,
    StreamKind,
    Trial,
    Zone,
)
from farola.vision.watch import Watch
from farola.vision.zones import flaw

TRY_WITHIN_S = 60.0
_MOST_TRIED_EVENTS = 500


class SituationDesk:
    """Every method but `try_rule` blocks; `changed` is called with a camera's id after each change
    of its zones or rules, in the thread of who asked.
    """

    def __init__(
        self,
        catalog: Catalog,
        clocks: tzinfo,
        sightings: Sightings | None,
        changed: Callable[[str], None],
        *,
        try_within_s: float = TRY_WITHIN_S,
    ) -> None:
        """`clocks` is the town's time zone, in which schedules are read. Without `sightings` rules
        cannot be tried.
        """
        self._catalog = catalog
        self._clocks = clocks
        self._sightings = sightings
        self._changed = changed
        self._try_within_s = try_within_s
        self._trying = asyncio.Lock()

    def zones(self, camera_id: str) -> Sequence[Zone]:
        return self._catalog.zones.zones(camera_id)

    def add_zone(self, camera_id: str, draft: ZoneDraft) -> Zone:
        return self._save_zone(camera_id, new_id("zon"), draft)

    def update_zone(self, camera_id: str, zone_id: str, draft: ZoneDraft) -> Zone:
        """Raises CONFLICT when a rule of the zone cannot live with what is drawn now."""
        self._catalog.zones.zone(camera_id, zone_id)
        return self._save_zone(camera_id, zone_id, draft)

    def delete_zone(self, camera_id: str, zone_id: str) -> None:
        self._catalog.zones.delete_zone(camera_id, zone_id)
        self._changed(camera_id)

    def rules(self, camera_id: str) -> Sequence[Rule]:
        return self._catalog.zones.rules(camera_id)

    def add_rule(self, camera_id: str, draft: RuleDraft) -> Rule:
        return self._save_rule(camera_id, new_id("rul"), draft)

    def update_rule(self, camera_id: str, rule_id: str, draft: RuleDraft) -> Rule:
        self._catalog.zones.rule(camera_id, rule_id)
        return self._save_rule(camera_id, rule_id, draft)

    def delete_rule(self, camera_id: str, rule_id: str) -> None:
        self._catalog.zones.delete_rule(camera_id, rule_id)
        self._changed(camera_id)

    def events(self, asked: EventFilter, before: str | None, limit: int) -> EventPage:
        return self._catalog.events.search(asked, before, limit)

    def event(self, event_id: str) -> Event:
        return self._catalog.events.get(event_id)

    def activity(self, camera_id: str, span: Span, zone_id: str | None) -> Sequence[HourCount]:
        return self._catalog.events.counts(camera_id, span, zone_id)

    async def try_rule(self, camera_id: str, draft: RuleDraft, span: Span) -> Trial:
        """The same engine as live, over the same detector, and nothing is kept of it."""
        if self._sightings is None:
            raise Error(Kind.UNAVAILABLE, "nothing can be looked at: no detector runs")
        if self._trying.locked():
            raise Error(Kind.OVERLOADED, "another rule is being tried")
        async with self._trying:
            draft = replace(draft, enabled=True)
            rule = await asyncio.to_thread(self._fitting_rule, camera_id, "rul-tried", draft)
            zones = await asyncio.to_thread(self.zones, camera_id)
            aspect = await asyncio.to_thread(self._aspect, camera_id, span)
            watch = Watch(camera_id, zones, [rule], self._clocks, aspect=aspect)
            trial = _Tried(watch, span)
            with suppress(TimeoutError):  # what was looked at by then is the answer
                async with asyncio.timeout(self._try_within_s):
                    await trial.look(self._sightings.over(camera_id, span))
            return trial.result()

    def _aspect(self, camera_id: str, span: Span) -> float:
        """Width over height of what was recorded."""
        for segment in self._catalog.recordings.segments(camera_id, StreamKind.MAIN, span):
            if segment.width and segment.height:
                return segment.width / segment.height
        return 16 / 9

    def _save_zone(self, camera_id: str, zone_id: str, draft: ZoneDraft) -> Zone:
        if (why := flaw(draft.kind, draft.points)) is not None:
            raise Error(Kind.INVALID_INPUT, why, field="points")
        zone = Zone(
            id=zone_id,
            camera_id=camera_id,
            name=draft.name,
            kind=draft.kind,
            points=draft.points,
            width_m=draft.width_m,
        )
        with self._catalog.batch():
            for rule in self._catalog.zones.rules(camera_id):
                if rule.zone_id == zone_id and (found := rule.misfit(zone)) is not None:
                    raise Error(Kind.CONFLICT, f"a rule: {found[1]}", rule=rule.name)
            self._catalog.zones.save_zone(zone)
        self._changed(camera_id)
        return self._catalog.zones.zone(camera_id, zone_id)

    def _save_rule(self, camera_id: str, rule_id: str, draft: RuleDraft) -> Rule:
        with self._catalog.batch():
            rule = self._fitting_rule(camera_id, rule_id, draft)
            self._catalog.zones.save_rule(rule)
        self._changed(camera_id)
        return rule

    def _fitting_rule(self, camera_id: str, rule_id: str, draft: RuleDraft) -> Rule:
        """Raises INVALID_INPUT for a rule that does not go with its zone or has none."""
        rule = Rule(
            id=rule_id,
            camera_id=camera_id,
            zone_id=draft.zone_id,
            name=draft.name,
            labels=draft.labels,
            condition=draft.condition,
            seconds=draft.seconds,
            count=draft.count,
            direction=draft.direction,
            heading=draft.heading,
            speed_kmh=draft.speed_kmh,
            schedule=draft.schedule,
            hold_s=draft.hold_s,
            cool_down_s=draft.cool_down_s,
            enabled=draft.enabled,
        )
        zone = {each.id: each for each in self.zones(camera_id)}.get(draft.zone_id)
        if zone is None:
            raise Error(Kind.INVALID_INPUT, "this camera has no such zone", field="zone_id")
        if (found := rule.misfit(zone)) is not None:
            raise Error(Kind.INVALID_INPUT, found[1], field=found[0])
        return rule


class _Tried:
    """A rule at work on recorded video."""

    def __init__(self, watch: Watch, span: Span) -> None:
        self._watch = watch
        self._until_us = span.start_us
        self._events: dict[str, Event] = {}
        self._pictures = 0
        self._sure = 0
        self._unsure = 0

    async def look(self, pictures: AsyncGenerator[tuple[int, Sequence[Sighting]], None]) -> None:
        async with aclosing(pictures):
            async for at_us, sightings in pictures:
                self._pictures += 1
                self._until_us = max(self._until_us, at_us + 1)
                sure = sum(sighting.sure for sighting in sightings)
                self._sure += sure
                self._unsure += len(sightings) - sure
                self._events.update(
                    (event.id, event) for event in self._watch.see(at_us, sightings)
                )
                if len(self._events) >= _MOST_TRIED_EVENTS:
                    return

    def result(self) -> Trial:
        lasting = {event.id: event for event in self._watch.lasting}  # with their peak so far
        events = tuple((self._events | lasting).values())
        return Trial(events, self._until_us, self._pictures, self._sure, self._unsure)
