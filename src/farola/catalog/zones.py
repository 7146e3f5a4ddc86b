"""A camera's zones and rules: what the town asks it to notice."""

import json
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.database import Database
from farola.catalog.tables import (
    ID_WIDTH,
    NAME_WIDTH,
    POINTS_WIDTH,
    CameraRow,
    RuleLabelRow,
    RuleRow,
    ZoneRow,
)
from farola.model import Condition, Direction, Label, Point, Rule, Schedule, Zone, ZoneKind

MOST_ZONES = 32
MOST_RULES = 64
_MOST_SECONDS = 86_400
_DIGITS = 5  # a hundredth of a pixel of a 1080p picture


class Zones:
    """The rows of zones and rules. Whether a shape makes sense is for who draws and follows it.

    Every method may raise `Error(CATALOG_LOCKED | CATALOG_FAILED | ...)`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def zones(self, camera_id: str | None = None) -> list[Zone]:
        """A camera's zones by name, or those of all cameras."""
        statement = select(ZoneRow.__table__).order_by(ZoneRow.camera_id, ZoneRow.name)
        if camera_id is not None:
            statement = statement.where(ZoneRow.camera_id == camera_id)
        with self._database.read() as connection:
            return [_zone(row) for row in connection.execute(statement)]

    def zone(self, camera_id: str, zone_id: str) -> Zone:
        """`Error(NOT_FOUND)` also for a zone of another camera."""
        with self._database.read() as connection:
            row = connection.execute(
                select(ZoneRow.__table__).where(
                    ZoneRow.id == zone_id, ZoneRow.camera_id == camera_id
                )
            ).one_or_none()
        if row is None:
            raise Error(Kind.NOT_FOUND, "no such zone")
        return _zone(row)

    def save_zone(self, zone: Zone) -> None:
        """Insert a zone, or replace the one with its id.

        `Error(CONFLICT)` for a name in use at this camera and for a zone too many, NOT_FOUND for an
        unknown camera.
        """
        values = {
            "name": fields.text(zone.name, "name", NAME_WIDTH),
            "kind": fields.word(zone.kind, "kind", ZoneKind),
            "points": fields.text(_packed(zone.points), "points", POINTS_WIDTH),
            "width_m": zone.width_m,
        }
        with self._database.write() as connection:
            _refuse_taken(connection, ZoneRow, zone)
            mine = (ZoneRow.id == zone.id, ZoneRow.camera_id == zone.camera_id)
            if connection.execute(update(ZoneRow).where(*mine).values(**values)).rowcount:
                return
            _refuse_too_many(connection, ZoneRow, zone.camera_id, MOST_ZONES)
            row = {"id": fields.text(zone.id, "id", ID_WIDTH), "camera_id": zone.camera_id}
            connection.execute(insert(ZoneRow).values(**row, **values))

    def delete_zone(self, camera_id: str, zone_id: str) -> None:
        """`Error(CONFLICT)` while a rule needs it, NOT_FOUND."""
        with self._database.write() as connection:
            self.zone(camera_id, zone_id)
            needed = select(RuleRow.name).where(RuleRow.zone_id == zone_id).limit(1)
            name = connection.execute(needed).scalar_one_or_none()
            if name is not None:
                raise Error(Kind.CONFLICT, "a rule still needs this zone", rule=name)
            connection.execute(delete(ZoneRow).where(ZoneRow.id == zone_id))

    def rules(self, camera_id: str | None = None) -> list[Rule]:
        """A camera's rules by name, or those of all cameras."""
        return self._rules(RuleRow.camera_id == camera_id if camera_id is not None else None)

    def rule(self, camera_id: str, rule_id: str) -> Rule:
        """`Error(NOT_FOUND)` also for a rule of another camera."""
        found = self._rules((RuleRow.id == rule_id) & (RuleRow.camera_id == camera_id))
        if not found:
            raise Error(Kind.NOT_FOUND, "no such rule")
        return found[0]

    def save_rule(self, rule: Rule) -> None:
        """Insert a rule, or replace the one with its id.

        `Error(CONFLICT)` for a name in use at this camera and for a rule too many, NOT_FOUND for a
        zone that this camera does not have.
        """
        values = _rule_values(rule)
        labels = [fields.word(label, "labels", Label) for label in rule.labels]
        if not labels:
            raise Error(Kind.INVALID_INPUT, "a rule needs a class", field="labels")
        with self._database.write() as connection:
            self.zone(rule.camera_id, rule.zone_id)
            _refuse_taken(connection, RuleRow, rule)
            mine = (RuleRow.id == rule.id, RuleRow.camera_id == rule.camera_id)
            if not connection.execute(update(RuleRow).where(*mine).values(**values)).rowcount:
                _refuse_too_many(connection, RuleRow, rule.camera_id, MOST_RULES)
                row = {"id": fields.text(rule.id, "id", ID_WIDTH), "camera_id": rule.camera_id}
                connection.execute(insert(RuleRow).values(**row, **values))
            connection.execute(delete(RuleLabelRow).where(RuleLabelRow.rule_id == rule.id))
            connection.execute(
                insert(RuleLabelRow),
                [{"rule_id": rule.id, "label": label} for label in labels],
            )

    def delete_rule(self, camera_id: str, rule_id: str) -> None:
        """`Error(NOT_FOUND)`. Its events stay."""
        with self._database.write() as connection:
            mine = (RuleRow.id == rule_id, RuleRow.camera_id == camera_id)
            if not connection.execute(delete(RuleRow).where(*mine)).rowcount:
                raise Error(Kind.NOT_FOUND, "no such rule")

    def _rules(self, which: Any) -> list[Rule]:
        statement = select(RuleRow.__table__).order_by(RuleRow.camera_id, RuleRow.name)
        labels = select(RuleLabelRow.rule_id, RuleLabelRow.label)
        if which is not None:
            statement = statement.where(which)
            labels = labels.join(RuleRow, RuleRow.id == RuleLabelRow.rule_id).where(which)
        found: dict[str, set[Label]] = {}
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            for rule_id, label in connection.execute(labels):
                found.setdefault(rule_id, set()).add(Label(label))
        return [_rule(row, frozenset(found.get(row.id, ()))) for row in rows]


