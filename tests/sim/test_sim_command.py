"""`farola sim` as a program."""

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_PROGRAM = "import typer; from farola.cli.sim_command import sim; typer.run(sim)"


async def sim(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", _PROGRAM, "--port", "0", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_urls_serves_and_stops(
    clip: Path, dial: Callable, how: signal.Signals
) -> None:
    process = await sim(str(clip), "--cameras", "3", "--fault", "2:close=0.25")
    assert process.stdout is not None
    urls = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
    assert [url.rsplit("/", 1)[1] for url in urls] == ["camera-1", "camera-2", "camera-3"]
    client = await dial(urls[1])
    await client.play()
    assert len({packet.ticks for packet in await client.read_all()}) == 5
    other = await dial(urls[0])
    await other.play()
    process.send_signal(how)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def test_a_wrong_fault_ends_it(clip: Path) -> None:
    process = await sim(str(clip), "--fault", "earthquake=1")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"no fault is called 'earthquake'" in errors
