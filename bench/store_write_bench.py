"""What one 500 kB fragment costs to encrypt, hash and write, and to read again.

Every turn appends a fragment with `SegmentWriter`, does the same steps one by one, and writes the
same number of bytes with a plain `os.write` to another file on the same disk, so that all of them
meet the same caches and the same writeback. Figures are medians over the turns; the sum of the
means is given too, because a busy disk shows there first.
"""

import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.row import Row
from farola.keys import DataKey, Keystore
from farola.model import StreamKind
from farola.store import Fragment, SegmentHeader, SegmentReader, SegmentWriter, StoredFragment, scan
from farola.store.cipher import derive, seal, sealed_size

PAYLOAD = 500_000  # bytes: one second of 4 Mbit/s
TURNS = 400
TURNS_A_FILE = 100
WRITERS = 250
START_US = 1_795_551_300_000_000


class Stopwatch:
    """Microseconds of each turn, under a name."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], object]) -> None:
        begin = time.perf_counter_ns()
        work()
        self.taken.setdefault(name, []).append((time.perf_counter_ns() - begin) / 1000)

    def median(self, name: str) -> float:
        return statistics.median(self.taken[name])

    def mean(self, name: str) -> float:
        return statistics.fmean(self.taken[name])


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="farola-bench-") as name:
        place = Path(name)
        (place / "segments").mkdir()
        keystore = Keystore.open(place / "keys", create=True)
        key = keystore.new_data_key("cam-1", START_US)
        watch = Stopwatch()
        for number in range(TURNS // TURNS_A_FILE):
            write_and_read(place, keystore, key, number, watch)
        return rows(watch, memory_of_a_writer(place, key))


def write_and_read(
    place: Path, keystore: Keystore, key: DataKey, number: int, watch: Stopwatch
) -> None:
    payload = bytearray(os.urandom(PAYLOAD))
    sealed = memoryview(bytearray(sealed_size(PAYLOAD)))
    root = place / "segments"
    with (
        SegmentWriter.create(root, header(key, "run-1", number), key.secret) as writer,
        (place / "plain").open("wb", buffering=0) as plain,
        (place / "steps").open("wb", buffering=0) as steps,
    ):
        path = root / writer.path
        for turn in range(TURNS_A_FILE):
            one = fragment(turn, payload)
            watch.time("append", lambda one=one: writer.append(one))  # type: ignore[misc]
            with memoryview(payload) as view:

                def encrypt(view: memoryview = view) -> None:
                    seal(derive(key.secret, bytes(32), bytes(300)), view, sealed)

                watch.time("encrypt", encrypt)
            watch.time("hash", lambda: hashlib.sha256(sealed).digest())
            watch.time("write", lambda: os.write(steps.fileno(), sealed))
            watch.time("plain", lambda: os.write(plain.fileno(), payload))
        watch.time("scan", lambda: scan(path))
        with SegmentReader.open(path, keystore) as reader:
            for found in reader.fragments():
                watch.time("read", lambda found=found: reader.read(found))  # type: ignore[misc]
        for found in scan(path).fragments:
            watch.time("seek", lambda found=found: seek(path, keystore, found))  # type: ignore[misc]
    path.unlink()


def seek(path: Path, keystore: Keystore, found: StoredFragment) -> bytes:
    with SegmentReader.open(path, keystore) as reader:
        return reader.read(found, 250_000, 250_100)


def memory_of_a_writer(place: Path, key: DataKey) -> float:
    """Kilobytes of resident memory that each further open segment takes."""
    payload = bytearray(PAYLOAD)
    root = place / "segments"
    writers = [SegmentWriter.create(root, header(key, "run-0", 0), key.secret)]
    writers[0].append(fragment(0, payload))
    before = resident_kilobytes()
    for number in range(WRITERS):
        writers.append(SegmentWriter.create(root, header(key, "run-2", number), key.secret))
        writers[-1].append(fragment(0, payload))
    after = resident_kilobytes()
    for writer in writers:
        writer.close()
    return (after - before) / WRITERS


def resident_kilobytes() -> int:
    """Now, not at the peak: reading has been higher before and would hide what is added."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def header(key: DataKey, run_id: str, number: int) -> SegmentHeader:
    return SegmentHeader(
        camera_id="cam-1",
        stream=StreamKind.MAIN,
        run_id=run_id,
        number=number,
        start_us=START_US,
        codec="h264",
        parameter_sets=(bytes(25), bytes(4)),
        width=1920,
        height=1080,
        key_id=key.id,
        epoch=key.epoch,
        wrapped_key=key.wrapped,
    )


def fragment(sequence: int, payload: bytearray) -> Fragment:
    return Fragment(
        sequence=sequence,
        start_us=START_US + sequence * 1_000_000,
        media_start=sequence * 90_000,
        duration=90_000,
        key=True,
        camera_offset_us=None,
        lost=0,
        samples=bytes(150),
        payload=payload,
    )


def rows(watch: Stopwatch, kilobytes: float) -> list[Row]:
    plain = watch.median("plain")
    return [
        Row(
            "append of a 500 kB fragment",
            watch.median("append"),
            "µs",
            at_most=1000,
            peer=plain,
            peer_name="plain os.write",
        ),
        Row(
            "the same, mean",
            watch.mean("append"),
            "µs",
            peer=watch.mean("plain"),
            peer_name="plain os.write",
        ),
        Row("of which derive keys and encrypt", watch.median("encrypt"), "µs"),
        Row("of which SHA-256", watch.median("hash"), "µs"),
        Row("of which write", watch.median("write"), "µs", peer=plain, peer_name="plain os.write"),
        Row("memory per further open segment", kilobytes, "kB"),
        Row("read and decrypt 500 kB", watch.median("read"), "µs"),
        Row("open, unwrap the key, read 100 bytes in the middle", watch.median("seek"), "µs"),
        Row(f"scan of {TURNS_A_FILE} fragments", watch.median("scan"), "µs"),
    ]
