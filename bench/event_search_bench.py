"""Event search: pages of 100 out of 10 million events on SQLite, with every kind of filter.

    python -m bench event_search                      10 million events (about 5 GB, some minutes)
    python -m bench.event_search_bench 1000000        as many as one likes

Events are those of 200 cameras over 60 days with 4 zones and 6 rules each; classes and conditions
are as uneven as in a street, from persons that enter to a dog that crosses. Questions draw filters,
spans and pages at random, those that find little or nothing included. `--keep FILE` leaves the
catalogue there, and takes it from there the next time.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import batched
from pathlib import Path

from sqlalchemy import insert

from bench.row import Row
from farola.catalog import Catalog
from farola.catalog.database import Database
from farola.catalog.tables import EventRow
from farola.model import Address, CameraDraft, Condition, EventFilter, Label, Papers

EVENTS = 10_000_000
CAMERAS = 200
ZONES = 4
RULES = 6
START_US = 1_795_500_000_000_000
LENGTH_US = 60 * 86_400_000_000
QUESTIONS = 1_000
COLD_QUESTIONS = 100
PAGE = 100
BUDGET_MS = 100

LABELS = {
    Label.PERSON: 600,
    Label.CAR: 250,
    Label.BICYCLE: 60,
    Label.VEHICLE: 50,
    Label.TRUCK: 20,
    Label.BUS: 10,
    Label.MOTORCYCLE: 9,
    Label.DOG: 1,
}
CONDITIONS = {
    Condition.ENTERS: 500,
    Condition.CROSSES: 300,
    Condition.STAYS: 80,
    Condition.COUNT: 60,
    Condition.STOPPED: 40,
    Condition.SPEED: 15,
    Condition.WRONG_WAY: 5,
}


def events(count: int, draw: random.Random) -> Iterator[dict[str, str | int]]:
    """Rows in order of time, as a running town writes them."""
    labels = draw.choices(list(LABELS), list(LABELS.values()), k=1 << 16)
    # A rule has one condition; the frequent ones belong to more rules.
    conditions = draw.choices(list(CONDITIONS), list(CONDITIONS.values()), k=CAMERAS * RULES)
    step_us = LENGTH_US / count
    for number in range(count):
        camera = int(CAMERAS * draw.random() ** 2)  # some places are far livelier than others
        rule = camera * RULES + int(draw.random() * RULES)
        zone = camera * ZONES + rule % ZONES
        start_us = START_US + int((number + draw.random()) * step_us)
        yield {
            "id": f"evt-{number:012}",
            "camera_id": f"cam-{camera:012}",
            "zone_id": f"zon-{zone:012}",
            "zone_name": f"Crossing {zone}",
            "rule_id": f"rul-{rule:012}",
            "rule_name": f"Somebody at crossing {zone}",
            "condition": conditions[rule].value,
            "label": labels[int(draw.random() * 65536)].value,
            "start_us": start_us,
            "end_us": start_us + int(draw.random() * 60_000_000),
            "peak": 1 + int(draw.random() * 4),
            "peak_us": start_us,
        }


def fill(path: Path, count: int, draw: random.Random) -> float:
    """A catalogue with `count` events; how many seconds it took.

    Indexes are made after the rows: a town takes years for what is made here in minutes.
    """
    began = time.monotonic()
    with Catalog.open(path) as catalog:
        for number in range(CAMERAS):
            address = Address("rtsp", "10.1.2.3", 554, "/main")
            papers = Papers("traffic safety", "By-law 7/2026", "Public works")
            camera = CameraDraft(f"camera {number}", "a place", address, None, papers, True)
            catalog.cameras.add(camera, camera_id=f"cam-{number:012}")
    database = Database.connect(path, 5_000)
    indexes = list(EventRow.__table__.indexes)  # type: ignore[attr-defined]
    with database.write() as connection:
        for index in indexes:
            index.drop(connection)
    for some in batched(events(count, draw), 100_000):
        with database.write() as connection:
            connection.execute(insert(EventRow), list(some))
    for index in indexes:
        with database.write() as connection:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{512 << 10}")
            index.create(connection)
    database.scrub()
    database.close()
    return time.monotonic() - began


def questions(draw: random.Random) -> dict[str, list[tuple[EventFilter, str | None]]]:
    """What is asked, by kind: filters and the cursor of a page."""

    def some_camera() -> int:
        return draw.randrange(CAMERAS)

    def span() -> dict[str, int]:
        start_us = START_US + draw.randrange(LENGTH_US)
        hours = draw.choice([1, 24, 24 * 7])
        return {"start_us": start_us, "end_us": start_us + hours * 3_600_000_000}

    def page() -> str | None:
        return f"{START_US + draw.randrange(LENGTH_US)}.evt-x" if draw.random() < 0.5 else None

    def any_filter() -> EventFilter:
        """Rule, zone and camera are now and then of different places: nothing fits then."""
        camera = some_camera()
        other = camera if draw.random() < 0.9 else some_camera()
        rule = other * RULES + draw.randrange(RULES)
        chosen: dict[str, object] = {}
        if draw.random() < 0.5:
            chosen["camera_id"] = f"cam-{camera:012}"
        if draw.random() < 0.3:
            chosen["zone_id"] = f"zon-{other * ZONES + draw.randrange(ZONES):012}"
        if draw.random() < 0.3:
            chosen["rule_id"] = f"rul-{rule:012}"
        if draw.random() < 0.5:
            chosen["label"] = draw.choice(list(Label))
        if draw.random() < 0.3:
            chosen["condition"] = draw.choice(list(Condition))
        if draw.random() < 0.4:
            chosen |= span()
        return EventFilter(**chosen)  # type: ignore[arg-type]

    def of(count: int, **kinds: object) -> list[tuple[EventFilter, str | None]]:
        return [(ask(), page()) for ask in kinds.values() for _ in range(count)]  # type: ignore[operator]

    few = QUESTIONS // 5
    return {
        "any mixture of filters": [(any_filter(), page()) for _ in range(QUESTIONS)],
        "no filter": of(few, every=EventFilter),
        "a camera": of(few, one=lambda: EventFilter(camera_id=f"cam-{some_camera():012}")),
        "a class and a condition": of(
            few,
            one=lambda: EventFilter(
                label=draw.choice(list(Label)), condition=draw.choice(list(Condition))
            ),
        ),
        "a camera and the rarest class": of(
            few,
            one=lambda: EventFilter(camera_id=f"cam-{some_camera():012}", label=Label.DOG),
        ),
        "a zone": of(
            few, one=lambda: EventFilter(zone_id=f"zon-{draw.randrange(CAMERAS * ZONES):012}")
        ),
        "a rule": of(
            few, one=lambda: EventFilter(rule_id=f"rul-{draw.randrange(CAMERAS * RULES):012}")
        ),
    }


def timed(
    catalog: Catalog, asked: list[tuple[EventFilter, str | None]], cold: Path | None = None
) -> list[float]:
    """Milliseconds of each question; with `cold` the file is out of memory before each."""
    took = []
    for which, before in asked:
        if cold is not None:
            forget(cold)
        began = time.perf_counter_ns()
        catalog.events.search(which, before, PAGE)
        took.append((time.perf_counter_ns() - began) / 1_000_000)
    return took


def remember(path: Path) -> None:
    """Read once, as a server that has run for a day has: the system keeps what fits in memory."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def forget(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[18]


