"""Simulated cameras for measurements: one `farola sim` process that serves one clip many times."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FAROLA = str(Path(sys.executable).with_name("farola"))


@dataclass(frozen=True, slots=True)
class Street:
    """The cameras' URLs and the process that serves them."""

    urls: list[str]
    pid: int


@contextmanager
def street(clip: Path, cameras: int, *options: str) -> Iterator[Street]:
    """Runs while the block does; the simulator keeps to itself on the last core."""
    process = subprocess.Popen(
        [FAROLA, "sim", str(clip), "--cameras", str(cameras), "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        urls = [process.stdout.readline().strip() for _ in range(cameras)]
        if not all(urls):
            raise RuntimeError("the simulator did not start")
        yield Street(urls, process.pid)
    finally:
        process.terminate()
        process.wait()
