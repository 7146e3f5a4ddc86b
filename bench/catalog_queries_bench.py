"""Catalogue questions over thousands of cameras: a camera's hour, its spans and its days.

    python -m bench catalog_queries                      200,000 segments
    python -m bench.catalog_queries_bench 2000000        as many as one likes (about 4 GB)

Rows are those of 4,000 cameras that record without a break, with fragment indexes as a recorder
writes them; the questions fall on random cameras and hours, each asked in a fresh order.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from bench.row import Row
from farola.catalog import Catalog
from farola.catalog.database import Database
from farola.catalog.tables import SegmentRow, StreamRow
from farola.media import FragmentEntry, pack_fragments
from farola.model import Address, CameraDraft, Papers, Run, Segment, Span, StreamKind

CAMERAS = 4_000
START_US = 1_795_500_000_000_000
SEGMENT_US = 600_000_000
HOUR_US = 3_600_000_000
FRAGMENT_US = 2_000_000
QUESTIONS = 500
MAIN = StreamKind.MAIN


def packed_index(start_us: int, draw: random.Random) -> bytes:
    """300 fragments of 2 s with sizes about 1 MB and starts that tremble by milliseconds."""
    entries, offset = [], 400
    for number in range(300):
        size = int(draw.gauss(1_000_000, 120_000))
        tremble = draw.randint(-3_000, 3_000)
        entries.append(
            FragmentEntry(
                offset,
                size,
                number,
                start_us + number * FRAGMENT_US + tremble,
                number * 180_000,
                180_000,
                True,
            )
        )
        offset += size
    return pack_fragments(entries)


def fill(path: Path, segments: int, draw: random.Random) -> float:
    """Make the rows, interleaved in time as recorders write them; seconds that it took."""
    began = time.perf_counter()
    with Catalog.open(path) as catalog, catalog.batch():
        for number in range(CAMERAS):
            camera = catalog.cameras.add(
                CameraDraft(
                    f"camera {number}",
                    "place",
                    Address("rtsp", "10.0.0.1", 554, "/"),
                    None,
                    Papers("purpose", "basis", "office"),
                    True,
                ),
                camera_id=f"cam-{number:05}",
            )
            catalog.recordings.begin_run(
                Run(f"run-{number:05}", camera.id, MAIN, START_US, None, None, None)
            )
    indexes = [packed_index(START_US, draw) for _ in range(50)]
    database = Database.connect(path, 5_000)
    with database.read() as connection:
        numbers = select(StreamRow.camera_id, StreamRow.id).where(StreamRow.kind == MAIN)
        ids = {row.camera_id: row.id for row in connection.execute(numbers)}
    for turn in range(-(-segments // CAMERAS)):
        start_us = START_US + turn * SEGMENT_US
        rows = [
            {
                "stream_id": ids[f"cam-{number:05}"],
                "run_id": f"run-{number:05}",
                "path": f"cam-{number:05}/main/2026-11-24/{turn:06}-run{number:05}.fseg",
                "codec": "avc1.640028",
                "width": 1920,
                "height": 1080,
                "start_us": start_us,
                "end_us": start_us + SEGMENT_US,
                "size": 300_000_000,
                "packed_index": draw.choice(indexes),
            }
            for number in range(CAMERAS)
        ]
        with database.write() as connection:
            connection.execute(insert(SegmentRow), rows)
    database.close()
    return time.perf_counter() - began


def timed(ask: Callable[[str, Span], object], length_us: int, draw: random.Random) -> list[float]:
    """Milliseconds of each question, for random cameras and instants."""
    took = []
    for _ in range(QUESTIONS):
        start_us = START_US + draw.randrange(max(1, length_us - HOUR_US))
        camera_id = f"cam-{draw.randrange(CAMERAS):05}"
        began = time.perf_counter_ns()
        ask(camera_id, Span(start_us, start_us + HOUR_US))
        took.append((time.perf_counter_ns() - began) / 1_000_000)
    return took


def measure(segments: int = 200_000) -> list[Row]:
    draw = random.Random(4)  # the same questions in every run
    rows = []
    with tempfile.TemporaryDirectory(prefix="farola-bench-") as home:
        path = Path(home) / "catalog.db"
        seconds = fill(path, segments, draw)
        length_us = -(-segments // CAMERAS) * SEGMENT_US
        everything = Span(START_US, START_US + length_us)
        zone = ZoneInfo("America/Argentina/Buenos_Aires")
        with Catalog.open(path) as catalog:
            recordings = catalog.recordings
            questions: list[tuple[str, Callable[[str, Span], object]]] = [
                ("segments of an hour", lambda c, s: recordings.segments(c, MAIN, s)),
                ("recorded spans of an hour", lambda c, s: recordings.spans(c, MAIN, s)),
                ("recorded days, ever", lambda c, s: recordings.days(c, MAIN, everything, zone)),
                ("save an open segment's row", lambda c, s: save(catalog, c, s)),
            ]
            for what, ask in questions:
                took = timed(ask, length_us, draw)
                rows.append(Row(f"{what}, p50", statistics.median(took), "ms"))
                rows.append(Row(f"{what}, p95", statistics.quantiles(took, n=20)[18], "ms"))
        size = path.stat().st_size
        rows.append(Row("rows", segments, "segments"))
        rows.append(Row("a segment's row on disk", size / segments, "bytes"))
        rows.append(Row("rows made", segments / seconds, "a second"))
    return rows


def save(catalog: Catalog, camera_id: str, span: Span) -> None:
    """What a recorder does once a minute and camera: replace a row with a longer index."""
    found = catalog.recordings.segments(camera_id, MAIN, Span(span.start_us, span.start_us + 1))
    segment: Segment = found[0]
    catalog.recordings.save_segment(segment)


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000):
        print(f"{row.what}: {row.value:.4g} {row.unit}")
