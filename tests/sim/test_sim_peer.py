"""The simulator as FFmpeg sees it: what arrives is the file, picture for picture."""

import asyncio
from pathlib import Path

import pytest

from farola.sim import Login, SimCamera, start
from farola.sim.clips import tiny_clip

pytestmark = pytest.mark.peer


async def frame_digests(*arguments: str) -> list[str]:
    """The MD5 of every picture that ffmpeg decodes from an input."""
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-v", "error", *arguments, "-fps_mode", "passthrough", "-f", "framemd5", "-"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert errors == b""
    return [
        line.rsplit(",", 1)[1] for line in out.decode().splitlines() if not line.startswith("#")
    ]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("aggregate", [False, True], ids=["single", "aggregate"])
@pytest.mark.parametrize("b_frames", [0, 2])
async def test_ffmpeg_receives_the_file(
    tmp_path: Path, codec: str, aggregate: bool, b_frames: int
) -> None:
    clip = tiny_clip(tmp_path / "clip.mp4", codec, seconds=1, b_frames=b_frames)
    camera = SimCamera("plaza", clip, aggregate=aggregate, once=True)
    async with await start([camera]) as server:
        received = await frame_digests("-rtsp_transport", "tcp", "-i", server.url("plaza"))
    assert len(received) == 10
    assert received == await frame_digests("-i", str(clip))


@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_gstreamer_receives_the_file(tmp_path: Path, codec: str) -> None:
    clip = tiny_clip(tmp_path / "clip.mp4", codec, seconds=1)
    saved = tmp_path / f"received.{codec}"
    login = Login("admin", "se cr:et")
    async with await start([SimCamera("plaza", clip, login=login, once=True)]) as server:
        process = await asyncio.create_subprocess_exec(
            *("gst-launch-1.0", "-q", "rtspsrc", f"location={server.url('plaza')}?drop=60"),
            *("protocols=tcp", "user-id=admin", "user-pw=se cr:et", "!"),
            *(f"rtp{codec}depay", "!", f"{codec}parse", "!"),
            *(f"video/x-{codec},stream-format=byte-stream", "!"),
            *("filesink", f"location={saved}"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
    assert saved.exists(), out
    assert await frame_digests("-i", str(saved)) == await frame_digests("-i", str(clip))
