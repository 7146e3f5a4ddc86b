"""No column for a plate, an embedding or an attribute of a filmed person, no label but the allowed
ones, and no track (RED_LINES)."""

import re

import pytest
from catalog_rows import NOW_US
from sqlalchemy import update

from farola.base import Error, Kind
from farola.catalog import Catalog
from farola.catalog.migrate import MIGRATIONS
from farola.catalog.tables import Table
from farola.model import (
    HOUR_US,
    Camera,
    Condition,
    Event,
    HourCount,
    Label,
    Rule,
    Zone,
    ZoneKind,
)

# Parts of names between underscores. Names of accounts and cameras are the only names there are.
REFUSED = """
    plate plates lpr alpr anpr licence license embedding embeddings vector template descriptor
    face faces facial gait iris voice biometric identity identities reid appearance signature
    age sex gender ethnicity race religion emotion mood clothing clothes dress colour color hair
    weight skin behaviour score risk suspect suspicion watchlist blacklist
    passport dni cuil document imsi imei mac ssid phone msisdn device bluetooth wifi
    audio sound speech transcript social track tracks
"""
REFUSED_WORDS = frozenset(REFUSED.split())
NAMED = {
    ("cameras", "name"),
    ("events", "rule_name"),
    ("events", "zone_name"),
    ("groups", "name"),
    ("people", "name"),
    ("people", "name_key"),
    ("rules", "name"),
    ("zones", "name"),
}
# All that is kept of what cameras saw. Whoever adds a column here decides it in this list, too.
SEEN = {
    "events": "id camera_id zone_id zone_name rule_id rule_name condition label start_us end_us "
    "peak peak_us",
    "open_events": "event_id",
    "hour_counts": "camera_id hour_us zone_id label entered peak present_us",
}
WITH_LABELS = ["events", "hour_counts", "rule_labels"]


def refused(column: str) -> bool:
    return bool(set(re.split(r"_+", column.lower())) & REFUSED_WORDS)


def test_no_column_describes_a_filmed_person() -> None:
    columns = [
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
    ]
    assert len(columns) > 40
    assert [column for column in columns if refused(column[1]) or refused(column[0])] == []


def test_only_accounts_and_what_a_town_names_have_names() -> None:
    names = {
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if "name" in column.name
    }
    assert names == NAMED


@pytest.mark.parametrize("name", ["plate", "face_embedding", "person_age", "sex", "mac_address"])
def test_the_test_would_notice(name: str) -> None:
    assert refused(name)


def test_what_was_seen_is_kept_in_these_columns_and_no_other() -> None:
    kept = {name: {column.name for column in Table.metadata.tables[name].columns} for name in SEEN}
    assert kept == {name: set(columns.split()) for name, columns in SEEN.items()}


def test_every_column_for_a_label_is_checked_by_the_database() -> None:
    labelled = [table.name for table in Table.metadata.sorted_tables if "label" in table.columns]
    assert sorted(labelled) == WITH_LABELS


def rows_of(catalog: Catalog, camera: Camera) -> None:
    zone = Zone("zon-1", camera.id, "Lawn", ZoneKind.AREA, ((0, 0), (1, 0), (0, 1)))
    catalog.zones.save_zone(zone)
    labels = frozenset({Label.PERSON})
    rule = Rule("rul-1", camera.id, zone.id, "Nobody", labels, Condition.ENTERS)
    catalog.zones.save_rule(rule)
    catalog.events.save(seen(camera))
    hour_us = NOW_US - NOW_US % HOUR_US
    catalog.events.add_counts([HourCount(camera.id, None, hour_us, Label.PERSON, 1, 1, 5)])


def seen(camera: Camera, label: str = "person", event_id: str = "evt-1") -> Event:
    return Event(
        id=event_id,
        camera_id=camera.id,
        zone_id="zon-1",
        zone_name="Lawn",
        rule_id="rul-1",
        rule_name="Nobody",
        condition=Condition.ENTERS,
        label=label,  # type: ignore[arg-type]
        start_us=NOW_US,
        end_us=None,
        peak=1,
        peak_us=NOW_US,
    )


@pytest.mark.parametrize("label", ["man", "woman", "child", "face", "PERSON", "person ", ""])
@pytest.mark.parametrize("table", WITH_LABELS)
def test_the_database_itself_refuses_any_other_label(
    catalog: Catalog, camera: Camera, table: str, label: str
) -> None:
    """Past every check of ours, as a script with the database's password would do it."""
    rows_of(catalog, camera)
    with pytest.raises(Error) as error, catalog._database.write() as connection:
        connection.execute(update(Table.metadata.tables[table]).values(label=label))
    assert error.value.kind is Kind.CONFLICT
    assert "ck_" in str(error.value.detail["cause"]) or "CHECK" in str(error.value.detail["cause"])


def test_the_database_takes_every_label_that_is_allowed(catalog: Catalog, camera: Camera) -> None:
    rows_of(catalog, camera)
    for label in Label:
        for table in WITH_LABELS:
            with catalog._database.write() as connection:
                connection.execute(update(Table.metadata.tables[table]).values(label=label.value))


@pytest.mark.parametrize("label", ["man", "face", "Person", ""])
def test_no_other_label_gets_as_far_as_the_database(
    catalog: Catalog, camera: Camera, label: str
) -> None:
    with pytest.raises(Error) as error:
        catalog.events.save(seen(camera, label))
    assert (error.value.kind, error.value.detail["field"]) == (Kind.INVALID_INPUT, "label")
    count = HourCount(camera.id, None, 0, label, 1, 1, 1)  # type: ignore[arg-type]
    with pytest.raises(Error) as error:
        catalog.events.add_counts([count])
    assert (error.value.kind, error.value.detail["field"]) == (Kind.INVALID_INPUT, "label")
    zone = Zone("zon-1", camera.id, "Lawn", ZoneKind.AREA, ((0, 0), (1, 0), (0, 1)))
    catalog.zones.save_zone(zone)
    labels = frozenset({label})
    rule = Rule("rul-1", camera.id, zone.id, "Nobody", labels, Condition.ENTERS)  # type: ignore[arg-type]
    with pytest.raises(Error) as error:
        catalog.zones.save_rule(rule)
    assert (error.value.kind, error.value.detail["field"]) == (Kind.INVALID_INPUT, "labels")


def test_a_migration_repeats_the_models_words() -> None:
    """A migration is frozen; a label that is added to the model needs another one."""
    text = (MIGRATIONS / "versions" / "0002_situations.py").read_text()
    listed = dict(re.findall(r'^(_\w+) = "([\w ]+)"$', text, re.MULTILINE))
    assert listed["_LABELS"].split() == [label.value for label in Label]
    assert listed["_CONDITIONS"].split() == [condition.value for condition in Condition]
