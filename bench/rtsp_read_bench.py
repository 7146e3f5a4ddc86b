"""Reading and depacketising: CPU and memory per camera, packets lost, at 40 and 200 cameras."""

import json
import subprocess
import sys
from pathlib import Path

from bench.row import Row

_PROGRAM = Path(__file__).with_name("rtsp_read.py")


def measure() -> list[Row]:
    rows = []
    for cameras in (40, 200):
        own = _run(cameras, "own")
        where = f"{cameras} cameras of 1080p 25 fps 4 Mbit/s"
        rows.append(
            Row(
                f"RTSP reading, CPU per camera, {where}",
                float(own["cpu_percent_per_camera"]),
                "% of a core",
                at_most=0.15,
                peer=float(_run(cameras, "transport")["cpu_percent_per_camera"]),
                peer_name="asyncio transports, paused",
            )
        )
        rows.append(
            Row(f"RTSP reading, packets lost, {where}", float(own["lost"]), "packets", at_most=0)
        )
        rows.append(
            Row(
                f"RTSP reading, memory per camera with its open fragment, {where}",
                float(own["kib_per_camera"]) / 1024,
                "MiB",
                at_most=1,
            )
        )
    return rows


def _run(cameras: int, variant: str) -> dict[str, float | str]:
    command = [sys.executable, str(_PROGRAM), "--cameras", str(cameras), "--variant", variant]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float | str] = json.loads(finished.stdout)
    return figures
