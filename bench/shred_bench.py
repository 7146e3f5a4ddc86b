"""Destroying a camera-day: from what is due to keys that nobody has any more.

    python -m bench shred

A day of 24 hours and 144 segments of one camera is destroyed, once with nearly empty segments and
once with segments of many times that size: it must not matter. Removing the files comes after and
is measured apart.
"""

import os
import tempfile
import time
from pathlib import Path

from bench.row import Row
from farola.app.ledger import begin, open_ledger
from farola.app.parts import open_parts
from farola.app.record import settings_for
from farola.app.shredding import Shredder, alone
from farola.base import SystemClock
from farola.model import StreamKind
from farola.retention import Destruction, Why
from farola.store import Fragment, SegmentHeader, SegmentWriter

HOUR = 3_600_000_000
START = 495_000 * HOUR // (24 * HOUR) * (24 * HOUR)
SMALL, LARGE = 1_000, 8_000_000


def measure() -> list[Row]:
    rows = []
    for name, size in (("1 kB segments", SMALL), ("8 MB segments", LARGE)):
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
            shred, clear = _day(Path(folder), size)
        rows.append(Row(f"shredding a camera-day, {name}", shred, "s", at_most=1))
        rows.append(Row(f"removing its files, {name}", clear, "s"))
    return rows


def _day(folder: Path, size: int) -> tuple[float, float]:
    clock = SystemClock()
    with (
        open_parts(settings_for(folder / "data"), clock, create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        for number in range(144):
            start_us = START + number * 600_000_000
            key = parts.keystore.data_key("cam-1", start_us)
            header = SegmentHeader(
                camera_id="cam-1",
                stream=StreamKind.MAIN,
                run_id="run-7f3k9q2m1x4b",
                number=number,
                start_us=start_us,
                codec="h264",
                parameter_sets=(b"\x67", b"\x68"),
                width=64,
                height=64,
                key_id=key.id,
                epoch=key.epoch,
                wrapped_key=key.wrapped,
            )
            with SegmentWriter.create(parts.root, header, key.secret) as writer:
                writer.append(Fragment(0, start_us, 0, 180_000, True, None, 0, b"", bytes(size)))
        shredder, epochs = Shredder(parts, ledger), parts.keystore.epochs()
        begun = time.perf_counter()
        with alone(parts):
            for epoch in epochs:
                shredder.destroy(Destruction(epoch, 0, Why.RETENTION), ())
        shredded = time.perf_counter()
        for epoch in epochs:
            shredder.clear(epoch, ())
        return shredded - begun, time.perf_counter() - shredded


if __name__ == "__main__":
    for row in measure():
        print(f"{row.what}: {row.value:.3f} {row.unit}")
