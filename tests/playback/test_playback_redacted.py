"""The redacted rendition: the same times, gaps and runs as the original, in other pictures."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_footage import (
    ENCODERS,
    FRAME_TICKS,
    Footage,
    ffprobe_complaints,
    frame_hashes,
    gstreamer_complaints,
    run,
    without_sets,
)
from playback_coverer import LocalCoverer, somebody
from playback_street import MAIN, START_US, Street

from farola.base import Error, Kind
from farola.gate import PlaybackSource
from farola.media import FragmentEntry
from farola.model import Recipe, Span
from farola.playback import RedactedPlayback
from farola.playback.parts import cut_covered, source_of

Get = Callable[..., Footage]
SECOND_US = 1_000_000
CLIP_TICKS = 3 * 90_000
KINDS = sorted(ENCODERS)
WHOLE = Span(START_US, START_US + 120 * SECOND_US)


@pytest.fixture
def coverer() -> LocalCoverer:
    return LocalCoverer(somebody)


@pytest.fixture
def redacted(street: Street, coverer: LocalCoverer) -> RedactedPlayback:
    return street.redacted(coverer)


def parts_of(text: str) -> list[str]:
    return re.findall(r"media/part/([\w-]+)\.m4s", text)


def init_of(text: str) -> str:
    return str(re.findall(r"media/init/([\w-]+)\.mp4", text)[0])


def times_of(text: str) -> list[str]:
    return re.findall(r"PROGRAM-DATE-TIME:(\S+)", text)


def bytes_of(playback: PlaybackSource, camera_id: str, key: str) -> bytes:
    return b"".join(playback.part(camera_id, key).chunks)


def film(playback: PlaybackSource, camera_id: str, text: str) -> bytes:
    """The first init segment of a playlist and all its parts."""
    parts = (bytes_of(playback, camera_id, key) for key in parts_of(text))
    return playback.init(camera_id, init_of(text)) + b"".join(parts)


def packets(path: Path) -> list[tuple[int, int, int]]:
    """pts, dts and duration of every packet, in ticks."""
    told = run(
        "ffprobe", "-v", "error", "-show_entries", "packet=pts,dts,duration", "-of", "json", path
    )
    rows = json.loads(told)["packets"]
    return [(row["pts"], row["dts"], row["duration"]) for row in rows]


def kind_of(call: Callable[[], object]) -> Kind:
    with pytest.raises(Error) as caught:
        call()
    return caught.value.kind


@pytest.mark.peer
@pytest.mark.parametrize("kind", KINDS)
def test_parts_have_the_recorded_times_to_the_tick(
    kind: str, footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    source = footage(kind)
    street.segment(source, street.begin_run(START_US), START_US, 500_000)
    text = redacted.playlist(street.camera.id, MAIN, WHOLE)
    assert len(parts_of(text)) == 3
    path = tmp_path / "film.mp4"
    path.write_bytes(film(redacted, street.camera.id, text))
    assert ffprobe_complaints(path) == ""
    wanted = [500_000 + FRAME_TICKS * at for at in range(75)]
    assert packets(path) == [(time, time, FRAME_TICKS) for time in wanted]
    shown = frame_hashes(path)
    assert len(shown) == 75
    assert set(shown).isdisjoint(source.frames)


@pytest.mark.peer
@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_over_runs_sizes_and_a_gap_decodes_whole(
    kind: str, footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    small, large = footage(kind), without_sets(footage(kind, "640x360"))
    first = street.begin_run(START_US)
    street.segment(small, first, START_US, 500_000)
    street.segment(large, first, START_US + 3 * SECOND_US, 500_000 + CLIP_TICKS)
    second = street.begin_run(START_US + 60 * SECOND_US)
    street.segment(small, second, START_US + 60 * SECOND_US, 7)
    given = redacted.clip(street.camera.id, MAIN, WHOLE)
    assert (given.camera_id, given.span.start_us) == (street.camera.id, START_US)
    assert given.span.end_us == START_US + 63 * SECOND_US
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"".join(given.chunks))
    assert ffprobe_complaints(path) == ""
    # Time goes on without a break where nothing was recorded.
    assert [pts for pts, _, _ in packets(path)] == [FRAME_TICKS * at for at in range(225)]
    sizes = run(
        *("ffprobe", "-v", "warning", "-show_entries", "frame=width,height", "-of", "csv=p=0", path)
    )
    told = [row.strip(b",") for row in sizes.split()]
    assert told == [b"320,180"] * 75 + [b"640,360"] * 75 + [b"320,180"] * 75
    assert set(frame_hashes(path)).isdisjoint({*small.frames, *large.frames})
    assert gstreamer_complaints(path) - gstreamer_complaints(small.path) == set()


@pytest.mark.peer
def test_a_clip_ends_with_the_span(
    footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    street.segment(footage("h264-b"), street.begin_run(START_US), START_US, 0)
    span = Span(START_US + 1_500_000, START_US + 2_200_000)
    given = redacted.clip(street.camera.id, MAIN, span)
    assert given.span == Span(START_US + SECOND_US, span.end_us)
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"".join(given.chunks))
    # Decode order may take a few more along.
    assert 30 <= len(packets(path)) < 35


def test_gaps_runs_and_wall_times_are_the_originals(
    footage: Get, street: Street, redacted: RedactedPlayback, coverer: LocalCoverer
) -> None:
    source = footage("h264")
    for at in (0, 60):
        street.segment(source, street.begin_run(START_US + at), START_US + at * SECOND_US, 0)
    text = redacted.playlist(street.camera.id, MAIN, WHOLE)
    assert times_of(text) == times_of(street.playlist(WHOLE))
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert re.findall(r"#EXTINF:([\d.]+)", text) == ["1.000000"] * 6
    spans = [redacted.part(street.camera.id, key).span for key in parts_of(text)]
    assert [span.start_us - START_US for span in spans] == [
        at * SECOND_US for at in (0, 1, 2, 60, 61, 62)
    ]
    assert coverer.jobs == []  # nothing is covered before somebody takes it


def test_neither_rendition_knows_the_others_names(
    footage: Get, street: Street, redacted: RedactedPlayback
) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 0)
    camera = street.camera.id
    covered, stored = redacted.playlist(camera, MAIN, WHOLE), street.playlist(WHOLE)
    for key in parts_of(covered):
        assert kind_of(lambda key=key: street.playback.part(camera, key)) is Kind.NOT_FOUND
    for key in parts_of(stored):
        assert kind_of(lambda key=key: redacted.part(camera, key)) is Kind.NOT_FOUND
    assert kind_of(lambda: street.playback.init(camera, init_of(covered))) is Kind.NOT_FOUND
    assert kind_of(lambda: redacted.init(camera, init_of(stored))) is Kind.NOT_FOUND


def test_a_name_for_bytes_that_are_no_fragments_gives_nothing(
    footage: Get, street: Street, redacted: RedactedPlayback
) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 0)
    camera = street.camera.id
    name = parts_of(redacted.playlist(camera, MAIN, WHOLE))[2]
    init, source, first, end, number, slices = name.rsplit("-", 5)
    assert (number, slices) == ("0", "1")
    numbers = [int(one, 16) for one in (source, first, end)]
    for place in range(3):
        for by in (-1, 1):
            changed = [one + by * (at == place) for at, one in enumerate(numbers)]
            key = "-".join([init, *(f"{one:x}" for one in changed), number, slices])
            kind = kind_of(lambda key=key: redacted.part(camera, key))
            assert kind in {Kind.NOT_FOUND, Kind.FILE_DAMAGED}
    whole = f"{init}-{source}-{source}-{end}"  # two fragments have no slices
    for key in (f"{whole}-0-2", f"{whole}-1-1", f"{whole}-2-1", f"{whole}-0-0", whole):
        assert kind_of(lambda key=key: redacted.part(camera, key)) is Kind.NOT_FOUND


def test_pictures_before_a_part_are_looked_at_and_not_shown(
    footage: Get, street: Street, redacted: RedactedPlayback, coverer: LocalCoverer
) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 0)
    key = parts_of(redacted.playlist(street.camera.id, MAIN, WHOLE))[1]
    bytes_of(redacted, street.camera.id, key)
    (job,) = coverer.jobs
    # A group before, and what follows for 0.42 s.
    assert (job.lead, job.since, len(job.units)) == (25, 90_000, 60)
    assert min(coverer.asked) == 0


@pytest.mark.peer
def test_a_key_frame_and_a_still_show_the_moment(
    footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    street.segment(footage("h265-b"), street.begin_run(START_US), START_US, 0)
    at_us = START_US + 2_700_000
    frame = redacted.key_frame(street.camera.id, MAIN, at_us)
    still = redacted.still(street.camera.id, MAIN, at_us)
    assert frame.wall_us == still.wall_us == START_US + 2 * SECOND_US
    path = tmp_path / "frame.mp4"
    path.write_bytes(frame.data)
    assert ffprobe_complaints(path) == ""
    assert len(packets(path)) == 1
    picture = tmp_path / "still.jpg"
    picture.write_bytes(still.data)
    told = run("ffprobe", "-v", "error", "-show_streams", "-of", "json", picture)
    (stream,) = json.loads(told)["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("mjpeg", 320, 180)


def test_a_still_without_a_moment_is_the_newest(
    footage: Get, street: Street, redacted: RedactedPlayback
) -> None:
    camera = street.camera.id
    assert kind_of(lambda: redacted.still(camera, MAIN, None)) is Kind.NOT_FOUND
    run_id = street.begin_run(START_US)
    street.segment(footage("h264"), run_id, START_US, 0)
    assert redacted.still(camera, MAIN, None).wall_us == START_US + 2 * SECOND_US
    street.clock.step_wall(5 * 86_400_000_000)  # the camera has been away for days
    assert redacted.still(camera, MAIN, None).wall_us == START_US + 2 * SECOND_US
    assert kind_of(lambda: redacted.still(camera, MAIN, START_US + 20 * SECOND_US)) is (
        Kind.NOT_FOUND
    )


def test_large_pictures_are_made_smaller(footage: Get, street: Street) -> None:
    coverer = LocalCoverer(somebody)
    redacted = street.redacted(coverer, recipe_for=lambda camera_id: Recipe(most_height=144))
    street.segment(footage("h264", "640x360"), street.begin_run(START_US), START_US, 0)
    text = redacted.playlist(street.camera.id, MAIN, WHOLE)
    assert b"avc1" in redacted.init(street.camera.id, init_of(text))
    assert {job.recipe.most_height for job in coverer.jobs} == {144}


def test_how_pictures_are_coded_is_learned_once(
    footage: Get, street: Street, redacted: RedactedPlayback, coverer: LocalCoverer
) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 0)
    name = init_of(redacted.playlist(street.camera.id, MAIN, WHOLE))
    first = redacted.init(street.camera.id, name)
    assert redacted.init(street.camera.id, name) == first
    assert [len(job.units) for job in coverer.jobs] == [1]
    assert coverer.asked == []  # nobody sees that picture, so nobody looks for anything in it


def test_damage_in_a_file_costs_its_pictures_alone(
    footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    segment = street.segment(footage("h264"), street.begin_run(START_US), START_US, 0)
    path = street.root / segment.path
    raw = bytearray(path.read_bytes())
    second = raw.index(b"FAROLFRG", raw.index(b"FAROLFRG") + 1)
    raw[second + 5_000] ^= 1  # a chunk of the second fragment
    path.write_bytes(raw)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"".join(redacted.clip(street.camera.id, MAIN, WHOLE).chunks))
    assert [pts for pts, _, _ in packets(clip)] == [FRAME_TICKS * at for at in range(50)]
    keys = parts_of(redacted.playlist(street.camera.id, MAIN, WHOLE))
    assert bytes_of(redacted, street.camera.id, keys[0])
    for key in keys[1:]:
        kind = kind_of(lambda key=key: bytes_of(redacted, street.camera.id, key))
        assert kind is Kind.FILE_DAMAGED


def entry(at: int, *, key: bool = True, ticks: int = 90_000) -> FragmentEntry:
    return FragmentEntry(at * 100, 100, at, START_US, at * ticks, ticks, key)


def test_covered_parts_last_about_a_second() -> None:
    parts = cut_covered([entry(at, ticks=45_000) for at in range(8)], False)
    assert [part.duration for part in parts] == [90_000] * 4
    assert [part.source for part in parts] == [0, 0, 200, 400]  # a second of context
    parts = cut_covered([entry(at, ticks=180_000) for at in range(2)], False)
    assert [(part.media_start, part.duration) for part in parts] == [
        (at * 90_000, 90_000) for at in range(4)
    ]
    assert [(part.slice, part.slices) for part in parts] == [(0, 2), (1, 2)] * 2
    assert [part.start_us - START_US for part in parts] == [0, SECOND_US] * 2  # as the rows say
    # The group before is long, so it is not decoded only to be looked at.
    assert [part.source for part in parts] == [0, 0, 100, 100]


def test_parts_grow_with_the_way_back_to_their_key_frame() -> None:
    parts = cut_covered([entry(at, key=at == 0) for at in range(40)], False)
    lasting = [part.duration // 90_000 for part in parts]
    assert lasting[:-1] == sorted(lasting[:-1])
    assert (lasting[0], sum(lasting)) == (1, 40)
    assert all(part.key and part.source == 0 for part in parts)
    decoded = sum(part.media_start + part.duration for part in parts) // 90_000
    assert decoded < 6 * 40


def test_a_part_without_a_key_frame_in_reach_is_not_played() -> None:
    parts = cut_covered([entry(at, key=at == 3) for at in range(5)], False)
    assert [part.key for part in parts] == [False, False, False, True, True]
    torn = [entry(0), replace(entry(1, key=False), media_start=900_000)]
    assert source_of(torn, 1) is None
    assert source_of([entry(0), replace(entry(1), media_start=900_000)], 1) == 1


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["h264-b", "h265-b"])
def test_a_long_group_comes_in_slices(
    kind: str, footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    source = footage(kind)
    samples = [sample._replace(key=at == 0) for at, sample in enumerate(source.samples)]
    street.segment(replace(source, samples=samples), street.begin_run(START_US), START_US, 0)
    text = redacted.playlist(street.camera.id, MAIN, WHOLE)
    keys = parts_of(text)
    assert [key[-4:] for key in keys] == ["-0-3", "-1-3", "-2-3"]
    path = tmp_path / "film.mp4"
    path.write_bytes(film(redacted, street.camera.id, text))
    assert ffprobe_complaints(path) == ""
    assert packets(path) == [(FRAME_TICKS * at,) * 2 + (FRAME_TICKS,) for at in range(75)]
    for number, key in enumerate(keys):
        span = redacted.part(street.camera.id, key).span
        assert span.start_us == START_US + number * SECOND_US
        init = redacted.init(street.camera.id, init_of(text))
        path.write_bytes(init + bytes_of(redacted, street.camera.id, key))
        assert ffprobe_complaints(path) == ""  # each begins with a key frame of its own


@pytest.mark.peer
def test_a_slice_in_which_no_picture_was_taken_shows_the_one_before(
    footage: Get, street: Street, redacted: RedactedPlayback, tmp_path: Path
) -> None:
    source = footage("h264")
    samples = [sample._replace(duration=180_000) for sample in source.samples[::25]]
    sparse = replace(source, samples=samples, units=source.units[::25])
    street.segment(sparse, street.begin_run(START_US), START_US, 0)
    text = redacted.playlist(street.camera.id, MAIN, WHOLE)
    assert len(parts_of(text)) == 6
    path = tmp_path / "film.mp4"
    path.write_bytes(film(redacted, street.camera.id, text))
    assert ffprobe_complaints(path) == ""
    assert [pts for pts, _, _ in packets(path)] == [90_000 * at for at in range(6)]


@given(st.lists(st.tuples(st.integers(1, 180_000), st.booleans()), min_size=1, max_size=60))
def test_covered_parts_cover_every_fragment_and_never_change_as_a_file_grows(
    shapes: list[tuple[int, bool]],
) -> None:
    rows: list[FragmentEntry] = []
    media = 0
    earlier: list[object] = []
    for at, (ticks, key) in enumerate(shapes):
        rows.append(FragmentEntry(at * 10, 10, at, START_US, media, ticks, key))
        media += ticks
        parts = cut_covered(rows, True)
        complete = [part for part in parts if part.complete]
        assert complete[: len(earlier)] == earlier
        earlier = list(complete)
        assert parts[0].first == 0
        assert parts[-1].end == rows[-1].offset + 10
        for one, two in pairwise(parts):
            following = (one.first, one.slice + 1) if one.slice + 1 < one.slices else (one.end, 0)
            assert (two.first, two.slice) == following
            assert two.media_start == one.media_start + one.duration
        for part in parts:
            assert part.source <= part.first
            assert not part.key or rows[part.source // 10].key


def test_a_viewer_who_leaves_ends_the_covering(
    footage: Get, street: Street, redacted: RedactedPlayback, coverer: LocalCoverer
) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 0, repeat=4)
    chunks = redacted.clip(street.camera.id, MAIN, WHOLE).chunks
    assert isinstance(chunks, Iterator)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert coverer.closed.wait(20)
    assert len(coverer.jobs) == 1
