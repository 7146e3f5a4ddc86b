"""Farola's own programs as real processes, for tests that kill them or take their disk away."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FAROLA = str(Path(sys.executable).with_name("farola"))


def until[T](found: Callable[[], T], seconds: float = 60) -> T:
    """Asks again and again until the answer is true; the time only bounds a failing test."""
    for _ in range(int(seconds / 0.05)):
        answer = found()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {found()!r}")


@contextmanager
def program(
    *words: str | Path, log: Path, inside: tuple[str, ...] = (), **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A `farola` command with its standard error in `log`; killed if it still runs at the end.

    `inside` are the words that start it in another namespace.
    """
    with log.open("a") as errors:
        process = subprocess.Popen(
            [*inside, FAROLA, *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **environment},
        )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that the program prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def cameras(clip: Path, count: int, *options: str) -> Iterator[list[str]]:
    """`farola sim` with so many cameras; their URLs."""
    words = ("sim", clip, "--cameras", str(count), "--port", "0", *options)
    with program(*words, log=clip.with_suffix(".log")) as process:
        yield [line(process) for _ in range(count)]


def check(config: Path, *options: str, inside: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What `farola check` finds."""
    done = subprocess.run(
        [*inside, FAROLA, "check", "--config", config, "--json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return findings


def ledger(what: str, config: Path, *options: str, inside: tuple[str, ...] = ()) -> str:
    """What `farola ledger` prints."""
    done = subprocess.run(
        [*inside, FAROLA, "ledger", what, "--config", config, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def decoded_frames(path: Path) -> int:
    """How many pictures ffmpeg decodes from the file, without a word of complaint."""
    done = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-i", path, "-fps_mode", "passthrough"),
            *("-progress", "-", "-f", "null", os.devnull),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[:2_000]
    counts = [row.removeprefix("frame=") for row in done.stdout.splitlines() if "frame=" in row]
    return int(counts[-1])
