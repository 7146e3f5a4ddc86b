"""ffmpeg and GStreamer play what playback gives out, picture for picture."""

from collections.abc import Callable
from pathlib import Path

import pytest
from media_footage import (
    ENCODERS,
    Footage,
    ffprobe_complaints,
    frame_hashes,
    gstreamer_complaints,
    run,
    without_sets,
)
from playback_street import MAIN, START_US, Street

from farola.model import Span

pytestmark = pytest.mark.peer
KINDS = sorted(ENCODERS)
Get = Callable[..., Footage]
SECOND_US = 1_000_000
CLIP_TICKS = 3 * 90_000


def hls_hashes(path: Path) -> list[str]:
    text = run(
        *("ffmpeg", "-v", "error", "-allowed_extensions", "ALL", "-i", path),
        *("-fps_mode", "passthrough", "-f", "framemd5", "-"),
    )
    return [row.rsplit(b",", 1)[1].strip().decode() for row in text.splitlines() if row[:1] != b"#"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_recorded_clip_comes_back_picture_for_picture(
    kind: str, footage: Get, street: Street, tmp_path: Path
) -> None:
    source = footage(kind)
    street.segment(source, street.begin_run(START_US), START_US, 0)
    span = Span(START_US, START_US + 3 * SECOND_US)

    path = street.clip(span, tmp_path / "clip.mp4")
    assert ffprobe_complaints(path) == ""
    assert frame_hashes(path) == source.frames
    assert gstreamer_complaints(path) - gstreamer_complaints(source.path) == set()

    saved = street.save(street.playlist(span), tmp_path)
    assert hls_hashes(saved) == source.frames


def test_a_clip_over_two_files_and_a_gap_is_one_film(
    footage: Get, street: Street, tmp_path: Path
) -> None:
    source = footage("h264-b")
    first = street.begin_run(START_US)
    street.segment(source, first, START_US, 500_000)
    street.segment(source, first, START_US + 3 * SECOND_US, 500_000 + CLIP_TICKS)
    second = street.begin_run(START_US + 60 * SECOND_US)
    street.segment(source, second, START_US + 60 * SECOND_US, 0)
    path = street.clip(Span(START_US, START_US + 120 * SECOND_US), tmp_path / "clip.mp4")
    assert ffprobe_complaints(path) == ""
    assert frame_hashes(path) == source.frames * 3
    assert gstreamer_complaints(path) - gstreamer_complaints(source.path) == set()


@pytest.mark.parametrize("kind", ["h264", "h265"])
def test_a_clip_over_a_change_of_size_decodes_whole(
    kind: str, footage: Get, street: Street, tmp_path: Path
) -> None:
    small, large = without_sets(footage(kind)), without_sets(footage(kind, "640x360"))
    run_id = street.begin_run(START_US)
    street.segment(small, run_id, START_US, 0)
    street.segment(large, run_id, START_US + 3 * SECOND_US, CLIP_TICKS)
    street.segment(small, run_id, START_US + 6 * SECOND_US, 2 * CLIP_TICKS)
    path = street.clip(Span(START_US, START_US + 9 * SECOND_US), tmp_path / "clip.mp4")
    assert ffprobe_complaints(path) == ""
    sizes = run(
        *("ffprobe", "-v", "warning", "-show_entries", "frame=width,height", "-of", "csv=p=0", path)
    )
    told = [row.strip(b",") for row in sizes.split()]
    assert told == [b"320,180"] * 75 + [b"640,360"] * 75 + [b"320,180"] * 75


def test_a_clip_begins_at_the_key_frame_and_ends_with_the_span(
    footage: Get, street: Street, tmp_path: Path
) -> None:
    source = footage("h264-b")
    street.segment(source, street.begin_run(START_US), START_US, 0)
    span = Span(START_US + 1_500_000, START_US + 2_200_000)
    given = street.playback.clip(street.camera.id, MAIN, span)
    assert given.span.start_us == START_US + SECOND_US
    path = street.clip(span, tmp_path / "clip.mp4")
    assert ffprobe_complaints(path) == ""
    shown = frame_hashes(path)
    # Pictures shown before the span's end; decode order may take a few more along.
    assert set(source.frames[25:55]) <= set(shown)
    assert len(shown) < 35


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_frame_alone_is_a_picture_of_the_source(
    kind: str, footage: Get, street: Street, tmp_path: Path
) -> None:
    source = footage(kind)
    street.segment(source, street.begin_run(START_US), START_US, 0)
    frame = street.playback.key_frame(street.camera.id, MAIN, START_US + 2_700_000)
    assert frame.wall_us == START_US + 2 * SECOND_US
    path = tmp_path / "frame.mp4"
    path.write_bytes(frame.data)
    assert ffprobe_complaints(path) == ""
    assert frame_hashes(path) == [source.frames[50]]


def test_hls_over_runs_and_sizes_plays_every_picture(
    footage: Get, street: Street, tmp_path: Path
) -> None:
    small, large = footage("h264"), footage("h264", "640x360")
    first = street.begin_run(START_US)
    street.segment(small, first, START_US, 0)
    street.segment(small, first, START_US + 3 * SECOND_US, CLIP_TICKS)
    second = street.begin_run(START_US + 60 * SECOND_US)
    street.segment(large, second, START_US + 60 * SECOND_US, 0)
    text = street.playlist(Span(START_US, START_US + 120 * SECOND_US))
    saved = street.save(text, tmp_path)
    # ffmpeg's HLS reader skips every init segment but the first (browsers do not), so each row
    # between discontinuities is played by itself.
    before, after = text.split("#EXT-X-DISCONTINUITY\n")
    head = before[: before.index("#EXT-X-MAP")]
    assert after.startswith("#EXT-X-MAP")
    saved.write_text(before + "#EXT-X-ENDLIST\n")
    assert hls_hashes(saved) == small.frames * 2
    saved.write_text(head + after)
    assert hls_hashes(saved) == large.frames
