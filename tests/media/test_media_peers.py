"""ffmpeg, ffprobe and GStreamer judge what farola.media writes."""

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
)

from farola.media import DecodeClock, Sample, init_segment, movie_fragment, producer_time
from farola.media.movie import MovieTable

# qtdemux learns how far `cts` goes below zero from the fragments it has read, and moves its clock
# when it learns more. A chunk of one picture cannot tell beforehand; the pictures are all there.
LEARNS = "decreasing timestamp"

pytestmark = pytest.mark.peer
KINDS = sorted(ENCODERS)
Get = Callable[[str], Footage]


def fragments(clip: Footage, ranges: list[range], *, base: int = 0, times: bool = False) -> bytes:
    out = bytearray(init_segment(clip.config))
    for number, group in enumerate(ranges, 1):
        start = base + clip.dts[group[0]]
        if times:
            out += producer_time(1_700_000_000_000_000, start)
        out += movie_fragment(number, start, [clip.samples[at] for at in group])
        out += b"".join(clip.units[at] for at in group)
    return bytes(out)


def judge(path: Path, clip: Footage, *, first: int = 0, tolerated: str = "nothing") -> None:
    assert ffprobe_complaints(path) == ""
    assert frame_hashes(path) == clip.frames[first:]
    said = gstreamer_complaints(path) - gstreamer_complaints(clip.path)
    assert [line for line in said if tolerated not in line] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_of_fragments_plays_frame_for_frame(
    kind: str, footage: Get, tmp_path: Path
) -> None:
    clip = footage(kind)
    path = tmp_path / "whole.mp4"
    path.write_bytes(fragments(clip, clip.groups(), times=True))
    judge(path, clip)


@pytest.mark.parametrize("kind", KINDS)
def test_one_chunk_per_access_unit_plays_frame_for_frame(
    kind: str, footage: Get, tmp_path: Path
) -> None:
    clip = footage(kind)
    path = tmp_path / "chunks.mp4"
    path.write_bytes(fragments(clip, [range(at, at + 1) for at in range(len(clip.units))]))
    judge(path, clip, tolerated=LEARNS if kind.endswith("-b") else "nothing")


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_taken_out_of_mid_stream_plays_from_its_key_frame(
    kind: str, footage: Get, tmp_path: Path
) -> None:
    clip = footage(kind)
    path = tmp_path / "part.mp4"
    day = 86_400 * 90_000
    path.write_bytes(fragments(clip, clip.groups()[1:], base=day))
    first = clip.groups()[1][0]
    judge(path, clip, first=first)


@pytest.mark.parametrize("kind", KINDS)
def test_live_decode_times_play_frame_for_frame(kind: str, footage: Get, tmp_path: Path) -> None:
    clip = footage(kind)
    clock = DecodeClock()
    out = bytearray(init_segment(clip.config))
    for number, (unit, pts) in enumerate(zip(clip.units, clip.pts, strict=True)):
        key = clip.samples[number].key
        dts, cts = clock.next(pts, key)
        out += movie_fragment(number, dts, [Sample(3600, len(unit), cts, key)]) + unit
    path = tmp_path / "live.mp4"
    path.write_bytes(out)
    judge(path, clip, tolerated=LEARNS if kind.endswith("-b") else "nothing")


@pytest.mark.parametrize("kind", KINDS)
def test_a_download_plays_frame_for_frame(kind: str, footage: Get, tmp_path: Path) -> None:
    clip = footage(kind)
    table = MovieTable()
    for group in clip.groups():
        table.add([clip.samples[at] for at in group], 1)
    path = tmp_path / "movie.mp4"
    path.write_bytes(table.head((clip.config,)) + b"".join(clip.units))
    judge(path, clip)
    shown = run("ffprobe", "-v", "warning", "-show_entries", "packet=pts", "-of", "csv=p=0", path)
    assert [int(line.strip(b",")) for line in shown.split()] == clip.pts
