"""Any video that FFmpeg reads, and much that is none, through a real darkroom."""

import io
import os
import socket
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import darkroom_world as world
import odd_footage
import pytest

from farola.app.darkroom import FileFacts
from farola.base import Error, Kind
from farola.model import CoveredUnit, CoverState, Recipe

Find = tuple[FileFacts, list[CoveredUnit]]


async def through(path: Path, *, most_height: int = 720, **settings: int) -> Find:
    """The file's facts and covered pictures, with nobody in them."""
    told: list[FileFacts] = []
    descriptor = os.open(path, os.O_RDONLY)
    try:
        async with world.darkroom(world.see_nobody, file=descriptor, **settings) as room:
            recipe = Recipe(most_height=most_height)
            units = [unit async for unit in room.cover_file(recipe, 5.0, told.append)]
    finally:
        os.close(descriptor)
    return told[0], units


async def outcome(path: Path) -> tuple[int, Kind | None]:
    """How many pictures came out, or why none did."""
    try:
        _, units = await through(path)
    except Error as error:
        return 0, error.kind
    return len(units), None


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "one-picture groups": ("a.mp4", {"options": {"g": "1"}}),
    "b-frames": ("a.mp4", {"options": {"bf": "3", "g": "12"}}),
    "a single picture": ("a.mp4", {"times": (0,)}),
    "h265": ("a.mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none"}}),
    "ten bits": (
        "a.mp4",
        {"codec": "libx265", "pixels": "yuv420p10le", "options": {"x265-params": "log-level=none"}},
    ),
    "4:4:4 of odd size": ("a.mp4", {"pixels": "yuv444p", "size": (191, 143)}),
    "grey": ("a.mkv", {"codec": "ffv1", "pixels": "gray"}),
    "full range": ("a.avi", {"codec": "mjpeg", "pixels": "yuvj420p"}),
    "interlaced": ("a.ts", {"options": {"flags": "+ildct+ilme", "x264-params": "interlaced=1"}}),
    "matroska": ("a.mkv", {}),
    "webm": ("a.webm", {"codec": "libvpx", "options": {"deadline": "realtime"}}),
    "transport stream": ("a.ts", {}),
    "bare h264": ("a.h264", {"container": "h264"}),
    "bare h265": (
        "a.h265",
        {"codec": "libx265", "container": "hevc", "options": {"x265-params": "log-level=none"}},
    ),
    "mpeg-4 in avi": ("a.avi", {"codec": "mpeg4", "ticks": 25}),
    "mpeg-2": ("a.mpg", {"codec": "mpeg2video", "container": "mpeg", "ticks": 25}),
    "flash": ("a.flv", {}),
    "sound": ("a.mp4", {"sound": True}),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_video_is_read(kind: str, tmp_path: Path) -> None:
    name, how = KINDS[kind]
    source = odd_footage.make(tmp_path / name, **how)
    facts, units = await through(source)
    expected = len(how.get("times", range(12)))
    assert len(units) == expected
    assert len(world.decoded(units)) == expected
    assert facts.sound is how.get("sound", False)
    assert units[0].width % 2 == units[0].height % 2 == 0


async def test_times_are_kept_to_the_tick(tmp_path: Path) -> None:
    times = (0, 3003, 6006, 9010, 30_000, 30_090, 95_000, 500_000)
    source = odd_footage.make(tmp_path / "a.mp4", times=times)
    _, units = await through(source)
    assert [unit.media for unit in units] == list(times)


@pytest.mark.parametrize(("rotate", "upper"), [(0, "red"), (180, "blue"), (90, None), (-90, None)])
async def test_pictures_stand_upright(rotate: int, upper: str | None, tmp_path: Path) -> None:
    source = odd_footage.make(tmp_path / "a.mp4", rotate=rotate)
    _, units = await through(source)
    picture = world.decoded(units)[-1]
    width, height = units[0].width, units[0].height
    reds = picture[height * 5 // 4 :].reshape(height // 2, width // 2)  # V is high where it is red
    if upper is None:
        assert (width, height) == (144, 192)
        sides = reds[:, :20].mean(), reds[:, -20:].mean()
        # A display matrix turns counterclockwise: the upper edge, red, comes to lie left.
        assert bool(sides[0] > sides[1]) is (rotate == 90)
    else:
        assert (width, height) == (192, 144)
        assert bool(reds[:20].mean() > reds[-20:].mean()) is (upper == "red")


async def test_large_pictures_are_made_smaller(tmp_path: Path) -> None:
    source = odd_footage.make(tmp_path / "a.mp4", size=(640, 480), times=(0, 3600))
    _, units = await through(source, most_height=240)
    assert (units[0].width, units[0].height) == (320, 240)


async def test_8k_is_covered_or_refused_with_its_reason(tmp_path: Path) -> None:
    source = odd_footage.make(
        tmp_path / "a.mp4", size=(7680, 4320), times=(0, 3600), options={"preset": "ultrafast"}
    )
    with pytest.raises(Error) as refused:
        await through(source, memory=512 << 20)
    assert refused.value.kind is Kind.PICTURE_TOO_LARGE
    assert "7680x4320" in refused.value.message
    _, units = await through(source, memory=2 << 30)
    assert [(unit.width, unit.height) for unit in units] == [(1280, 720)] * 2


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("film.mp4", b"x" * 2_000)
    return out.getvalue()


def tarball() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("film.mp4"))
    return out.getvalue()


