"""The ledger: durable appends a second, and proofs over a million entries.

    python -m bench ledger
    python -m bench.ledger_bench 100000          as many entries as one likes

Appends are durable: each returns after its sync. The peer writes and syncs as many bytes into a
plain file, one by one. Proofs are of random entries and sizes, made from the database and checked.
"""

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.row import Row
from farola.base import SystemClock
from farola.ledger import Ledger, NoteKey
from farola.merkle import hash_leaf, verify_consistency, verify_inclusion
from farola.model import Body, EntryKind

ENTRIES = 1_000_000
ONE_BY_ONE = 2_000
THREADS = 16
PROOFS = 2_000
BODY: Body = {
    "person": "per-000000000001",
    "person_name": "Ana",
    "session": "ses-0011223344556677",
    "camera": "cam-000000000001",
    "rendition": "redacted",
    "start_us": 1_795_500_000_000_000,
    "end_us": 1_795_503_600_000_000,
}


class _Key:
    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def measure(entries: int = ENTRIES) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        key = NoteKey("bench.example/ledger", _Key())
        ledger = Ledger.open(Path(folder) / "ledger", key, SystemClock(), create=True)
        try:
            return [*_appends(ledger, Path(folder) / "peer"), *_proofs(ledger, entries)]
        finally:
            ledger.close()


def _appends(ledger: Ledger, peer: Path) -> list[Row]:
    begun = time.perf_counter()
    for _ in range(ONE_BY_ONE):
        ledger.append(EntryKind.LOOK, BODY)
    alone = ONE_BY_ONE / (time.perf_counter() - begun)

    def work() -> None:
        for _ in range(ONE_BY_ONE // 4):
            ledger.append(EntryKind.LOOK, BODY)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    begun = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    together = THREADS * (ONE_BY_ONE // 4) / (time.perf_counter() - begun)
    plain = _synced_writes(peer)
    name = "write and fsync"
    return [
        Row("appends one by one", alone, "/s", at_least=1_000, peer=plain, peer_name=name),
        Row(f"appends by {THREADS} threads", together, "/s", at_least=1_000),
    ]


def _synced_writes(path: Path) -> float:
    """How often a second this disk takes a kilobyte and a sync."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        begun = time.perf_counter()
        for _ in range(ONE_BY_ONE):
            os.write(file, bytes(1_000))
            os.fsync(file)
        return ONE_BY_ONE / (time.perf_counter() - begun)
    finally:
        os.close(file)


def _proofs(ledger: Ledger, entries: int) -> list[Row]:
    begun, first = time.perf_counter(), ledger.size
    while ledger.size < entries:
        ledger.append_all([(EntryKind.LOOK, BODY)] * min(10_000, entries - ledger.size))
    batched = (ledger.size - first) / (time.perf_counter() - begun)
    rng = random.Random(1)
    size = ledger.size
    root = ledger.root(size)
    inclusion, consistency = [], []
    for _ in range(PROOFS):
        index, old = rng.randrange(size), rng.randrange(1, size)
        leaf, old_root = hash_leaf(ledger.entry(index).leaf), ledger.root(old)
        begun = time.perf_counter()
        verify_inclusion(index, size, leaf, ledger.inclusion_proof(index, size), root)
        inclusion.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        verify_consistency(old, size, old_root, root, ledger.consistency_proof(old, size))
        consistency.append(time.perf_counter() - begun)
    rows = [Row("appends, ten thousand at once", batched, "/s", at_least=1_000)]
    for name, times in (("inclusion", inclusion), ("consistency", consistency)):
        times.sort()
        what = f"{name} proof made and checked, {size:,} entries"
        rows.append(Row(f"{what}, p50", 1e3 * statistics.median(times), "ms", at_most=1))
        rows.append(Row(f"{what}, p99", 1e3 * times[len(times) * 99 // 100], "ms"))
    held = sum(file.stat().st_size for file in ledger.path.parent.iterdir())
    rows.append(Row("disk for an entry", held / size, "bytes"))
    return rows


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES):
        print(f"{row.what}: {row.value:,.3f} {row.unit}")
