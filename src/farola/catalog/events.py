"""Events and hourly counts: what was noticed, kept for the search and for the charts."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, delete, func, insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.database import Database
from farola.catalog.tables import (
    ID_WIDTH,
    NAME_WIDTH,
    EventRow,
    HourCountRow,
    OpenEventRow,
)
from farola.model import (
    HOUR_US,
    Condition,
    Event,
    EventFilter,
    EventPage,
    HourCount,
    Label,
    Span,
)

_MOST_COUNT = 1 << 30
_EVENTS = select(EventRow.__table__)


class Events:
    """The rows of events and counts. Every method may raise `Error(CATALOG_LOCKED | ...)`; after
    that nothing has changed and the call can be repeated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, event: Event) -> None:
        """Insert an event, or bring the one with its id up to date: its end and its peak."""
        changing = {
            "end_us": None if event.end_us is None else fields.time_us(event.end_us, "end_us"),
            "peak": fields.number(event.peak, "peak", _MOST_COUNT),
            "peak_us": fields.time_us(event.peak_us, "peak_us"),
        }
        if event.end_us is not None and event.end_us < event.start_us:
            raise Error(Kind.INVALID_INPUT, "an event does not end before it begins")
        fixed = _fixed(event)
        with self._database.write() as connection:
            here = update(EventRow).where(EventRow.id == event.id).values(**changing)
            known = bool(connection.execute(here).rowcount)
            if not known:
                connection.execute(insert(EventRow).values(**fixed, **changing))
            if event.end_us is not None:
                gone = delete(OpenEventRow).where(OpenEventRow.event_id == event.id)
                connection.execute(gone)
            elif not known:
                connection.execute(insert(OpenEventRow).values(event_id=event.id))

    def get(self, event_id: str) -> Event:
        """`Error(NOT_FOUND)` for an unknown event."""
        with self._database.read() as connection:
            row = connection.execute(_EVENTS.where(EventRow.id == event_id)).one_or_none()
        if row is None:
            raise Error(Kind.NOT_FOUND, "no such event")
        return _event(row)

    def lasting(self) -> list[Event]:
        """Events that have no end yet, by start."""
        lasting = select(OpenEventRow.event_id)
        statement = _EVENTS.where(EventRow.id.in_(lasting)).order_by(EventRow.start_us, EventRow.id)
        with self._database.read() as connection:
            return [_event(row) for row in connection.execute(statement)]

    def end_after_crash(self) -> int:
        """End what a killed engine left open, at the last instant that it told of; how many."""
        with self._database.write() as connection:
            lasting = select(OpenEventRow.event_id)
            ended = connection.execute(
                update(EventRow)
                .where(EventRow.id.in_(lasting), EventRow.end_us.is_(None))
                .values(end_us=EventRow.peak_us)
            ).rowcount
            connection.execute(delete(OpenEventRow))
        return ended

    def search(self, asked: EventFilter, before: str | None = None, limit: int = 100) -> EventPage:
        """Events that fit, newest first. `before` is an earlier page's `next`.

        Raises INVALID_INPUT for a cursor that no page gave.
        """
        within = list(_within(asked, _cursor(before)))
        with self._database.read() as connection:
            if _contradicts(connection, asked):
                return EventPage((), None)
            found = [
                row
                for exact in _classes(asked)
                for row in connection.execute(
                    _EVENTS.where(*exact, *within)
                    .order_by(EventRow.start_us.desc(), EventRow.id.desc())
                    .limit(limit + 1)
                )
            ]
        found.sort(key=lambda row: (row.start_us, row.id), reverse=True)
        events = tuple(_event(row) for row in found[:limit])
        more = len(found) > limit
        return EventPage(events, f"{events[-1].start_us}.{events[-1].id}" if more else None)

    def add_counts(self, counts: Iterable[HourCount]) -> None:
        """Add to the hours' counts: `entered` and `present_us` are summed, the higher peak stays.

        Not to be repeated after it succeeded.
        """
        with self._database.write() as connection:
            for count in counts:
                _add_count(connection, count)

    def count(self, span: Span) -> int:
        """How many events began in the span."""
        with self._database.read() as connection:
            return connection.execute(
                select(func.count())
                .select_from(EventRow)
                .where(EventRow.start_us >= span.start_us, EventRow.start_us < span.end_us)
            ).scalar_one()

    def counts(self, camera_id: str, span: Span, zone_id: str | None = None) -> list[HourCount]:
        """The counts of the hours that touch `span`, by hour, zone and label.

        Of one zone, or of the whole picture and of every zone of the camera.
        """
        statement = (
            select(HourCountRow.__table__)
            .where(
                HourCountRow.camera_id == camera_id,
                HourCountRow.hour_us > max(span.start_us, 0) - HOUR_US,
                HourCountRow.hour_us < min(span.end_us, fields.MOST_US),
            )
            .order_by(HourCountRow.hour_us, HourCountRow.zone_id, HourCountRow.label)
        )
        if zone_id is not None:
            statement = statement.where(HourCountRow.zone_id == zone_id)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [
            HourCount(
                row.camera_id,
                row.zone_id or None,
                row.hour_us,
                Label(row.label),
                row.entered,
                row.peak,
                row.present_us,
            )
            for row in rows
        ]


