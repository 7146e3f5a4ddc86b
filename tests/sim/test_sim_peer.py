"""The simulator as FFmpeg sees it: what arrives is the file, picture for picture."""

import asyncio
from pathlib import Path

import pytest

from farola.sim import SimCamera, start
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
    clip = tiny_clip(tmp_path / "clip.mp4", codec, b_frames=b_frames)
    camera = SimCamera("plaza", clip, aggregate=aggregate, once=True)
    async with await start([camera]) as server:
        received = await frame_digests("-rtsp_transport", "tcp", "-i", server.url("plaza"))
    assert len(received) == 20
    assert received == await frame_digests("-i", str(clip))
