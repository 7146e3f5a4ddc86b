"""How much of the people on a street is covered, and how much of the picture with it.

`farola redact --report` runs on OpenCV's `vtest.avi` as H.264 at several rates of detection. What
its report says was covered is compared with persons marked by hand in 13 of the 795 pictures
(`bench/labels/vtest.json`, coordinates only). A person counts when 90 % of its rectangle is
covered. The area is the mean over all pictures.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.row import Row
from bench.street import FAROLA
from farola.sim import default_cache, find_footage, playable

LABELS = Path(__file__).resolve().parent / "labels" / "vtest.json"
ENOUGH = 0.9
RATES = (5.0, 3.3, 2.5)


def measure() -> list[Row]:
    cache = default_cache()
    footage = find_footage(None, cache, _tell)
    if footage.drawn:
        raise SystemExit("the labels are of footage that cannot be had on this machine")
    clip = playable(footage.path, "h264", cache, _tell)
    rows = []
    for rate in RATES:
        report = _report(clip, rate)
        persons = shares(report)
        first = rate == RATES[0]
        rows += [
            Row(
                f"persons of {len(persons)} at least 90 % covered, {rate:g} detections a second",
                100 * sum(share >= ENOUGH for share in persons) / len(persons),
                "%",
                at_least=97 if first else None,
            ),
            Row(
                f"of the picture covered on average, {rate:g} detections a second",
                100 * float(np.mean([frame["area"] for frame in report["frames"]])),
                "%",
                at_most=12 if first else None,
            ),
            Row(
                f"pictures wholly covered, {rate:g} detections a second",
                sum(frame["whole"] is not None for frame in report["frames"]),
                "pictures",
            ),
        ]
    return rows


def shares(report: dict[str, Any]) -> list[float]:
    """Of each person marked by hand the covered share, 0 to 1."""
    size = report["result"]["height"], report["result"]["width"]
    found = []
    for frame, persons in json.loads(LABELS.read_text())["persons"].items():
        covered = np.zeros(size, np.bool_)
        for left, top, width, height in report["frames"][int(frame)]["masks"]:
            covered[top : top + height, left : left + width] = True
        found += [
            float(covered[top : top + height, left : left + width].mean())
            for left, top, width, height in persons
        ]
    return found


def _report(clip: Path, rate: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as room:
        out, report = Path(room) / "out.mp4", Path(room) / "report.json"
        command = [FAROLA, "redact", str(clip), str(out), "--report", str(report)]
        done = subprocess.run(
            [*command, "--rate", str(rate)], check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise SystemExit(f"farola redact failed: {done.stderr}")
        told: dict[str, Any] = json.loads(report.read_text())
        return told


def _tell(what: str, hundredths: int) -> None:
    if hundredths == 100:
        print(f"{what}: done", file=sys.stderr)
