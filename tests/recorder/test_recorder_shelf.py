"""An open segment keeps its index in memory, never the pictures; a file has one retention class."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from farola.base import Kind, SystemClock
from farola.keys import Keystore, parse_epoch
from farola.media import Codec, CodecConfig, Sample
from farola.model import Gap, Run, Segment, StreamKind
from farola.recorder.cutter import Cut
from farola.recorder.gaps import GapBook
from farola.recorder.shelf import PlacedCut, Shelf
from farola.sim.clips import tiny_clip
from farola.sim.reel import load_reel
from farola.store import SegmentReader, Syncer, SyncPolicy

START_US = 1_795_551_300_000_000
PAYLOAD = 4_000_000


class Rows:
    """Keeps the rows that a catalogue would get."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []

    def run(self, run: Run) -> None:
        """Runs are of no interest here."""

    def segment(self, segment: Segment) -> None:
        self.segments.append(segment)

    def gap(self, gap: Gap) -> None:
        raise AssertionError(gap)


@pytest.fixture
def config(tmp_path: Path) -> CodecConfig:
    clip = tiny_clip(tmp_path / "clip.mp4", seconds=1)
    return CodecConfig.from_parameter_sets(Codec.H264, load_reel(clip).parameter_sets)


def placed(config: CodecConfig, sequence: int) -> PlacedCut:
    cut = Cut(
        sequence=sequence,
        media_start=sequence * 180_000,
        duration=180_000,
        key=True,
        after_hole=False,
        lost=0,
        config=config,
        samples=[Sample(duration=180_000, size=PAYLOAD, cts=0, key=True)],
        payload=bytearray(PAYLOAD),
    )
    return PlacedCut("run-7f3k9q2m1x4b", cut, START_US + sequence * 2_000_000, False, None)


def shelf_in(folder: Path, rows: Rows, syncer: Syncer, retention_class: Callable[[], str]) -> Shelf:
    root = folder / "segments"
    root.mkdir()
    return Shelf(
        root,
        Keystore.open(folder / "keys", create=True),
        rows,
        GapBook("cam-1", StreamKind.MAIN, rows.gap),
        "cam-1",
        StreamKind.MAIN,
        600_000_000,
        syncer,
        retention_class,
    )


def test_another_class_holds_from_the_next_file_on(tmp_path: Path, config: CodecConfig) -> None:
    rows, chosen = Rows(), ["standard"]
    syncer = Syncer(SyncPolicy("none"), lambda error: None, SystemClock())
    shelf = shelf_in(tmp_path, rows, syncer, lambda: chosen[-1])
    shelf.append(placed(config, 0))
    chosen.append("bank")
    shelf.append(placed(config, 1))
    shelf.append(replace(placed(config, 2), run_id="run-7f3k9q2m1x4c"))
    shelf.end_run(Kind.RECORDER_STOPPED, START_US + 6_000_000, None)
    syncer.close()
    keystore = Keystore.open(tmp_path / "keys", create=False)
    classes = []
    for path in sorted((tmp_path / "segments").rglob("*.fseg")):
        with SegmentReader.open(path, keystore) as reader:
            found = len(list(reader.fragments()))
            classes.append((parse_epoch(reader.header.epoch).retention_class, found))
    assert sorted(classes) == [("bank", 1), ("standard", 2)]


def test_an_open_segment_keeps_no_payload(tmp_path: Path, config: CodecConfig) -> None:
    rows = Rows()
    syncer = Syncer(SyncPolicy("none"), lambda error: None, SystemClock())
    shelf = shelf_in(tmp_path, rows, syncer, lambda: "standard")
    tracemalloc.start()
    try:
        shelf.append(placed(config, 0))
        shelf.append(placed(config, 1))
        shelf.append(placed(config, 2))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        shelf.end_run(Kind.RECORDER_STOPPED, START_US + 6_000_000, None)
        syncer.close()
    assert kept < 2 * PAYLOAD  # one place of that size is the process's, where fragments are sealed
    assert len(rows.segments) == 2
    assert (rows.segments[-1].start_us, rows.segments[-1].end_us) == (
        START_US,
        START_US + 6_000_000,
    )
