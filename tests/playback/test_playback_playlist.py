"""Playlists and names over spans, gaps, open files, stepped clocks and missing files."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_footage import Footage
from playback_street import MAIN, START_US, Street

from farola.base import Error, Kind
from farola.media import FragmentEntry
from farola.model import Segment, Span
from farola.playback.names import StoredNames
from farola.playback.parts import Part, cut
from farola.playback.playlist import write_playlist
from farola.playback.strip import Strip, choose

Get = Callable[..., Footage]
SECOND_US = 1_000_000
CLIP_US = 3 * SECOND_US
CLIP_TICKS = 3 * 90_000


def parts_of(text: str) -> list[str]:
    return re.findall(r"media/part/([\w-]+)\.m4s", text)


def times_of(text: str) -> list[str]:
    return re.findall(r"PROGRAM-DATE-TIME:(\S+)", text)


def kind_of(call: Callable[[], object]) -> Kind:
    with pytest.raises(Error) as caught:
        call()
    return caught.value.kind


def entry(
    at: int, *, key: bool = True, ticks: int = 180_000, media: int | None = None
) -> FragmentEntry:
    start = at * ticks if media is None else media
    return FragmentEntry(at * 100, 100, at, START_US + start * 100 // 9, start, ticks, key)


def strip(run: str, begin_s: int, count: int, *, number: int = 0, key: bool = True) -> Strip[Part]:
    rows = [
        replace(
            entry(at, key=key or at % 3 == 2), start_us=START_US + (begin_s + 2 * at) * SECOND_US
        )
        for at in range(count)
    ]
    path = f"cam-1/main/2026-11-24/060000-{run}-{number:04d}.fseg"
    return Strip(path, run, number, ("h264", (b"sps", b"pps")), cut(rows, growing=False))


def test_parts_last_two_to_six_seconds() -> None:
    for ticks in (45_000, 90_000, 180_000):
        parts = cut([entry(at, ticks=ticks) for at in range(100)], growing=False)
        assert all(180_000 <= part.duration <= 540_000 for part in parts[:-1])
        assert all(one.end == two.first for one, two in pairwise(parts))


def test_parts_wait_for_key_frames_but_not_for_ever() -> None:
    parts = cut([entry(at, key=at % 4 == 0) for at in range(8)], growing=False)
    assert [part.key for part in parts] == [True, True]
    parts = cut([entry(at, key=at == 0) for at in range(40)], growing=False)
    assert [part.duration for part in parts] == [20 * 90_000] * 4
    assert [part.key for part in parts] == [True, False, False, False]


def test_parts_end_at_a_hole_in_time_or_in_the_file() -> None:
    rows = [entry(0), entry(1, media=180_000 + 90_000), entry(3, media=450_000)]
    assert len(cut(rows, growing=False)) == 3


@given(st.lists(st.tuples(st.integers(1, 180_000), st.booleans()), min_size=1, max_size=60))
def test_parts_cover_every_fragment_and_never_change_as_a_file_grows(
    shapes: list[tuple[int, bool]],
) -> None:
    rows: list[FragmentEntry] = []
    media = 0
    earlier: list[Part] = []
    for at, (ticks, key) in enumerate(shapes):
        rows.append(FragmentEntry(at * 10, 10, at, START_US, media, ticks, key))
        media += ticks
        parts = cut(rows, growing=True)
        complete = [part for part in parts if part.complete]
        assert complete[: len(earlier)] == earlier
        earlier = complete
        assert parts[0].first == 0
        assert parts[-1].end == rows[-1].offset + 10
        assert all(one.end == two.first for one, two in pairwise(parts))


def test_a_span_is_lengthened_back_to_a_key_frame() -> None:
    whole = Strip("p", "r", 0, ("h264", ()), tuple(entry(at, key=at % 5 == 0) for at in range(20)))
    chosen = choose([whole], Span(START_US + 13 * SECOND_US, START_US + 15 * SECOND_US))
    assert [piece.item.sequence for piece in chosen] == [5, 6, 7]
    assert [piece.joined for piece in chosen] == [False, True, True]
    headless = replace(whole, items=whole.items[1:])
    chosen = choose([headless], Span(START_US, START_US + 14 * SECOND_US))
    assert [piece.item.sequence for piece in chosen] == [5, 6]


def test_runs_that_overlap_after_the_clock_was_set_back_are_all_played_in_turn() -> None:
    first = [strip("aaaa", 0, 10), strip("aaaa", 20, 10, number=1)]
    second = [strip("bbbb", 5, 10), strip("bbbb", 25, 10, number=1)]
    for order in ([*first, *second], [first[0], second[0], first[1], second[1]], second + first):
        chosen = choose(order, Span(START_US, START_US + 60 * SECOND_US))
        runs = [piece.strip.run_id for piece in chosen]
        assert runs == sorted(runs)
        text = write_playlist(chosen, StoredNames(), growing=False)
        # Inside a run decode times here begin anew with each file: four rows.
        assert text.count("#EXT-X-DISCONTINUITY\n") == 3
        assert (
            len(parts_of(text)) == len(set(parts_of(text))) == sum(len(one.items) for one in order)
        )


def test_a_growing_playlist_holds_its_unfinished_part_back() -> None:
    rows = [entry(at) for at in range(5)]
    growing = Strip(
        "cam-1/main/2026-11-24/060000-aaaa-0000.fseg", "aaaa", 0, ("h264", ()), cut(rows, True)
    )
    chosen = choose([growing], Span(START_US, START_US + 3600 * SECOND_US))
    text = write_playlist(chosen, StoredNames(), growing=True)
    assert len(parts_of(text)) == 2
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "ENDLIST" not in text
    ended = write_playlist(chosen, StoredNames(), growing=False)
    assert len(parts_of(ended)) == 3
    assert ended.endswith("#EXT-X-ENDLIST\n")


def test_durations_are_told_honestly_and_wall_time_where_it_drifts() -> None:
    rows = [
        replace(entry(at, ticks=91_000), start_us=START_US + at * 1_111_111) for at in range(12)
    ]
    drifting = Strip(
        "cam-1/main/2026-11-24/060000-aaaa-0000.fseg", "aaaa", 0, ("h264", ()), cut(rows, False)
    )
    chosen = choose([drifting], Span(START_US, START_US + 60 * SECOND_US))
    text = write_playlist(chosen, StoredNames(), growing=False)
    target = int(re.findall(r"TARGETDURATION:(\d+)", text)[0])
    lasting = [float(one) for one in re.findall(r"#EXTINF:([\d.]+),", text)]
    assert max(lasting) <= target < max(lasting) + 1
    assert times_of(text)[0] == "2026-11-24T06:00:00.000Z"
    assert len(times_of(text)) == len(lasting)


def test_nothing_recorded_is_not_found(street: Street) -> None:
    span = Span(START_US, START_US + CLIP_US)
    assert kind_of(lambda: street.playlist(span)) is Kind.NOT_FOUND
    assert kind_of(lambda: street.playback.clip(street.camera.id, MAIN, span)) is Kind.NOT_FOUND
    assert (
        kind_of(lambda: street.playback.key_frame(street.camera.id, MAIN, START_US))
        is Kind.NOT_FOUND
    )


def test_an_open_file_is_played_beyond_what_its_row_knows(footage: Get, street: Street) -> None:
    source = footage("h264")
    run_id = street.begin_run(START_US)
    street.segment(source, run_id, START_US, 0, repeat=10, indexed=2)
    newest = Span(START_US + 25 * SECOND_US, START_US + 30 * SECOND_US)
    assert parts_of(street.playlist(newest))
    frame = street.playback.key_frame(street.camera.id, MAIN, START_US + 29_500_000)
    assert frame.wall_us == START_US + 29 * SECOND_US
    whole = street.playback.clip(street.camera.id, MAIN, Span(START_US, newest.end_us))
    assert whole.span.end_us == newest.end_us
    street.clock.step_wall(-3_590_000_000)  # now lies inside the span: it may still grow
    assert "ENDLIST" not in street.playlist(newest)


def test_a_key_frame_is_the_newest_before_or_the_first_after(footage: Get, street: Street) -> None:
    source = footage("h264")
    street.segment(source, street.begin_run(START_US), START_US, 0)

    def at(us: int) -> int:
        return street.playback.key_frame(street.camera.id, MAIN, START_US + us).wall_us - START_US

    assert [at(0), at(999_999), at(SECOND_US), at(9 * SECOND_US)] == [
        0,
        0,
        SECOND_US,
        2 * SECOND_US,
    ]
    assert at(-5 * SECOND_US) == 0
    assert kind_of(lambda: at(-11 * SECOND_US)) is Kind.NOT_FOUND
    assert kind_of(lambda: at(13 * SECOND_US)) is Kind.NOT_FOUND


def test_a_missing_file_is_a_gap_and_not_an_error(footage: Get, street: Street) -> None:
    source = footage("h264")
    run_id = street.begin_run(START_US)
    segments: list[Segment] = [
        street.segment(source, run_id, START_US + at * CLIP_US, at * CLIP_TICKS) for at in range(3)
    ]
    (street.root / segments[1].path).unlink()
    span = Span(START_US, START_US + 9 * SECOND_US)
    text = street.playlist(span)
    assert times_of(text) == ["2026-11-24T06:00:00.000Z", "2026-11-24T06:00:06.000Z"]
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    clip = street.playback.clip(street.camera.id, MAIN, span)
    assert len(b"".join(clip.chunks)) == clip.size


def test_damage_in_a_file_costs_its_pictures_alone(footage: Get, street: Street) -> None:
    source = footage("h264")
    segment = street.segment(source, street.begin_run(START_US), START_US, 0)
    path = street.root / segment.path
    raw = bytearray(path.read_bytes())
    second = raw.index(b"FAROLFRG", raw.index(b"FAROLFRG") + 1)
    raw[second + 30] ^= 1
    path.write_bytes(raw)
    clip = street.playback.clip(street.camera.id, MAIN, Span(START_US, START_US + CLIP_US))
    assert len(b"".join(clip.chunks)) == clip.size
    # The row knows three fragments; the damaged one is told when somebody asks for it.
    (key,) = parts_of(street.playlist(Span(START_US, START_US + CLIP_US)))
    assert kind_of(lambda: street.playback.part(street.camera.id, key)) is Kind.FILE_DAMAGED
