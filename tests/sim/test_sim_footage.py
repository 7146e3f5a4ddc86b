"""Where the demonstration's footage comes from, and what is made of it."""

from pathlib import Path

import av
import pytest

from farola.base import Error, Kind
from farola.sim import bench_clip, find_footage, load_reel, playable, town
from farola.sim.clips import tiny_clip
from farola.sim.drawn import street
from farola.sim.encode import Coding, write_video
from farola.sim.footage import Footage, default_cache
from farola.sim.renditions import inspect


def quiet(what: str, hundredths: int) -> None:
    assert what
    assert 0 <= hundredths <= 100


def test_a_named_video_comes_first(clip: Path, tmp_path: Path) -> None:
    assert find_footage(clip, tmp_path, quiet).path == clip
    with pytest.raises(Error) as caught:
        find_footage(tmp_path / "absent.mp4", tmp_path, quiet)
    assert caught.value.kind is Kind.INVALID_INPUT


def test_without_any_source_a_street_is_drawn(tmp_path: Path) -> None:
    footage = find_footage(None, tmp_path, quiet, url="", package=None)
    assert footage.drawn
    assert find_footage(None, tmp_path, quiet, url="", package=None) == footage
    with av.open(str(footage.path)) as container:
        frame = next(container.decode(video=0))
        luma = bytes(frame.planes[0])
    notice = luma[: frame.planes[0].line_size * 40]
    assert max(notice) > 200, "the notice is written in light letters"
    assert min(notice) < 30, "on a dark ground"


def test_a_dead_address_and_a_missing_package_fall_through(tmp_path: Path) -> None:
    footage = find_footage(
        None,
        tmp_path,
        quiet,
        url="https://127.0.0.1:9/vtest.avi",
        package="farola-has-no-such-package",
    )
    assert footage.drawn


def test_a_damaged_cache_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "vtest.avi").write_bytes(b"half a download")
    assert find_footage(None, tmp_path, quiet, url="", package=None).drawn


def test_the_town_has_four_different_cameras(tmp_path: Path) -> None:
    video = tmp_path / "footage.mp4"
    write_video(video, street(320, 240, 10, 40), Coding(rate=10))
    cameras = town(Footage(video, "test"), tmp_path, quiet)
    again = town(Footage(video, "test"), tmp_path, lambda _, done: None)
    assert cameras == again
    assert len({camera.name for camera in cameras}) == 4
    assert len({camera.offset_us for camera in cameras}) == 4
    reels = [load_reel(Path(str(camera.footage))) for camera in cameras]
    for reel in reels:
        assert reel.codec == "h264"
        assert [unit.key for unit in reel.units] == [n % 10 == 0 for n in range(40)]
        assert all(unit.pts == unit.dts for unit in reel.units), "no B-frames"
    assert len({bytes(reel.units[0].blob[100:]) for reel in reels}) == 4


def test_a_file_of_another_codec_is_transcoded_once(tmp_path: Path) -> None:
    h265 = tiny_clip(tmp_path / "clip.mp4", "h265", seconds=1)
    assert playable(h265, None, tmp_path, quiet) == h265
    made = playable(h265, "h264", tmp_path, quiet)
    assert inspect(made).codec == "h264"
    assert len(load_reel(made).units) == 10
    stamp = made.stat().st_mtime_ns
    assert playable(h265, "h264", tmp_path, quiet) == made
    assert made.stat().st_mtime_ns == stamp


@pytest.mark.parametrize("drawn", [True, False])
def test_the_bench_clip_keeps_its_rate(tmp_path: Path, clip: Path, drawn: bool) -> None:
    made = bench_clip(
        tmp_path,
        quiet,
        footage=None if drawn else clip,
        width=640,
        height=360,
        bit_rate=1_000_000,
        seconds=4,
    )
    reel = load_reel(made)
    assert (reel.width, reel.height, len(reel.units)) == (640, 360, 100)
    assert 0.8 < made.stat().st_size * 8 / 4_000_000 < 1.2
    assert sum(unit.key for unit in reel.units) == 2


def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "farola"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache() == tmp_path / ".cache" / "farola"