def _within(asked: EventFilter, cursor: tuple[int, str] | None) -> Iterator[ColumnElement[bool]]:
    """Bounds of the time, one on each side: of two on one side an index would use but one."""
    last_us = fields.MOST_US
    if asked.end_us is not None:
        last_us = min(last_us, asked.end_us - 1)
    if cursor is not None:
        start_us, event_id = cursor
        last_us = min(last_us, start_us)
        yield (EventRow.start_us != start_us) | (EventRow.id < event_id)
    if last_us < fields.MOST_US:
        yield EventRow.start_us <= max(last_us, -1)
    if asked.start_us is not None:
        yield EventRow.start_us >= min(max(asked.start_us, 0), fields.MOST_US)


def _classes(asked: EventFilter) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Questions that together ask for what is asked, each answered from the end of one index.

    Without class and condition that is the index on place and time. Else it is the one on place,
    class, condition and time: where one of the two was left open, every word of its closed list is
    asked for and the answers are merged: 8 short walks at most, where a single one would read
    through all that does not fit.
    """
    place: list[ColumnElement[bool]] = []
    for column, value in (
        (EventRow.rule_id, asked.rule_id),
        (EventRow.zone_id, asked.zone_id),
        (EventRow.camera_id, asked.camera_id),
    ):
        if value is not None:
            place.append(column == value)
            break  # the narrower place lies in the wider one: `_contradicts`
    if asked.rule_id is not None and asked.zone_id is not None:
        # A rule may have been moved. The zone is read off the rule's index: as it stands alone in
        # no comparison, the database does not walk the zone's index and look up every rule.
        place.append(EventRow.zone_id.concat("") == asked.zone_id)
    if asked.within is not None:
        # Read off the rows that are walked, newest first, and never the way to them.
        place.append(EventRow.camera_id.concat("").in_(sorted(asked.within)))
    if asked.label is None and asked.condition is None:
        yield tuple(place)
        return
    for label in [asked.label] if asked.label else Label:
        for condition in [asked.condition] if asked.condition else Condition:
            yield (*place, EventRow.label == label.value, EventRow.condition == condition.value)


def _contradicts(connection: Connection, asked: EventFilter) -> bool:
    """Whether rule or zone are another camera's: then nothing fits, and nothing is searched for.

    Neither ever moves to another camera, so that one event tells.
    """
    if asked.camera_id is None:
        return False
    for column, value in ((EventRow.rule_id, asked.rule_id), (EventRow.zone_id, asked.zone_id)):
        if value is None:
            continue
        camera = select(EventRow.camera_id).where(column == value).limit(1)
        if connection.execute(camera).scalar_one_or_none() not in {None, asked.camera_id}:
            return True
    return False


def _cursor(before: str | None) -> tuple[int, str] | None:
    if before is None:
        return None
    start, dot, event_id = before.partition(".")
    if not (dot and start.isascii() and start.isdigit() and len(start) <= 16 and event_id):
        raise Error(Kind.INVALID_INPUT, "no page of events gave this cursor", field="before")
    return int(start), event_id


def _fixed(event: Event) -> dict[str, str | int]:
    """What never changes of an event."""
    return {
        "id": fields.text(event.id, "id", ID_WIDTH),
        "camera_id": event.camera_id,
        "zone_id": fields.text(event.zone_id, "zone_id", ID_WIDTH),
        "zone_name": fields.text(event.zone_name, "zone_name", NAME_WIDTH),
        "rule_id": fields.text(event.rule_id, "rule_id", ID_WIDTH),
        "rule_name": fields.text(event.rule_name, "rule_name", NAME_WIDTH),
        "condition": fields.word(event.condition, "condition", Condition),
        "label": fields.word(event.label, "label", Label),
        "start_us": fields.time_us(event.start_us, "start_us"),
    }


def _add_count(connection: Connection, count: HourCount) -> None:
    if count.hour_us % HOUR_US:
        raise Error(Kind.INVALID_INPUT, "counts belong to whole UTC hours", field="hour_us")
    key = {
        "camera_id": count.camera_id,
        "hour_us": fields.time_us(count.hour_us, "hour_us"),
        "zone_id": count.zone_id or "",
        "label": fields.word(count.label, "label", Label),
    }
    entered = fields.number(count.entered, "entered", _MOST_COUNT)
    peak = fields.number(count.peak, "peak", _MOST_COUNT)
    present_us = fields.number(count.present_us, "present_us", HOUR_US)
    changed = connection.execute(
        update(HourCountRow)
        .where(*(getattr(HourCountRow, name) == value for name, value in key.items()))
        .values(
            entered=HourCountRow.entered + entered,
            peak=case((HourCountRow.peak < peak, peak), else_=HourCountRow.peak),
            present_us=HourCountRow.present_us + present_us,
        )
    )
    if not changed.rowcount:
        values = {"entered": entered, "peak": peak, "present_us": present_us}
        connection.execute(insert(HourCountRow).values(**key, **values))


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        camera_id=row.camera_id,
        zone_id=row.zone_id,
        zone_name=row.zone_name,
        rule_id=row.rule_id,
        rule_name=row.rule_name,
        condition=Condition(row.condition),
        label=Label(row.label),
        start_us=row.start_us,
        end_us=row.end_us,
        peak=row.peak,
        peak_us=row.peak_us,
    )
