"""Covering a file: pictures a second, start to end, against deface on the same clip in turns.

The clip is OpenCV's `vtest.avi` as H.264 in its own size and rate; both programs run with their
default settings, each in its turn, alone, on all cores. Time is wall time of the whole program,
start-up and writing included. deface comes from PyPI into an environment of its own, made once in
the cache. It blurs faces; Farola covers whole persons and vehicles, so it does more.
"""

import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import av

from bench.row import Row
from bench.street import FAROLA
from farola.sim import default_cache, find_footage, playable

DEFACE = "deface==1.5.0"
ROUNDS = 3


def measure() -> list[Row]:
    cache = default_cache()
    footage = find_footage(None, cache, _tell)
    clip = playable(footage.path, "h264", cache, _tell)
    pictures = _pictures(clip)
    deface = _deface(cache)
    ours, theirs, reported = [], [], []
    with tempfile.TemporaryDirectory() as room:
        out, report = str(Path(room) / "out.mp4"), str(Path(room) / "report.json")
        for _ in range(ROUNDS):
            theirs.append(_seconds([str(deface), str(clip), "--output", out]))
            ours.append(_seconds([FAROLA, "redact", str(clip), out]))
            assert _pictures(Path(out)) == pictures
            reported.append(_seconds([FAROLA, "redact", str(clip), out, "--report", report]))
    ratio = statistics.median(t / o for t, o in zip(theirs, ours, strict=True))
    where = f"{footage.origin}, {pictures} pictures"
    return [
        Row(
            f"pictures a second by `farola redact` ({where})",
            pictures / statistics.median(ours),
            "/s",
            peer=pictures / statistics.median(theirs),
            peer_name=DEFACE,
        ),
        Row("the same with --report", pictures / statistics.median(reported), "/s"),
        Row("speed against deface, median of the rounds", ratio, "×", at_least=8),
    ]


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def _pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def _deface(cache: Path) -> Path:
    """The program, in an environment of its own."""
    home = cache / DEFACE.replace("==", "-")
    program = home / "bin" / "deface"
    if not program.exists():
        print(f"installing {DEFACE}", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run(
            [home / "bin" / "python", "-m", "pip", "install", "--quiet", DEFACE], check=True
        )
    return program


def _tell(what: str, hundredths: int) -> None:
    if hundredths == 100:
        print(f"{what}: done", file=sys.stderr)
