"""No SQL that only SQLite speaks outside its own file, and plans that use the index."""

import itertools
import re
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from catalog_rows import NOW_US, new_camera, segment
from sqlalchemy import ClauseElement, Connection, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect

import farola.catalog
from farola.base import Kind
from farola.catalog import Catalog
from farola.model import (
    HOUR_US,
    Asked,
    Assignment,
    Condition,
    Event,
    EventFilter,
    Gap,
    Grant,
    HourCount,
    Label,
    Passkey,
    Person,
    Reason,
    Request,
    RequestState,
    Role,
    Rule,
    Run,
    Session,
    Span,
    StreamKind,
    Zone,
    ZoneKind,
    session_id,
)

MAIN = StreamKind.MAIN
PACKAGE = Path(farola.catalog.__file__).parent
OWN_FILES = {"sqlite.py", "postgres.py"}


@pytest.fixture
def statements(sqlite_catalog: Catalog) -> list[ClauseElement]:
    """Every statement that reaches the database."""
    seen: list[ClauseElement] = []

    def note(_connection: Connection, statement: object, *_rest: object) -> None:
        if isinstance(statement, ClauseElement):
            seen.append(statement)

    event.listen(sqlite_catalog._database.engine, "before_execute", note)
    return seen


@pytest.fixture
def sql(sqlite_catalog: Catalog) -> list[tuple[str, tuple[object, ...]]]:
    """What is asked or changed, as text with its values, as the driver gets it."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_: object, __: object, statement: str, values: tuple[object, ...], *___: bool) -> None:
        if re.match("SELECT|UPDATE|DELETE", statement):
            seen.append((statement, values))

    event.listen(sqlite_catalog._database.engine, "before_cursor_execute", note)
    return seen


def use_everything(catalog: Catalog) -> str:
    camera = catalog.cameras.add(new_camera(), b"sealed")
    catalog.cameras.update(camera.id, new_camera("other"))
    catalog.cameras.set_credentials(camera.id, None)
    catalog.cameras.get(camera.id)
    digest = catalog.cameras.get(camera.id).papers_digest
    catalog.cameras.approve(camera.id, digest, None)
    catalog.cameras.sealed_credentials(camera.id)
    recordings, span = catalog.recordings, Span(NOW_US + 5, NOW_US + 900_000_000)
    recordings.begin_run(Run("run-1", camera.id, MAIN, NOW_US, None, None, None))
    recordings.set_camera_offset("run-1", 5)
    for is_open in (True, False, True):
        recordings.save_segment(segment(camera.id, NOW_US, open=is_open))
    recordings.begin_gap(Gap(camera.id, MAIN, NOW_US + 9, None, Kind.STALLED, ""))
    recordings.end_gap(camera.id, MAIN, NOW_US + 99)
    recordings.gaps(camera.id, MAIN, span)
    recordings.spans(camera.id, MAIN, span)
    recordings.segments(camera.id, MAIN, span)
    recordings.days(camera.id, MAIN, span, ZoneInfo("UTC"))
    recordings.runs(camera.id, MAIN, span)
    recordings.newest_end_us(camera.id, MAIN)
    recordings.close_after_crash(NOW_US + 10**12)
    path = next(recordings.all_segments()).path
    recordings.close_segment(path)
    recordings.delete_segment(path)
    recordings.streams()
    person = catalog.people.add("Ana", "hash")
    catalog.people.set_password_hash(person.id, "other")
    catalog.people.by_name("ana")
    catalog.people.list()
    catalog.people.count()
    use_access(catalog, camera.id, person)
    catalog.sessions.delete_of(person.id, keep=b"x")
    catalog.sessions.delete_expired(NOW_US)
    use_situations(catalog, camera.id)
    catalog.orphans()
    return camera.id


def use_access(catalog: Catalog, camera_id: str, person: Person) -> None:
    people, sessions, passkeys = catalog.people, catalog.sessions, catalog.passkeys
    group = catalog.groups.save(None, "North", [camera_id])
    catalog.groups.save(group.id, "South", [camera_id])
    catalog.groups.list()
    people.set_assignments(person.id, [Assignment(Role.OPERATOR, group.id)])
    people.get(person.id)
    people.set_disabled(person.id, True)
    people.set_totp(person.id, b"sealed", 5)
    people.sealed_totp(person.id)
    people.use_totp_step(person.id, 6)
    people.set_subject(person.id, "https://issuer.example 1")
    people.by_subject("https://issuer.example 1")
    people.subject(person.id)
    people.administered(person.id, person.id)
    people.administered(person.id, person.id)
    people.administrators_of(person.id)
    passkeys.add(Passkey("key-1", person.id, "Phone", b"cose", 0, NOW_US))
    passkeys.get("key-1")
    passkeys.used("key-1", 1, NOW_US)
    passkeys.of(person.id)
    passkeys.remove(person.id, "key-1")
    passkeys.remove_of(person.id)
    for token in (b"token", b"other"):
        sessions.add(token, Session(person, NOW_US, NOW_US + 1))
    sessions.by_token_hash(b"token")
    sessions.prove(b"token", NOW_US, "key-1", enrolled=True)
    sessions.of(person.id)
    sessions.list()
    sessions.delete_named(session_id(b"other"))
    sessions.delete(b"token")
    people.set_assignments(person.id, [])
    catalog.groups.remove(group.id)
    use_grants(catalog, camera_id, person)


def use_grants(catalog: Catalog, camera_id: str, person: Person) -> None:
    asked = Asked((camera_id,), Span(1, 2), None, Reason.CRIME, "a theft", "case 7", "")
    catalog.grants.add_request(Request("req-1", person.id, asked, NOW_US, "0" * 64))
    catalog.grants.request("req-1")
    catalog.grants.requests(waiting=True)
    catalog.grants.requests()
    catalog.grants.end_request("req-1", RequestState.GRANTED)
    grant = Grant(
        "grn-1", "req-1", person.id, (camera_id,), Span(1, 2), "case 7", NOW_US, NOW_US + 9,
        None, glass=True,
    )  # fmt: skip
    catalog.grants.add_grant(grant)
    catalog.grants.reviewed("grn-1", person.id)
    catalog.grants.withdraw("grn-1", NOW_US)
    catalog.grants.grants()


def use_situations(catalog: Catalog, camera_id: str) -> None:
    zones, events = catalog.zones, catalog.events
    area = Zone("zon-1", camera_id, "Lawn", ZoneKind.AREA, ((0, 0), (1, 0), (0, 1)))
    labels = frozenset({Label.PERSON, Label.DOG})
    rule = Rule("rul-1", camera_id, "zon-1", "Nobody", labels, Condition.ENTERS)
    for _ in range(2):
        zones.save_zone(area)
        zones.save_rule(rule)
    zones.zones(camera_id)
    zones.zones()
    zones.rules(camera_id)
    zones.rules()
    zones.rule(camera_id, "rul-1")
    event = Event(
        "evt-1", camera_id, "zon-1", "Lawn", "rul-1", "Nobody", Condition.ENTERS, Label.DOG,
        NOW_US, None, 1, NOW_US,
    )  # fmt: skip
    events.save(event)
    events.lasting()
    events.end_after_crash()
    events.save(replace(event, end_us=NOW_US + 5))
    events.get("evt-1")
    search_everything(catalog, camera_id)
    count = HourCount(camera_id, "zon-1", NOW_US - NOW_US % HOUR_US, Label.DOG, 1, 1, 5)
    events.add_counts([count, count])
    events.counts(camera_id, Span(NOW_US, NOW_US + 1))
    events.count(Span(NOW_US, NOW_US + 1))
    events.counts(camera_id, Span(NOW_US, NOW_US + 1), "zon-1")
    zones.delete_rule(camera_id, "rul-1")
    zones.delete_zone(camera_id, "zon-1")


def search_everything(catalog: Catalog, camera_id: str) -> None:
    """Every combination of filters, spans and pages."""
    choices = itertools.product(
        [None, camera_id],
        [None, "zon-1"],
        [None, "rul-1"],
        [None, Label.DOG],
        [None, Condition.ENTERS],
        [None, NOW_US],
        [None, NOW_US + 5],
        [None, f"{NOW_US}.evt-1"],
    )
    for *asked, before in choices:
        catalog.events.search(EventFilter(*asked), before)  # type: ignore[arg-type]


def test_every_statement_means_the_same_on_postgresql(
    sqlite_catalog: Catalog, statements: list[ClauseElement]
) -> None:
    use_everything(sqlite_catalog)
    texts = {str(statement.compile(dialect=postgresql.dialect())) for statement in statements}
    for statement in statements:
        statement.compile(dialect=sqlite_dialect.dialect())
    assert len(texts) > 40
    spoken = re.compile(r"PRAGMA|\bOR (IGNORE|REPLACE)\b|rowid|sqlite|ON CONFLICT", re.IGNORECASE)
    assert [found for found in texts if spoken.search(found)] == []


def test_sql_as_text_stands_only_in_the_dialects_own_files() -> None:
    raw = re.compile(r"\bexec_driver_sql\b|\btext\(\"|PRAGMA|dialects\.(sqlite|postgresql)")
    found = {
        f"{path.name}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        if path.name not in OWN_FILES
        for line in path.read_text().splitlines()
        if raw.search(line)
    }
    assert found == {
        'migrate.py: return connection.execute(text("SELECT version_num FROM alembic_version"))'
        ".scalar()"
    }


def _plan(catalog: Catalog, sent: tuple[str, tuple[object, ...]]) -> str:
    with catalog._database.read() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sent[0]}", sent[1]).all()
    return "\n".join(str(row[3]) for row in rows)


def test_questions_about_a_span_are_bounded_on_both_sides_by_the_index(
    sqlite_catalog: Catalog, sql: list[tuple[str, tuple[object, ...]]]
) -> None:
    camera_id = use_everything(sqlite_catalog)
    span, index = Span(NOW_US, NOW_US + 3_600_000_000), "ix_segments_stream_id_start_us_end_us"
    bounded = f"{index} (stream_id=? AND start_us>? AND start_us<?)"
    sql.clear()
    sqlite_catalog.recordings.segments(camera_id, MAIN, span)
    (rows,) = sql
    sql.clear()
    sqlite_catalog.recordings.days(camera_id, MAIN, span, ZoneInfo("UTC"))
    (bounds,) = sql
    assert f"SEARCH segments USING INDEX {bounded}" in _plan(sqlite_catalog, rows)
    assert f"SEARCH segments USING COVERING INDEX {bounded}" in _plan(sqlite_catalog, bounds)


def test_no_statement_reads_a_whole_table_of_recordings(
    sqlite_catalog: Catalog, sql: list[tuple[str, tuple[object, ...]]]
) -> None:
    """Streams, rules and what is open are few; segments, gaps and events are millions."""
    use_everything(sqlite_catalog)
    asked = list(sql)
    assert len(asked) > 40
    many = re.compile(r"^SCAN (segments|runs|gaps|events|hour_counts)\b", re.MULTILINE)
    # A page of events without any filter walks an index from its end, and not far.
    scans = [
        each[0]
        for each in asked
        if "LIMIT" not in each[0] and many.search(_plan(sqlite_catalog, each))
    ]
    assert [each for each in scans if "AS parent" not in each] == []  # `orphans` reads all


def test_no_search_sorts_what_it_does_not_answer(
    sqlite_catalog: Catalog, sql: list[tuple[str, tuple[object, ...]]]
) -> None:
    """Events come in order from an index's end; at most those of one microsecond are sorted."""
    camera_id = sqlite_catalog.cameras.add(new_camera()).id
    sql.clear()
    search_everything(sqlite_catalog, camera_id)
    asked = {text: (text, values) for text, values in sql if "ORDER BY" in text}
    assert len(asked) > 40
    for each in asked.values():
        plan = _plan(sqlite_catalog, each)
        # Without any bound the whole index is walked, from its end and not far.
        walked = r"(SEARCH|SCAN) events USING INDEX ix_events_\w*start_us"
        assert re.search(walked, plan), (each[0], plan)
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, (each[0], plan)
