"""A line of the log that cannot be written takes nothing else with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_PROGRAM = """
import sys
from farola.base import configure_logs, get_logger
configure_logs("info", "json")
log = get_logger("test")
log.error("one")
if "close" in sys.argv:
    sys.stderr.close()
log.error("two")
print("went on")
"""


def _run(stderr: int, *arguments: str) -> str:
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, check=False, text=True)
    return ended.stdout


@pytest.fixture
def full_disk() -> Iterator[int]:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


def test_a_reader_that_went_away_ends_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert _run(writer) == "went on\n"
    os.close(writer)


def test_a_full_disk_ends_nothing(full_disk: int) -> None:
    assert _run(full_disk) == "went on\n"


def test_a_closed_standard_error_ends_nothing(tmp_path: Path) -> None:
    told = tmp_path / "log"
    with told.open("wb") as file:
        assert _run(file.fileno(), "close") == "went on\n"
    assert told.read_text().count("one") == 1
