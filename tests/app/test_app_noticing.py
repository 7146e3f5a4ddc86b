"""What is noticed reaches the catalogue: live, through locked catalogues, changes and shutdown."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from laid_catalog import lay_catalog

from farola.app.noticing import Noticing
from farola.base import ManualClock
from farola.catalog import Catalog
from farola.model import (
    Address,
    Box,
    CameraDraft,
    Condition,
    Event,
    EventFilter,
    Label,
    Papers,
    Rule,
    Sighting,
    Span,
    Zone,
    ZoneKind,
)

NOW_US = 1_795_500_000_000_000
S = 1_000_000
UTC = ZoneInfo("UTC")
EVER = Span(0, 1 << 62)
AREA = Zone("zon-1", "cam-1", "Lawn", ZoneKind.AREA, ((0, 0), (1, 0), (1, 1), (0, 1)))
RULE = Rule(
    "rul-1", "cam-1", "zon-1", "Nobody", frozenset({Label.PERSON}), Condition.ENTERS, hold_s=1
)
SOMEBODY = [Sighting(1, Label.PERSON, 0.9, Box(0.4, 0.4, 0.1, 0.2), sure=True)]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    path = lay_catalog(tmp_path / "catalog.db")
    with Catalog.open(path, clock=ManualClock(NOW_US), busy_ms=50) as catalog:
        camera = CameraDraft(
            "north",
            "Plaza",
            Address("rtsp", "10.1.2.3", 554, "/main"),
            None,
            Papers("traffic", "by-law", "works"),
            True,
        )
        catalog.cameras.add(camera, camera_id="cam-1")
        catalog.zones.save_zone(AREA)
        catalog.zones.save_rule(RULE)
        yield catalog


@contextlib.asynccontextmanager
async def noticing(
    catalog: Catalog, on_changed: Callable[[], None] = lambda: None
) -> AsyncIterator[Noticing]:
    found = Noticing(catalog, UTC, on_changed)
    await found.load()
    running = asyncio.create_task(found.run())
    await asyncio.sleep(0)
    try:
        yield found
    finally:
        running.cancel()
        await asyncio.wait([running])


def events(catalog: Catalog) -> list[Event]:
    return list(catalog.events.search(EventFilter()).events)


async def until[T](ask: Callable[[], T]) -> T:
    """What `ask` answers as soon as that is something."""
    async with asyncio.timeout(20):
        while not (found := ask()):
            await asyncio.sleep(0.01)
    return found


async def test_an_event_is_written_when_it_begins_and_when_it_ends(catalog: Catalog) -> None:
    async with noticing(catalog) as eyes:
        eyes.see("cam-1", NOW_US, SOMEBODY)
        (begun,) = await until(lambda: events(catalog))
        assert (begun.start_us, begun.end_us) == (NOW_US, None)
        eyes.see("cam-1", NOW_US + S, SOMEBODY)
        eyes.see("cam-1", NOW_US + 9 * S, [])
        ended = await until(lambda: [one for one in events(catalog) if one.end_us])
        assert [(one.id, one.end_us) for one in ended] == [(begun.id, NOW_US + S)]


async def test_what_lasts_ends_with_the_server_and_counts_are_kept(catalog: Catalog) -> None:
    async with noticing(catalog) as eyes:
        eyes.see("cam-1", NOW_US, SOMEBODY)
        eyes.see("cam-1", NOW_US + S, SOMEBODY)
    assert [one.end_us for one in events(catalog)] == [NOW_US + S]
    counts = catalog.events.counts("cam-1", EVER)
    assert [(one.zone_id, one.entered, one.present_us) for one in counts] == [
        (None, 1, S),
        ("zon-1", 1, S),
    ]


async def test_a_camera_that_is_not_looked_at_any_longer_ends_its_events(
    catalog: Catalog,
) -> None:
    async with noticing(catalog) as eyes:
        eyes.see("cam-1", NOW_US, SOMEBODY)
        eyes.quiet("cam-1")
        eyes.quiet("cam-x")
        await until(lambda: [one for one in events(catalog) if one.end_us is not None])


async def test_what_a_killed_server_left_open_is_ended_first(catalog: Catalog) -> None:
    catalog.events.save(
        Event(
            "evt-old", "cam-1", "zon-1", "Lawn", "rul-1", "Nobody", Condition.ENTERS,
            Label.PERSON, NOW_US - S, None, 1, NOW_US - S,
        )
    )  # fmt: skip
    async with noticing(catalog):
        assert [one.end_us for one in events(catalog)] == [NOW_US - S]


async def test_changed_zones_and_rules_are_followed(catalog: Catalog) -> None:
    told: list[bool] = []
    async with noticing(catalog, lambda: told.append(True)) as eyes:
        assert eyes.ruled() == {"cam-1"}
        assert eyes.private("cam-1") == ()
        private = Zone("zon-2", "cam-1", "Window", ZoneKind.PRIVATE, AREA.points)
        told.clear()
        await asyncio.to_thread(catalog.zones.save_zone, private)
        await asyncio.to_thread(catalog.zones.delete_rule, "cam-1", "rul-1")
        await asyncio.to_thread(eyes.changed, "cam-1")  # as the API does, from a thread
        await until(lambda: told)
        assert eyes.private("cam-1") == (AREA.points,)
        assert eyes.ruled() == frozenset()
        eyes.see("cam-1", NOW_US, SOMEBODY)
    assert events(catalog) == []
    assert catalog.events.counts("cam-1", EVER) == []  # nothing in a private place is counted


async def test_a_locked_catalogue_costs_no_event(catalog: Catalog, tmp_path: Path) -> None:
    async with noticing(catalog) as eyes:
        other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for n in range(5):
            eyes.see("cam-1", NOW_US + n * 40 * S, SOMEBODY)
            eyes.see("cam-1", NOW_US + n * 40 * S + 2 * S, [])
        await asyncio.sleep(0.3)  # long enough for a write to fail
        assert events(catalog) == []
        other.execute("COMMIT")
        other.close()
        found = await until(lambda: events(catalog) if len(events(catalog)) == 5 else None)
        assert all(one.end_us is not None for one in found)


async def test_what_waits_for_a_locked_catalogue_when_the_server_stops_is_written_once(
    catalog: Catalog, tmp_path: Path
) -> None:
    patient = Catalog.open(tmp_path / "catalog.db", busy_ms=20_000)
    async with noticing(patient) as eyes:
        other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        eyes.see("cam-1", NOW_US, SOMEBODY)
        eyes.see("cam-1", NOW_US + S, SOMEBODY)
        await asyncio.sleep(0.02)  # a write waits for the lock when the server stops
        asyncio.get_running_loop().call_later(0.01, other.execute, "COMMIT")
    other.close()
    patient.close()
    assert [one.end_us for one in events(catalog)] == [NOW_US + S]
    assert [one.entered for one in catalog.events.counts("cam-1", EVER)] == [1, 1]


async def test_a_camera_without_zones_is_counted(catalog: Catalog) -> None:
    camera = catalog.cameras.get("cam-1")
    catalog.cameras.add(
        CameraDraft("south", "Port", camera.main, None, camera.papers, True), camera_id="cam-2"
    )
    async with noticing(catalog) as eyes:
        eyes.shape("cam-2", 640, 480)
        eyes.see("cam-2", NOW_US, SOMEBODY)
    assert [one.entered for one in catalog.events.counts("cam-2", EVER)] == [1]
