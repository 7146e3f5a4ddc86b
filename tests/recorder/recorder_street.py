"""One camera's shelf over real files, keys and catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farola.app.checking import check_town
from farola.app.parts import Parts, open_parts
from farola.app.record import settings_for
from farola.base import ManualClock
from farola.catalog import Finding
from farola.media import Codec, CodecConfig, Sample
from farola.model import Address, CameraDraft, Gap, Papers, Run, Segment, Span, StreamKind
from farola.recorder import StreamKey, recover_streams
from farola.recorder.cutter import Cut
from farola.recorder.gaps import GapBook
from farola.recorder.shelf import KeySource, PlacedCut, Shelf
from farola.sim.clips import tiny_clip
from farola.sim.reel import load_reel
from farola.store import Syncer, SyncPolicy

START_US = 1_795_551_300_000_000  # 2026-11-24 20:15 UTC
SECOND_US = 1_000_000
EVER = Span(0, 4_000_000_000_000_000)
MAIN = StreamKind.MAIN


class Rows:
    """Brings rows into the catalogue at once, except those that a test holds back."""

    def __init__(self, parts: Parts) -> None:
        self._recordings = parts.catalog.recordings
        self.lost = False

    def run(self, run: Run) -> None:
        if not self.lost:
            self._recordings.begin_run(run)

    def segment(self, segment: Segment) -> None:
        if not self.lost:
            self._recordings.save_segment(segment)

    def gap(self, gap: Gap) -> None:
        if not self.lost:
            self._recordings.save_gap(gap)


@dataclass
class Street:
    parts: Parts
    clock: ManualClock
    camera_id: str
    rows: Rows
    syncer: Syncer

    @property
    def key(self) -> StreamKey:
        return (self.camera_id, MAIN)

    @property
    def files(self) -> list[Path]:
        return sorted(self.parts.root.rglob("*.fseg"))

    def shelf(self, keys: KeySource | None = None) -> Shelf:
        """A shelf as a recorder makes it when it starts."""
        recordings = self.parts.catalog.recordings
        lasting = [gap for gap in recordings.open_gaps() if gap.camera_id == self.camera_id]
        gaps = GapBook(
            self.camera_id,
            MAIN,
            self.rows.gap,
            covered_until_us=recordings.newest_end_us(self.camera_id, MAIN),
            open_gap=lasting[0] if lasting else None,
        )
        return Shelf(
            self.parts.root,
            keys or self.parts.keystore,
            self.rows,
            gaps,
            self.camera_id,
            MAIN,
            600 * SECOND_US,
            self.syncer,
            lambda: "standard",
        )

    def segments(self) -> list[Segment]:
        return self.parts.catalog.recordings.segments(self.camera_id, MAIN, EVER)

    def gaps(self) -> list[Gap]:
        return self.parts.catalog.recordings.gaps(self.camera_id, MAIN, EVER)

    def recover(self, now_us: int) -> int:
        return recover_streams(self.parts.root, self.parts.catalog.recordings, [self.key], now_us)

    def check(self) -> list[Finding]:
        return check_town(self.parts, read_all=True)


@contextmanager
def opened_street(folder: Path) -> Iterator[Street]:
    clock = ManualClock(wall_us=START_US)
    with open_parts(settings_for(folder / "data"), clock, create=True) as parts:
        camera = parts.catalog.cameras.add(
            CameraDraft(
                name="Plaza",
                place="Plaza San Martín",
                main=Address("rtsp", "10.1.2.3", 554, "/main"),
                sub=None,
                papers=Papers("traffic safety", "Ley 25.326", "Tránsito"),
                enabled=True,
            )
        )
        syncer = Syncer(SyncPolicy("none"), lambda error: None, clock)
        try:
            yield Street(parts, clock, camera.id, Rows(parts), syncer)
        finally:
            syncer.close()


def codec_config(folder: Path, width: int = 320) -> CodecConfig:
    clip = tiny_clip(folder / f"clip-{width}.mp4", seconds=1, width=width)
    return CodecConfig.from_parameter_sets(Codec.H264, load_reel(clip).parameter_sets)


def placed(
    config: CodecConfig,
    sequence: int,
    at_us: int,
    *,
    run_id: str = "run-7f3k9q2m1x4b",
    ticks: int = 180_000,
    size: int = 1_000,
    stepped: bool = False,
    after_hole: bool = False,
) -> PlacedCut:
    """A fragment of one sample with this place in time."""
    cut = Cut(
        sequence=sequence,
        media_start=sequence * 180_000,
        duration=ticks,
        key=True,
        after_hole=after_hole,
        lost=0,
        config=config,
        samples=[Sample(duration=ticks, size=size, cts=0, key=True)],
        payload=bytearray(size),
    )
    return PlacedCut(run_id, cut, at_us, stepped, None)