NO_VIDEO = {
    "empty": b"",
    "text": b"This is not a video.\n" * 100,
    "numbers": bytes(5_000),
    "noise": b"\xfe" + os.urandom(9_000),
    "zip": archive(),
    "tar": tarball(),
    "gzip": b"\x1f\x8b\x08" + bytes(500),
    "jpeg": odd_footage.jpeg(),
    "page": b"<!doctype html><html></html>",
    "script": b"#!/bin/sh\nexec true\n",
    "hls": b"#EXTM3U\n#EXTINF:2,\nfilm.ts\n#EXT-X-ENDLIST\n",
    "dash": b"<?xml version='1.0'?><MPD></MPD>",
    "concat": b"ffconcat version 1.0\nfile film.mp4\n",
    "sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
    "wave": b"RIFF\0\0\0\0WAVEfmt " + bytes(500),
    "movie without content": b"\0\0\0\x18ftypisom\0\0\0\0isomavc1",
    "transport stream of zeros": (b"\x47" + bytes(187)) * 50,
    "matroska of noise": b"\x1a\x45\xdf\xa3" + os.urandom(3_000),
}


@pytest.mark.parametrize("what", NO_VIDEO)
async def test_what_is_no_video_is_refused(what: str, tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(NO_VIDEO[what])
    with pytest.raises(Error) as refused:
        await through(source)
    assert refused.value.kind in {Kind.FILE_REFUSED, Kind.NO_VIDEO}
    assert len(refused.value.message) > 10


async def test_only_sound_is_no_video(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    with world.av.open(str(source), "w") as out:
        heard = out.add_stream("aac", rate=48_000)
        frame = world.av.AudioFrame.from_ndarray(
            world.np.zeros((2, 1024), world.np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = 48_000, 0
        out.mux(heard.encode(frame))
        out.mux(heard.encode(None))
    with pytest.raises(Error) as refused:
        await through(source)
    assert refused.value.kind is Kind.NO_VIDEO


@pytest.mark.parametrize("suffix", ["m3u8", "mp4"])
async def test_a_playlist_fetches_nothing(suffix: str, tmp_path: Path) -> None:
    film = odd_footage.make(tmp_path / "film.mp4")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        source = tmp_path / f"list.{suffix}"
        source.write_text(
            f"#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:{port}/a.ts\n#EXTINF:2,\n{film}\n"
        )
        with pytest.raises(Error) as refused:
            await through(source)
        assert "playlist" in refused.value.message
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_a_movie_that_points_elsewhere_opens_nothing(tmp_path: Path) -> None:
    """QuickTime's data references name other files."""
    film = odd_footage.make(tmp_path / "film.mp4")
    data = film.read_bytes()
    place = data.index(b"dref")
    url = data.index(b"url ", place)
    elsewhere = data[:url] + b"alis" + data[url + 4 :]
    elsewhere = elsewhere.replace(b"alis\0\0\0\x01", b"alis\0\0\0\0")
    source = tmp_path / "a.mov"
    source.write_bytes(elsewhere)
    pictures, reason = await outcome(source)
    assert reason in {None, Kind.FILE_REFUSED, Kind.NO_VIDEO, Kind.DECODER_FAILED}
    assert pictures in {0, 12}


async def test_damage_inside_is_wholly_covered(tmp_path: Path) -> None:
    film = odd_footage.make(
        tmp_path / "film.mp4",
        times=range(0, 60 * 9_000, 9_000),
        options={"g": "30", "crf": "10", "threads": "1"},  # the same bytes on every machine
        scenes=lambda number: world.np.roll(odd_footage.scene(192, 144), number, 1),
    )
    source = odd_footage.broken(tmp_path / "a.mp4", film, (0.3, 0.35, 0.4))
    _, units = await through(source)
    reasons = [unit.cover.reason for unit in units]
    assert Kind.DECODER_FAILED in reasons
    assert None in reasons
    pictures = world.decoded(units)
    raw = max(world.detail(picture) for picture in pictures)
    for unit, picture in zip(units, pictures, strict=True):
        if unit.cover.state is CoverState.WHOLE:
            assert world.detail(picture) < raw / 5


async def test_a_file_that_breaks_off_gives_what_it_holds(tmp_path: Path) -> None:
    film = odd_footage.make(tmp_path / "a.ts", times=range(0, 40 * 3600, 3600))
    data = film.read_bytes()
    film.write_bytes(data[: len(data) * 2 // 3])
    _, units = await through(film)
    assert 0 < len(units) < 40


@pytest.mark.parametrize("seed", range(8))
async def test_random_damage_never_breaks_more_than_the_file(seed: int, tmp_path: Path) -> None:
    random = world.np.random.default_rng(seed)
    names: Sequence[str] = ("a.mp4", "a.mkv", "a.ts", "a.avi")
    film = odd_footage.make(tmp_path / names[seed % 4])
    source = odd_footage.broken(tmp_path / "b", film, random.random(6), 30)
    pictures, reason = await outcome(source)
    assert pictures <= 40
    assert reason in {
        None, Kind.FILE_REFUSED, Kind.NO_VIDEO, Kind.CODEC_UNSUPPORTED, Kind.PICTURE_TOO_LARGE,
        Kind.DECODER_FAILED,
    }  # fmt: skip
