"""Never pixels without an entry: a process killed anywhere between the two leaves the entry."""

import subprocess
import sys
from pathlib import Path
from random import Random
from time import sleep

from farola.app.ledger import open_ledger
from farola.app.parts import open_parts
from farola.app.record import settings_for
from farola.base import SystemClock
from farola.model import EntryKind

CHILD = Path(__file__).with_name("looking_child.py")


def test_whatever_left_before_the_kill_is_on_record(tmp_path: Path) -> None:
    rng = Random(5)
    left: set[tuple[str, int, str]] = set()
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, str(CHILD), str(tmp_path / "data")], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            first = child.stdout.readline()
            sleep(rng.uniform(0.01, 0.3))
            child.kill()
            lines = [first, *child.stdout.read().splitlines(keepends=True)]
        for line in lines:
            if line.endswith(b"\n"):
                camera, at_us, session = line.split()
                left.add((camera.decode(), int(at_us), session.decode()))
    settings = settings_for(tmp_path / "data")
    with (
        open_parts(settings, SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        written = {
            (entry.body["camera"], entry.body["start_us"], entry.body["session"])
            for entry in ledger.entries(0, ledger.size)
            if entry.kind is EntryKind.LOOK and entry.body is not None
        }
        root = ledger.root(ledger.size)
        assert len(root) == 32
    assert len(left) > 50
    assert left <= written
