"""The simulator, which shares no code with this package: every byte of a file arrives, and faults
are counted or named."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from rtp_packets import split

from farola.base import Error, Kind, SystemClock
from farola.rtsp import AccessUnit, Counters, Limits, Reader, Target, connect
from farola.sim import Faults, Login, Scheme, Server, SimCamera, start

pytestmark = pytest.mark.peer

PICTURES = 30


@pytest.fixture(scope="module", params=["h264", "h265"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw stream of 30 noisy pictures, several packets each, with B-frames."""
    path = tmp_path_factory.mktemp("clips") / f"clip.{request.param}"
    encoder = {"h264": "libx264", "h265": "libx265"}[request.param]
    drawn = "testsrc2=size=480x272:rate=25,noise=alls=40"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", drawn]
    command += ["-frames:v", str(PICTURES), "-c:v", encoder, "-preset", "ultrafast", "-g", "10"]
    command += ["-bf", "2"]
    if encoder == "libx265":
        command += ["-x265-params", "log-level=none"]
    subprocess.run([*command, "-y", path.with_suffix(".mp4")], check=True)
    copy = ["ffmpeg", "-v", "error", "-i", path.with_suffix(".mp4"), "-c", "copy", path]
    subprocess.run(copy, check=True)
    return path


def annex_b(data: bytes) -> list[bytes]:
    parts = data.split(b"\0\0\1")
    return [part.rstrip(b"\0") for part in parts if part.rstrip(b"\0")]


class Played:
    def __init__(self, units: list[AccessUnit], nals: list[bytes], counters: Counters) -> None:
        self.units, self.nals, self.counters = units, nals, counters
        self.kind: Kind | None = None


async def play(server: Server, name: str = "one", **login: str) -> Played:
    url = server.url(name)
    target = Target(url, "127.0.0.1", server.port, **login)
    reader = Reader(interval_us=50_000)
    limits = Limits(stall_us=2_000_000)
    stream = await connect(target, limits=limits, clock=SystemClock(), reader=reader)
    units: list[AccessUnit] = []
    nals: list[bytes] = []

    def on_unit(unit: AccessUnit) -> None:
        units.append(unit)
        nals.extend(split(bytes(stream.buffer[unit.start : unit.end])))
        stream.buffer = bytearray()

    with pytest.raises(Error) as error:
        await asyncio.wait_for(stream.play(on_unit), 30)
    await stream.close()
    played = Played(units, nals, stream.counters)
    played.kind = error.value.kind
    return played


@pytest.mark.parametrize("aggregate", [False, True])
async def test_every_byte_of_the_file_arrives(clip: Path, aggregate: bool) -> None:
    footage = clip.with_suffix(".mp4")
    camera = SimCamera("one", footage, aggregate=aggregate, audio=True, once=True)
    async with await start([camera]) as server:
        played = await play(server)
    assert played.kind is Kind.CLOSED_BY_CAMERA
    slices = [nal for nal in annex_b(clip.read_bytes()) if is_slice(nal, clip.suffix)]
    assert [nal for nal in played.nals if is_slice(nal, clip.suffix)] == slices
    assert len(played.units) == PICTURES
    assert [unit.key for unit in played.units] == [n % 10 == 0 for n in range(PICTURES)]
    assert not any(unit.lost or unit.damaged for unit in played.units)
    ticks = sorted(unit.ticks for unit in played.units)
    assert ticks[-1] - ticks[0] == (PICTURES - 1) * 3600


def is_slice(nal: bytes, suffix: str) -> bool:
    return 1 <= nal[0] & 31 <= 5 if suffix == ".h264" else nal[0] >> 1 & 63 < 32


async def test_signs_in_by_every_scheme(clip: Path) -> None:
    cameras = [
        SimCamera(
            scheme.value,
            clip.with_suffix(".mp4"),
            login=Login("operator", "pass word", (scheme,)),
            once=True,
        )
        for scheme in Scheme
    ]
    right = {"username": "operator", "password": "pass word"}
    async with await start(cameras) as server:
        names = [camera.name for camera in cameras]
        for played in await asyncio.gather(*(play(server, name, **right) for name in names)):
            assert len(played.units) == PICTURES
        for name in names:
            with pytest.raises(Error) as error:
                await connect(
                    Target(server.url(name), "127.0.0.1", server.port, username="x", password="y"),
                    limits=Limits(),
                    clock=SystemClock(),
                    reader=Reader(),
                )
            assert error.value.kind is Kind.WRONG_PASSWORD


# What is counted as lost, repeated and late.
FAULTS = {
    "drop=0.4:3": (3, 0, 0),
    "duplicate=0.4:3": (0, 3, 0),
    "reorder=0.4": (1, 0, 1),
    "sequence=0.4:1000": (1000, 0, 0),
    "sequence=0.4:30000": (1, 0, 0),
    "rtp_jump=0.4:3600": (0, 0, 0),
}


async def test_faults_are_counted_and_the_run_goes_on(clip: Path) -> None:
    cameras = [
        SimCamera(f"cam{number}", clip.with_suffix(".mp4"), faults=Faults.parse(fault), once=True)
        for number, fault in enumerate(FAULTS)
    ]
    async with await start(cameras) as server:
        runs = await asyncio.gather(*(play(server, camera.name) for camera in cameras))
    for (fault, expected), played in zip(FAULTS.items(), runs, strict=True):
        counters = played.counters
        counted = (counters.lost, counters.duplicates, counters.reordered)
        assert (fault, counted) == (fault, expected)
        assert played.kind is Kind.CLOSED_BY_CAMERA
        assert sum(unit.lost for unit in played.units) == expected[0]
        assert len([unit for unit in played.units if not unit.damaged]) >= PICTURES - 4


async def test_a_stall_is_noticed(clip: Path) -> None:
    faults = Faults.parse("stall=0.3")
    stalling = SimCamera("one", clip.with_suffix(".mp4"), faults=faults, from_first=True)
    async with await start([stalling]) as server:
        played = await play(server)
    assert played.kind is Kind.STALLED
    assert 0 < len(played.units) < PICTURES
