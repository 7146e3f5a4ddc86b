"""`farola redact` and `farola detect` as somebody runs them, with the detector of the package."""

import json
import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

from farola.model import Label
from farola.sim.clips import tiny_clip

FAROLA = Path(sys.executable).with_name("farola")


def run(room: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FAROLA, *words],
        cwd=room,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return tiny_clip(tmp_path / "in.mp4", seconds=3)


def times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]


def test_a_file_is_covered_and_reported(clip: Path) -> None:
    done = run(clip.parent, "redact", clip, "out.mp4", "--report", "report.json")
    assert done.returncode == 0, done.stderr
    assert "30 pictures" in done.stdout
    out = clip.parent / "out.mp4"
    assert times(out) == pytest.approx(times(clip), abs=1e-5)
    with av.open(str(out)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert container.streams.video[0].codec_context.name == "h264"
    report = json.loads((clip.parent / "report.json").read_text())
    assert report["totals"]["frames"] == len(report["frames"]) == 30
    assert report["model"]["sha256"].startswith("d0a5255b")
    assert report["settings"]["detections_per_second"] == 3.3
    assert [frame["at"] for frame in report["frames"]] == pytest.approx(times(clip), abs=1e-5)
    for frame in report["frames"]:
        covered = sum(width * height for _, _, width, height in frame["masks"])
        assert covered / (320 * 240) == pytest.approx(frame["area"], abs=1e-3)
        assert frame["whole"] is None or frame["area"] == 1.0
    assert sorted(each.name for each in clip.parent.iterdir()) == [
        "in.mp4", "out.mp4", "report.json",
    ]  # fmt: skip


def test_detections_are_listed(clip: Path) -> None:
    done = run(clip.parent, "detect", clip, "--json", "-")
    assert done.returncode == 0, done.stderr
    for row in json.loads(done.stdout):
        assert set(row) == {"frame", "time", "class", "score", "box", "track"}
        assert row["class"] in set(Label)
        left, top, width, height = row["box"]
        assert 0 <= left <= left + width <= 320.1
        assert 0 <= top <= top + height <= 240.1


def test_a_model_that_was_replaced_gives_no_file(clip: Path) -> None:
    room = clip.parent
    models = room / "data" / "models"
    models.mkdir(parents=True)
    used = run(room, "models", "use", "ssd-mobilenet-v2-oid")
    assert used.returncode == 0, used.stderr
    (models / "ssd-mobilenet-v2-oid.tflite").write_bytes(b"not the model" * 1000)
    done = run(room, "redact", clip, "out.mp4")
    if done.returncode == 0:  # the packed model is taken instead, and is the right one
        report = run(room, "redact", clip, "out.mp4", "--report", "report.json")
        assert report.returncode == 0
        sha256 = json.loads((room / "report.json").read_text())["model"]["sha256"]
        assert sha256.startswith("d0a5255b")
    else:
        assert "[model_wrong]" in done.stderr
        assert not (room / "out.mp4").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"hello\n" * 50, "is text"),
        (b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n", "is a playlist"),
        (b"PK\x03\x04" + bytes(200), "is an archive"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_video_is_told_in_one_sentence(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "in.mp4").write_bytes(content)
    (tmp_path / "out.mp4").write_bytes(b"kept")
    for words in (["redact", "in.mp4", "out.mp4"], ["detect", "in.mp4", "--json", "found.json"]):
        done = run(tmp_path, *words)
        assert done.returncode == 1
        assert why in done.stderr
        assert done.stderr.strip().endswith("[file_refused]")
        assert "Traceback" not in done.stderr
    assert (tmp_path / "out.mp4").read_bytes() == b"kept"
    assert not (tmp_path / "found.json").exists()


def test_impossible_places_are_told(clip: Path) -> None:
    room = clip.parent
    os.mkfifo(room / "pipe.mp4")
    for source, target, kind in (
        ("absent.mp4", "out.mp4", "not_found"),
        ("in.mp4", "in.mp4", "invalid_input"),
        ("in.mp4", "absent/out.mp4", "not_found"),
        ("pipe.mp4", "out.mp4", "file_refused"),
        (".", "out.mp4", "file_refused"),
    ):
        done = run(room, "redact", source, target)
        assert done.returncode == 1, (source, target)
        assert f"[{kind}]" in done.stderr
    assert not (room / "out.mp4").exists()
