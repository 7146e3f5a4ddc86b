"""A town's data with hours of recordings, written as the recorder writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farola.app.ledger import begin, open_ledger
from farola.app.parts import Parts, open_parts
from farola.app.record import settings_for
from farola.app.retaining import Retainer
from farola.base import Error, Kind, ManualClock, new_id
from farola.config import Settings
from farola.ledger import Ledger
from farola.media import FragmentEntry, pack_fragments
from farola.merkle import root_of
from farola.model import STANDARD, Address, CameraDraft, Papers, Run, Segment, StreamKind
from farola.store import Fragment, SegmentHeader, SegmentReader, SegmentWriter

HOUR = 3_600_000_000
START = 495_000 * HOUR
PARAMETER_SETS = (
    b"gB\xc0\n\xda\x10~\x84\x00\x00\x03\x00\x04\x00\x00\x03\x00P<H\x9a\x80",
    b"h\xce\x0f\xc8",
)
PICTURE = b"a picture of somebody crossing the square"


@dataclass
class Hours:
    parts: Parts
    ledger: Ledger
    clock: ManualClock
    retainer: Retainer
    camera: str

    def record(
        self, hours: int = 1, camera: str | None = None, retention_class: str = STANDARD
    ) -> list[Path]:
        """One segment an hour; the clock goes on with them and a sweep follows each."""
        made = []
        for _ in range(hours):
            made.append(self._segment(camera or self.camera, retention_class))
            self.clock.advance(HOUR)
            self.retainer.sweep()
        return made

    def readable(self, path: Path) -> bool:
        """Whether its pictures can be read; False when key or file are gone."""
        try:
            with SegmentReader.open(path, self.parts.keystore) as reader:
                return all(reader.read(each) == PICTURE for each in reader.fragments())
        except Error as error:
            if error.kind in {Kind.KEY_DESTROYED, Kind.NOT_FOUND}:
                return False
            raise

    def rows(self) -> set[str]:
        """The files that the catalogue knows."""
        return {each.path for each in self.parts.catalog.recordings.all_segments()}

    def files(self) -> set[str]:
        """The files that there are."""
        root = self.parts.root
        return {str(path.relative_to(root)) for path in root.rglob("*.fseg")}

    def add_camera(self, name: str) -> str:
        address = Address("rtsp", "10.0.0.9", 554, f"/{name}")
        papers = Papers("safety", "by-law 7", "public works")
        return self.parts.catalog.cameras.add(
            CameraDraft(name, name, address, None, papers, True)
        ).id

    def _segment(self, camera: str, retention_class: str) -> Path:
        start_us = self.clock.wall_us() + 60_000_000
        key = self.parts.keystore.data_key(camera, start_us, retention_class)
        run = Run(new_id("run"), camera, StreamKind.MAIN, start_us, None, None, None)
        self.parts.catalog.recordings.begin_run(run)
        header = SegmentHeader(
            camera, StreamKind.MAIN, run.id, 0, start_us, "h264", PARAMETER_SETS, 64, 240,
            key.id, key.epoch, key.wrapped,
        )  # fmt: skip
        with SegmentWriter.create(self.parts.root, header, key.secret) as writer:
            written = writer.append(Fragment(0, start_us, 0, 180_000, True, None, 0, b"", PICTURE))
            path = writer.path
        entry = FragmentEntry(written.offset, written.size, 0, start_us, 0, 180_000, True)
        self.parts.catalog.recordings.save_segment(
            Segment(
                str(path), camera, StreamKind.MAIN, run.id, "avc1.42c00a", 64, 240, start_us,
                start_us + 2_000_000, written.offset + written.size, False,
                pack_fragments([entry]), root_of([written.hash]),
            )
        )  # fmt: skip
        masks = self.parts.settings.storage.data / "masks" / path.with_suffix("")
        masks.mkdir(parents=True)
        with SegmentReader.open(self.parts.root / path, self.parts.keystore) as reader:
            first = next(reader.fragments())
            sealed = reader.seal_beside(first, "masks", b"origin", PICTURE)
        (masks / "0.mask").write_bytes(sealed)
        return self.parts.root / path


@contextmanager
def hours_in(
    folder: Path, clock: ManualClock | None = None, **retention: object
) -> Iterator[Hours]:
    settings = settings_for(folder / "data")
    settings = Settings.parse(
        settings.model_dump(exclude={"ledger", "retention"})
        | {"retention": {"hours": 3, "early_alarm_bytes": 0} | retention}
    )
    clock = clock or ManualClock(START)
    with (
        open_parts(settings, clock, create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        hours = Hours(parts, ledger, clock, Retainer(parts, ledger), "")
        known = parts.catalog.cameras.list()
        hours.camera = known[0].id if known else hours.add_camera("Plaza")
        yield hours