def _refuse_taken(
    connection: Connection, table: type[ZoneRow] | type[RuleRow], one: Zone | Rule
) -> None:
    taken = select(table.id).where(
        table.camera_id == one.camera_id, table.name == one.name, table.id != one.id
    )
    if connection.execute(taken).first():
        raise Error(Kind.CONFLICT, "this camera has another one of this name", field="name")


def _refuse_too_many(
    connection: Connection, table: type[ZoneRow] | type[RuleRow], camera_id: str, most: int
) -> None:
    if not connection.execute(select(CameraRow.id).where(CameraRow.id == camera_id)).first():
        raise Error(Kind.NOT_FOUND, "no such camera")
    there = select(func.count()).select_from(table).where(table.camera_id == camera_id)
    if connection.execute(there).scalar_one() >= most:
        raise Error(Kind.CONFLICT, f"a camera has at most {most} of these", most=most)


def _packed(points: tuple[Point, ...]) -> str:
    for x, y in points:
        if not (0 <= x <= 1 and 0 <= y <= 1):  # also refuses what is not a number
            raise Error(Kind.INVALID_INPUT, "points are fractions of the picture", field="points")
    rounded = [[round(x, _DIGITS), round(y, _DIGITS)] for x, y in points]
    return json.dumps(rounded, separators=(",", ":"))


def _rule_values(rule: Rule) -> dict[str, str | int | bool | None]:
    return {
        "zone_id": rule.zone_id,
        "name": fields.text(rule.name, "name", NAME_WIDTH),
        "condition": fields.word(rule.condition, "condition", Condition),
        "seconds": fields.number(rule.seconds, "seconds", _MOST_SECONDS),
        "count": fields.number(rule.count, "count", 1000),
        "direction": fields.word(rule.direction, "direction", Direction),
        "heading": None if rule.heading is None else fields.number(rule.heading, "heading", 359),
        "speed_kmh": None
        if rule.speed_kmh is None
        else fields.number(rule.speed_kmh, "speed_kmh", 400),
        **_schedule_values(rule.schedule),
        "hold_s": fields.number(rule.hold_s, "hold_s", 3600),
        "cool_down_s": fields.number(rule.cool_down_s, "cool_down_s", _MOST_SECONDS),
        "enabled": rule.enabled,
    }


def _schedule_values(schedule: Schedule | None) -> dict[str, int | None]:
    if schedule is None:
        return {"days": None, "start_minute": None, "end_minute": None}
    if not schedule.days or not set(schedule.days) <= set(range(7)):
        raise Error(Kind.INVALID_INPUT, "days are 0, Monday, to 6", field="schedule")
    return {
        "days": sum(1 << day for day in set(schedule.days)),
        "start_minute": fields.number(schedule.start_minute, "schedule", 1439),
        "end_minute": fields.number(schedule.end_minute, "schedule", 1440),
    }


def _zone(row: Row[Any]) -> Zone:
    points = tuple((float(x), float(y)) for x, y in json.loads(row.points))
    return Zone(row.id, row.camera_id, row.name, ZoneKind(row.kind), points, row.width_m)


def _rule(row: Row[Any], labels: frozenset[Label]) -> Rule:
    schedule = None
    if row.days is not None:
        days = tuple(day for day in range(7) if row.days >> day & 1)
        schedule = Schedule(days, row.start_minute, row.end_minute)
    return Rule(
        id=row.id,
        camera_id=row.camera_id,
        zone_id=row.zone_id,
        name=row.name,
        labels=labels,
        condition=Condition(row.condition),
        seconds=row.seconds,
        count=row._mapping["count"],  # a row is a tuple, which has a method of this name
        direction=Direction(row.direction),
        heading=row.heading,
        speed_kmh=row.speed_kmh,
        schedule=schedule,
        hold_s=row.hold_s,
        cool_down_s=row.cool_down_s,
        enabled=row.enabled,
    )
