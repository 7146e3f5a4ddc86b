"""Whatever a camera does: a clear reason on that camera, and the others record on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from recording_world import EVER, MAIN, World, recording, with_recorder

from farola.app.checking import check_town
from farola.base import Kind
from farola.model import Phase
from farola.sim import Login, SimCamera, start
from farola.sim.clips import tiny_clip

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=4, group=10)


@pytest.fixture(scope="session")
def small_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "small.mp4"
    return tiny_clip(path, seconds=4, width=160, height=128, group=10)


@pytest.fixture
async def hostile() -> AsyncIterator[Callable[[Talk], Awaitable[str]]]:
    """Starts a server that talks as the test says; answers its URL."""
    servers = []

    async def begin(talk: Talk) -> str:
        async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await talk(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(guarded, "127.0.0.1", 0)
        servers.append(server)
        return f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}/street"

    yield begin
    for server in servers:
        server.close()


async def answer_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def answer_noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\xff\x13" * 400 + b"220 mail.example ESMTP\r\n\r\n")
    await writer.drain()


async def answer_endless_description(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n")
    writer.write(b"Content-Length: 2000000000\r\n\r\n")
    while True:
        writer.write(b"a=x:" + b"y" * 1000 + b"\r\n")
        await writer.drain()


async def answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n" + b"X-Padding: y\r\n" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    ("talk", "reasons"),
    [
        (answer_http, {Kind.HTTP_NOT_RTSP}),
        (answer_noise, {Kind.NOT_RTSP}),
        (answer_endless_description, {Kind.PROTOCOL_VIOLATION, Kind.TOO_LARGE}),
        (answer_slowly, {Kind.TIMED_OUT}),
        (nobody, {Kind.TIMED_OUT}),
    ],
)
async def test_a_server_that_is_no_camera_is_named_and_harms_nobody(
    tmp_path: Path,
    clip: Path,
    hostile: Callable[[Talk], Awaitable[str]],
    talk: Talk,
    reasons: set[Kind],
) -> None:
    url = await hostile(talk)
    settings = with_recorder(tmp_path / "data", connect_timeout_ms=1_500)
    async with await start([SimCamera("good", clip)]) as sim:
        async with recording(settings, url, sim.urls[0]) as world:
            await world.until(lambda: world.state(0).phase is Phase.GAP)
            assert world.state(0).reason in reasons
            assert world.state(0).detail
            await world.until(lambda: world.state(1).bytes > 0)
            assert world.state(1).phase is Phase.LIVE


async def gap_reasons(world: World, number: int = 0) -> list[Kind]:
    recordings = world.parts.catalog.recordings
    gaps = recordings.gaps(world.camera_ids[number], MAIN, EVER)
    return [gap.reason for gap in gaps]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nowhere", Kind.PATH_NOT_FOUND),
        ("/locked", Kind.WRONG_PASSWORD),
    ],
)
async def test_a_camera_that_refuses_says_why(
    tmp_path: Path, clip: Path, path: str, reason: Kind
) -> None:
    cameras = [SimCamera("locked", clip, login=Login("user", "right"))]
    async with await start(cameras) as sim:
        url = f"rtsp://user:wrong@127.0.0.1:{sim.port}{path}"
        async with recording(with_recorder(tmp_path / "data"), url) as world:
            await world.until(lambda: world.state().phase is Phase.GAP)
            assert world.state().reason is reason
            await world.until(lambda: world.parts.catalog.recordings.open_gaps() != [])
            assert await gap_reasons(world) == [reason]


async def test_the_right_password_records(tmp_path: Path, clip: Path) -> None:
    cameras = [SimCamera("locked", clip, login=Login("user", "right"))]
    async with await start(cameras) as sim:
        url = f"rtsp://user:right@127.0.0.1:{sim.port}/locked"
        async with recording(with_recorder(tmp_path / "data"), url) as world:
            await world.until(lambda: world.state().bytes > 0)
            await world.end()
            assert check_town(world.parts) == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("stall=2", Kind.STALLED), ("close=2", Kind.CLOSED_BY_CAMERA)],
)
async def test_an_ended_stream_is_a_gap_and_is_recorded_again(
    tmp_path: Path, clip: Path, fault: str, reason: Kind
) -> None:
    settings = with_recorder(tmp_path / "data", stall_timeout_ms=1_500)
    async with await start([SimCamera("street", clip)]) as sim:
        async with recording(settings, f"{sim.urls[0]}?{fault}") as world:
            await world.until(lambda: world.state().reason is reason)
            await world.until(lambda: world.state().reconnects >= 1, 30)
            recordings = world.parts.catalog.recordings
            await world.until(
                lambda: any(
                    gap.reason is reason and gap.end_us is not None
                    for gap in recordings.gaps(world.camera_ids[0], MAIN, EVER)
                ),
                30,
            )
            await world.end()
            assert len(recordings.spans(world.camera_ids[0], MAIN, EVER)) >= 2
            assert check_town(world.parts) == []


async def test_a_camera_without_key_frames_is_named(tmp_path: Path, clip: Path) -> None:
    settings = with_recorder(tmp_path / "data", key_frame_timeout_ms=1_500)
    async with await start([SimCamera("street", clip)]) as sim:
        async with recording(settings, f"{sim.urls[0]}?no_key_frame=0") as world:
            await world.until(lambda: world.state().reason is Kind.NO_KEY_FRAME)
            assert world.state().bytes == 0


@pytest.mark.parametrize("fault", ["clock_jump=1.5:-7200", "rtp_jump=1.5:90000", "year_2038=1"])
async def test_a_camera_whose_clock_is_set_loses_nothing(
    tmp_path: Path, clip: Path, fault: str
) -> None:
    async with await start([SimCamera("street", clip)]) as sim:
        async with recording(with_recorder(tmp_path / "data"), f"{sim.urls[0]}?{fault}") as world:
            await world.until(lambda: world.state().frames >= 50)
            await world.end()
            recordings = world.parts.catalog.recordings
            (span,) = recordings.spans(world.camera_ids[0], MAIN, EVER)
            now_us = world.parts.clock.wall_us()
            assert now_us - 60_000_000 < span.start_us < span.end_us < now_us + 1_000_000
            assert await gap_reasons(world) == [Kind.RECORDER_STOPPED]
            assert check_town(world.parts) == []


async def test_lost_packets_are_counted(tmp_path: Path, clip: Path) -> None:
    async with await start([SimCamera("street", clip)]) as sim:
        async with recording(
            with_recorder(tmp_path / "data"), f"{sim.urls[0]}?drop=1:3&duplicate=1.5:4"
        ) as world:
            await world.until(lambda: world.state().frames >= 30)
            assert world.state().lost == 3


async def test_a_change_of_resolution_begins_a_segment_and_plays(
    tmp_path: Path, clip: Path, small_clip: Path
) -> None:
    async with await start([SimCamera("street", clip, second=small_clip)]) as sim:
        async with recording(
            with_recorder(tmp_path / "data"), f"{sim.urls[0]}?resolution=2"
        ) as world:
            await world.until(lambda: world.state().width == 160)
            await world.end()
            segments = world.parts.catalog.recordings.segments(world.camera_ids[0], MAIN, EVER)
            assert [(each.width, each.height) for each in segments] == [(320, 240), (160, 128)]
            assert len({each.run_id for each in segments}) == 1
            assert check_town(world.parts) == []