def measure(count: int = EVENTS, keep: Path | None = None) -> list[Row]:
    draw = random.Random(4)  # the same questions in every run
    with tempfile.TemporaryDirectory(prefix="farola-bench-") as home:
        path = keep or Path(home) / "catalog.db"
        rows = []
        if not path.exists():
            seconds = fill(path, count, draw)
            rows.append(Row("events made", count / seconds, "a second"))
        rows.append(Row("an event on disk, indexes included", path.stat().st_size / count, "bytes"))
        draw = random.Random(5)
        remember(path)
        with Catalog.open(path) as catalog:
            everything: list[float] = []
            for what, asked in questions(draw).items():
                took = timed(catalog, asked)
                everything += took
                rows.append(Row(f"{what}, p50", statistics.median(took), "ms"))
                rows.append(Row(f"{what}, p95", p95(took), "ms", at_most=BUDGET_MS))
            rows.append(Row("all of these, p95", p95(everything), "ms", at_most=BUDGET_MS))
            rows.append(Row("all of these, slowest", max(everything), "ms"))
            mixture = questions(draw)["any mixture of filters"][:COLD_QUESTIONS]
            took = timed(catalog, mixture, cold=path)
            rows.append(Row("any mixture, none of the file in memory, p95", p95(took), "ms"))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure event search.")
    parser.add_argument("count", nargs="?", type=int, default=EVENTS)
    parser.add_argument("--keep", type=Path, help="a catalogue to make, or to use again")
    arguments = parser.parse_args()
    for row in measure(arguments.count, arguments.keep):
        print(f"{row.what}: {row.value:.4g} {row.unit}")


if __name__ == "__main__":
    main()
