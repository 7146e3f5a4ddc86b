"""SIGKILL at random moments: what was whole stays, what is missing is told, no hand is needed.

The recorder is killed wherever it happens to be: while it recovers, connects, cuts, encrypts,
writes a fragment, changes to the next segment file, or brings rows into the catalogue.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from programs import cameras, check, decoded_frames, program, until

from farola.app.parts import Parts, open_parts
from farola.app.record import settings_for
from farola.base import Kind, SystemClock
from farola.config import Settings
from farola.media import ticks_to_us, unpack_samples
from farola.model import Span, StreamKind
from farola.playback import Playback
from farola.sim.clips import tiny_clip
from farola.store import SegmentReader, scan, segment_files, stored_hash, verify

pytestmark = pytest.mark.slow

EVER = Span(0, 4_000_000_000_000_000)
MAIN = StreamKind.MAIN
GROUP_US = 1_000_000
READ_US = 500_000  # the recorder's read interval
KILLS = 20
CAMERAS = 6

Whole = dict[tuple[str, int], bytes]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kill") / "clip.mp4"
    return tiny_clip(path, seconds=7, rate=25, group=25, width=320, height=240)


def whole_fragments(root: Path) -> tuple[Whole, dict[str, int]]:
    """Every fragment that is whole, by file and offset, with its hash; each camera's last end."""
    whole: Whole = {}
    ends: dict[str, int] = {}
    for path in segment_files(root):
        if not (root / path).stat().st_size:
            continue
        found, bad = verify(root / path)
        for fragment in found.fragments:
            if fragment in bad:
                continue
            whole[str(path), fragment.offset] = stored_hash(root / path, fragment)
            end_us = fragment.start_us + ticks_to_us(fragment.duration)
            camera = path.parts[0]
            ends[camera] = max(ends.get(camera, 0), end_us)
    return whole, ends


@contextmanager
def opened(settings: Settings) -> Iterator[Parts]:
    with open_parts(settings, SystemClock(), create=False) as parts:
        yield parts


def configured(settings: Settings, path: Path) -> Path:
    storage = settings.storage
    path.write_text(f'[storage]\ndata = "{storage.data}"\nkeys = "{storage.keys}"\n')
    return path


def test_twenty_kills_under_load(tmp_path: Path, clip: Path) -> None:
    rng = random.Random(2026)
    data = tmp_path / "data"
    settings = settings_for(data)
    root = data / "segments"
    log = tmp_path / "record.log"
    known: Whole = {}
    kills: list[tuple[int, dict[str, int]]] = []
    with cameras(clip, CAMERAS) as urls:
        for _ in range(KILLS):
            before = max((end for _, ends in kills for end in ends.values()), default=0)
            words = ("record", *urls, "--data", data)
            with program(*words, log=log, FAROLA_STORAGE_SEGMENT_SECONDS="2") as recorder:
                if rng.random() < 0.8:  # while it records, else while it starts and recovers
                    until(lambda since=before: newest_end(root) > since)
                time.sleep(rng.uniform(0, 2.2))
                assert recorder.poll() is None, log.read_text()
                recorder.kill()
                killed_us = SystemClock().wall_us()
            whole, ends = whole_fragments(root)
            assert known.items() <= whole.items()  # recovery has taken nothing away
            known = whole
            kills.append((killed_us, ends))
        with program("record", *urls, "--data", data, "--seconds", "3", log=log) as recorder:
            assert recorder.wait(60) == 0, log.read_text()
    assert len(known) > KILLS * CAMERAS // 2  # there was something to lose
    whole, _ = whole_fragments(root)
    assert known.items() <= whole.items()
    assert check(configured(settings, tmp_path / "farola.toml"), "--read-all") == []
    with opened(settings) as parts:
        assert len(parts.catalog.cameras.list()) == CAMERAS
        for camera in parts.catalog.cameras.list():
            assert_nothing_is_missing(parts, camera.id, kills)
            assert_everything_plays(parts, camera.id, tmp_path / f"{camera.id}.mp4")


def newest_end(root: Path) -> int:
    """The newest end of all cameras' whole fragments, read while they are written."""
    newest = 0
    for path in segment_files(root) if root.is_dir() else ():
        if (root / path).stat().st_size > 4_096:
            last = scan(root / path).fragments[-1:]
            newest = max([newest, *(each.start_us + ticks_to_us(each.duration) for each in last)])
    return newest


def assert_nothing_is_missing(
    parts: Parts, camera_id: str, kills: list[tuple[int, dict[str, int]]]
) -> None:
    recordings = parts.catalog.recordings
    spans = recordings.spans(camera_id, MAIN, EVER)
    gaps = recordings.gaps(camera_id, MAIN, EVER)
    # Between two recordings lies a gap, from the end of one to the beginning of the next.
    holes = [(before.end_us, after.start_us) for before, after in pairwise(spans)]
    assert [(gap.start_us, gap.end_us) for gap in gaps if gap.end_us is not None] == holes
    assert {gap.reason for gap in gaps[:-1]} == {Kind.RECORDER_KILLED}
    assert (gaps[-1].start_us, gaps[-1].reason) == (spans[-1].end_us, Kind.RECORDER_STOPPED)
    assert recordings.open_runs() == []
    assert recordings.open_segments() == []
    # At a kill that met a recording, at most the fragment being made was lost.
    recorded = 0
    for killed_us, ends in kills:
        end_us = ends.get(camera_id, 0)
        if any(gap.start_us == end_us and gap.end_us is not None for gap in gaps):
            begun_us = next(span.start_us for span in spans if span.end_us == end_us)
            if recorded != begun_us:
                recorded = begun_us
                lost_us = killed_us - end_us
                assert lost_us < 2 * GROUP_US + READ_US
    assert recorded


def assert_everything_plays(parts: Parts, camera_id: str, path: Path) -> None:
    recordings = parts.catalog.recordings
    playback = Playback(recordings, parts.keystore, parts.root, parts.clock)
    expected = 0
    for segment in recordings.segments(camera_id, MAIN, EVER):
        with SegmentReader.open(parts.root / segment.path, parts.keystore) as reader:
            for fragment in reader.fragments():
                samples = unpack_samples(fragment.samples)
                assert len(reader.read(fragment)) == sum(each.size for each in samples)
                expected += len(samples)
    shown = 0
    for span in recordings.spans(camera_id, MAIN, EVER):
        footage = playback.clip(camera_id, MAIN, span)
        path.write_bytes(b"".join(footage.chunks))
        shown += decoded_frames(path)
    assert shown == expected
