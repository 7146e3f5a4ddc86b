"""What recording costs: CPU against `ffmpeg -c copy`, memory per camera, frames lost.

40 simulated cameras of 1080p, 25 pictures a second, 4 Mbit/s; both recorders read the same
simulator one after the other, from outside over their whole process trees, after a warm-up.
Then 200 cameras on one core: memory above that of one camera, packets lost by their sequence
numbers, and gaps.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench.processes import cpu_seconds, memory_bytes
from bench.row import Row
from bench.street import FAROLA, street
from farola.sim import bench_clip, default_cache

CAMERAS = int(os.environ.get("FAROLA_BENCH_CAMERAS", "40"))
MANY = int(os.environ.get("FAROLA_BENCH_MANY", "200"))
WARM_UP_S = 12
MEASURED_S = 20


def measure() -> list[Row]:
    clip = bench_clip(default_cache(), lambda label, percent: None)
    with tempfile.TemporaryDirectory() as room:
        with street(clip, CAMERAS) as running:
            ours = _farola_cpu(running.urls, Path(room) / "ours")
            theirs = _ffmpeg_cpu(running.urls, Path(room) / "theirs")
        one = _farola_memory(clip, 1, Path(room) / "one")
        many = _farola_memory(clip, MANY, Path(room) / "many")
    per_camera = (many.memory_bytes - one.memory_bytes) / (MANY - 1)
    return [
        Row(
            f"CPU per camera, {CAMERAS} cameras, everything included",
            round(ours / CAMERAS * 100, 3),
            "% of a core",
            peer=round(theirs / CAMERAS * 100, 3),
            peer_name="ffmpeg -c copy -f segment",
        ),
        Row("CPU, ratio to ffmpeg", round(ours / theirs, 3), "×", at_most=0.35),
        Row(f"memory per camera, {MANY} cameras", round(per_camera / 1e6, 3), "MB", at_most=1.0),
        Row("memory with one camera", round(one.memory_bytes / 1e6, 1), "MB"),
        Row(f"packets lost, {MANY} cameras on one core", many.lost, "packets", at_most=0),
        Row(f"gaps, {MANY} cameras on one core", many.gaps, "gaps", at_most=0),
        Row(f"CPU, {MANY} cameras", round(many.cpu * 100, 1), "% of a core"),
    ]


class _Recorded:
    """What one run of `farola record` told and what was read of it from outside."""

    def __init__(self, memory: int, cpu: float, report: dict[str, object]) -> None:
        cameras = report["cameras"]
        assert isinstance(cameras, list)
        self.memory_bytes = memory
        self.cpu = cpu
        self.lost = sum(camera["lost"] for camera in cameras)
        self.gaps = sum(camera["gaps"] for camera in cameras)


def _farola_cpu(urls: list[str], data: Path) -> float:
    """Cores used by one `farola record` process over all cameras."""
    process = subprocess.Popen(
        [FAROLA, "record", *urls, "--data", str(data), "--seconds", "600", "--json"],
        stdout=subprocess.DEVNULL,
    )
    try:
        return _cores([process.pid])
    finally:
        process.terminate()
        process.wait()


def _ffmpeg_cpu(urls: list[str], data: Path) -> float:
    """Cores used by one ffmpeg process a camera, started over some seconds."""
    data.mkdir()
    processes = []
    try:
        for number, url in enumerate(urls):
            command = ["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url]
            command += ["-c", "copy", "-f", "segment", "-segment_time", "10"]
            processes.append(subprocess.Popen([*command, str(data / f"{number}-%05d.mp4")]))
            time.sleep(0.1)
        return _cores([process.pid for process in processes])
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _cores(pids: list[int]) -> float:
    time.sleep(WARM_UP_S)
    started, before = time.monotonic(), cpu_seconds(pids)
    time.sleep(MEASURED_S)
    return (cpu_seconds(pids) - before) / (time.monotonic() - started)


def _farola_memory(clip: Path, cameras: int, data: Path) -> _Recorded:
    """Records for a while on the first core, with the simulator on the last."""
    cores = sorted(os.sched_getaffinity(0))
    seconds = WARM_UP_S + MEASURED_S
    with street(clip, cameras) as running:
        os.sched_setaffinity(running.pid, {cores[-1]})
        command = [FAROLA, "record", *running.urls, "--data", str(data), "--json"]
        process = subprocess.Popen(
            ["taskset", "-c", str(cores[0]), *command, "--seconds", str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(WARM_UP_S)
        before, started = cpu_seconds([process.pid]), time.monotonic()
        time.sleep(MEASURED_S - 4)
        cpu = (cpu_seconds([process.pid]) - before) / (time.monotonic() - started)
        memory = memory_bytes([process.pid])
        text, _ = process.communicate()
    return _Recorded(memory, cpu, json.loads(text))
