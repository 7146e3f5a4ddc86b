"""What GStreamer's RTSP server plays comes back frame for frame: as a clip and through HLS."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from media_footage import Footage, ffprobe_complaints, frame_hashes, make
from recording_world import EVER, MAIN, World, recording, with_recorder

from farola.app.checking import check_town
from farola.model import Phase, Span

pytestmark = pytest.mark.peer

_SERVER = Path(__file__).with_name("gst_file_server.py")
_PYTHON = Path("/usr/bin/python3")  # the one that has Debian's GObject bindings

Play = Callable[[Footage], Awaitable[str]]


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    """Serves the footage as a camera; its URL."""
    processes = []

    async def start(footage: Footage) -> str:
        process = await asyncio.create_subprocess_exec(
            *(_PYTHON, _SERVER, footage.codec, footage.path), stdout=asyncio.subprocess.PIPE
        )
        processes.append(process)
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 20))
        return f"rtsp://127.0.0.1:{port}/street"

    yield start
    for process in processes:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("kind", ["h264", "h264-b", "h265", "h265-b"])
async def test_a_file_is_recorded_frame_for_frame(kind: str, tmp_path: Path, play: Play) -> None:
    source = make(kind, tmp_path)
    settings = with_recorder(tmp_path / "data", stall_timeout_ms=2_000)
    async with recording(settings, await play(source)) as world:
        await world.until(lambda: world.state().frames >= 1)
        await world.until(lambda: world.state().phase is Phase.GAP, 30)
        assert world.state().frames == len(source.frames)
        assert world.state().lost == 0
        await world.end()
        assert check_town(world.parts) == []
        (recorded,) = world.parts.catalog.recordings.spans(world.camera_ids[0], MAIN, EVER)
        clip = world.clip(tmp_path / "clip.mp4", span=recorded)
        assert ffprobe_complaints(clip) == ""
        assert frame_hashes(clip) == source.frames
        parts = joined_parts(world, recorded, tmp_path / "parts.mp4")
        assert ffprobe_complaints(parts) == ""
        assert frame_hashes(parts) == source.frames


def joined_parts(world: World, span: Span, path: Path) -> Path:
    """The playlist's init segment and its media segments, end to end as a player feeds them."""
    playback = world.playback()
    camera_id = world.camera_ids[0]
    text = playback.playlist(camera_id, MAIN, span)
    (init,) = set(re.findall(r"media/init/([\w-]+)\.mp4", text))
    joined = playback.init(camera_id, init)
    for key in re.findall(r"media/part/([\w-]+)\.m4s", text):
        joined += b"".join(playback.part(camera_id, key).chunks)
    path.write_bytes(joined)
    return path
