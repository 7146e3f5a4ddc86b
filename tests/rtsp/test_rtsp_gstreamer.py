"""An RTSP server that nobody here wrote, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from farola.base import Error, Kind, SystemClock
from farola.rtsp import AccessUnit, Limits, Reader, Stream, Target, connect, probe

pytestmark = pytest.mark.peer

_SERVER = Path(__file__).with_name("gst_server.py")
_PYTHON = Path("/usr/bin/python3")  # the one that has Debian's GObject bindings

Serve = Callable[..., Awaitable[Target]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    processes = []

    async def start(codec: str, *login: str) -> Target:
        process = await asyncio.create_subprocess_exec(
            _PYTHON, _SERVER, codec, *login, stdout=asyncio.subprocess.PIPE
        )
        processes.append(process)
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 20))
        return Target(f"rtsp://127.0.0.1:{port}/street", "127.0.0.1", port)

    yield start
    for process in processes:
        process.kill()
        await process.wait()


@asynccontextmanager
async def opened(target: Target) -> AsyncIterator[Stream]:
    stream = await connect(target, limits=Limits(), clock=SystemClock(), reader=Reader())
    try:
        yield stream
    finally:
        await stream.close()


async def play_units(stream: Stream, count: int) -> list[AccessUnit]:
    units: list[AccessUnit] = []

    def on_unit(unit: AccessUnit) -> None:
        assert unit.end == len(stream.buffer)
        assert nal_lengths_fit(stream.buffer, unit)
        units.append(unit)
        if len(units) == count:
            raise Error(Kind.CONFLICT, "enough")

    with pytest.raises(Error, match="enough"):
        await asyncio.wait_for(stream.play(on_unit), 30)
    return units


def nal_lengths_fit(buffer: bytearray, unit: AccessUnit) -> bool:
    position = unit.start
    while position < unit.end:
        position += 4 + int.from_bytes(buffer[position : position + 4])
    return position == unit.end


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("eager", [False, True])
async def test_plays_without_loss(serve: Serve, codec: str, eager: bool) -> None:
    async with opened(await serve(codec)) as stream:
        stream.watch(eager)
        units = await play_units(stream, 30)
        assert stream.codec == codec
        assert len(stream.parameter_sets) == (2 if codec == "h264" else 3)
        assert stream.audio_offered
        assert units[0].key
        # The server sends the very sets that its description names.
        assert all(unit.parameter_sets is None for unit in units)
        steps = {after.ticks - before.ticks for before, after in pairwise(units)}
        assert all(step > 0 and step % 3600 == 0 for step in steps)
        assert not any(unit.lost or unit.damaged for unit in units)
        assert stream.counters.lost == 0


async def test_replaces_the_buffer_at_key_frames(serve: Serve) -> None:
    async with opened(await serve("h264")) as stream:
        sizes: list[int] = []

        def on_unit(unit: AccessUnit) -> None:
            assert unit.end == len(stream.buffer)
            if unit.key:
                sizes.append(unit.start)
                stream.buffer = bytearray(stream.buffer[unit.start : unit.end])
            if len(sizes) == 3:
                raise Error(Kind.CONFLICT, "enough")

        with pytest.raises(Error, match="enough"):
            await asyncio.wait_for(stream.play(on_unit), 30)
        assert sizes[0] == 0
        assert min(sizes[1:]) > 0


async def test_signs_in_by_digest(serve: Serve) -> None:
    target = await serve("h264", "admin", "s3cret")
    with pytest.raises(Error) as no_password:
        await probe(target, limits=Limits())
    assert no_password.value.kind is Kind.WRONG_PASSWORD
    address = (target.url, target.host, target.port)
    with pytest.raises(Error) as wrong:
        await probe(Target(*address, username="admin", password="no"), limits=Limits())
    assert wrong.value.kind is Kind.WRONG_PASSWORD
    right = Target(*address, username="admin", password="s3cret")
    async with opened(right) as stream:
        assert len(await play_units(stream, 5)) == 5


async def test_tells_a_path_that_is_not_there(serve: Serve) -> None:
    target = await serve("h264")
    missing = Target(target.url + "-no", target.host, target.port)
    with pytest.raises(Error) as error:
        await probe(missing, limits=Limits())
    assert error.value.kind is Kind.PATH_NOT_FOUND
