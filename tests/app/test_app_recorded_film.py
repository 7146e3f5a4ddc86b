"""Recordings through real darkrooms to who watches them: exact in time, covered, or closed."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from darkroom_world import INPUT
from media_footage import FRAME_TICKS, Footage, ffprobe_complaints, frame_hashes, run
from playback_street import MAIN, START_US, Street

from farola.app.darkroom import Darkroom, DarkroomSettings
from farola.app.recorded_jobs import RecordedJobs
from farola.base import Error, Kind, SystemClock
from farola.model import Box, Detection, Label, Span
from farola.playback import RedactedPlayback
from farola.vision.frames import Picture

type Get = Callable[[str], Footage]
WHOLE = Span(START_US, START_US + 10_000_000)


class Detector:
    """Sees one person in the middle, or does what `answer` says."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Kind | Exception | None = None

    async def detect(
        self, lane: str, picture: Picture, *, wait: bool = False
    ) -> Sequence[Detection] | Kind:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        return [Detection(Label.PERSON, 0.9, Box(0.4, 0.2, 0.2, 0.6))]

    def forget(self, lane: str) -> None:
        pass


class Rooms:
    """One darkroom, and the playback whose coverer it is."""

    def __init__(self, street: Street, **changes: Any) -> None:
        self.detector = Detector()
        self.opened: list[Darkroom] = []
        unused: Any = None  # nothing is tried here
        self.jobs = RecordedJobs(self._open, 1, self.detector, unused, lambda fault: None)
        self.playback: RedactedPlayback = street.redacted(self.jobs, **changes)

    def _open(self) -> Darkroom:
        async def never(lane: str, picture: Picture) -> Kind:
            return Kind.UNAVAILABLE

        settings = DarkroomSettings(input=INPUT, required=False, answer_us=60_000_000)
        self.opened.append(Darkroom(settings, never, SystemClock()))
        return self.opened[-1]


@asynccontextmanager
async def rooms(street: Street, **changes: Any) -> AsyncIterator[Rooms]:
    opened = Rooms(street, patience_s=60.0, **changes)
    running = asyncio.create_task(opened.jobs.run())
    try:
        async with asyncio.timeout(60):
            while not opened.opened or opened.opened[0].pid is None:
                await asyncio.sleep(0.05)
        yield opened
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def watch(playback: RedactedPlayback, street: Street) -> bytes:
    """The playlist's init segment and its parts."""
    camera = street.camera.id
    text = playback.playlist(camera, MAIN, WHOLE)
    data = playback.init(camera, re.findall(r"media/init/([\w-]+)", text)[0])
    for key in re.findall(r"media/part/([\w-]+)", text):
        data += b"".join(playback.part(camera, key).chunks)
    return data


def times(path: Path) -> list[int]:
    told = run("ffprobe", "-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0", path)
    return [int(row.strip(b",")) for row in told.split()]


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["h264-b", "h265"])
async def test_a_recording_is_covered_in_its_own_time(
    kind: str, footage: Get, street: Street, tmp_path: Path
) -> None:
    source = footage(kind)
    street.segment(source, street.begin_run(START_US), START_US, 500_000)
    async with rooms(street) as opened:
        first = await asyncio.to_thread(watch, opened.playback, street)
        asked = opened.detector.asked
        second = await asyncio.to_thread(watch, opened.playback, street)
        clip = await asyncio.to_thread(_clip, opened.playback, street)
        still = await asyncio.to_thread(opened.playback.still, street.camera.id, MAIN, None)
    assert asked > 10
    assert opened.detector.asked == asked  # the masks were kept
    assert still.data[:2] == b"\xff\xd8"
    path = tmp_path / "film.mp4"
    for data, begin in ((first, 500_000), (second, 500_000), (clip, 0)):
        path.write_bytes(data)
        assert ffprobe_complaints(path) == ""
        assert times(path) == [begin + FRAME_TICKS * at for at in range(75)]
        assert set(frame_hashes(path)).isdisjoint(source.frames)


def _clip(playback: RedactedPlayback, street: Street) -> bytes:
    return b"".join(playback.clip(street.camera.id, MAIN, WHOLE).chunks)


@pytest.mark.peer
@pytest.mark.parametrize("answer", [Kind.MODEL_MISSING, RuntimeError("a fault in the detector")])
async def test_without_detections_everything_is_covered(
    answer: Kind | Exception, footage: Get, street: Street, tmp_path: Path
) -> None:
    source = footage("h264")
    street.segment(source, street.begin_run(START_US), START_US, 500_000)
    folder = tmp_path / "masks"
    async with rooms(street, masks=folder) as opened:
        opened.detector.answer = answer
        data = await asyncio.to_thread(watch, opened.playback, street)
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    assert ffprobe_complaints(path) == ""
    hashes = frame_hashes(path)
    assert len(hashes) == 75
    assert set(hashes).isdisjoint(source.frames)
    assert list(folder.rglob("*.mask")) == []


async def test_a_darkroom_that_is_killed_ends_what_was_asked_of_it(
    footage: Get, street: Street
) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 500_000)
    async with rooms(street) as opened:
        chunks = opened.playback.clip(street.camera.id, MAIN, WHOLE).chunks
        room = opened.opened[0]

        async def killing(lane: str, picture: Picture, *, wait: bool = False) -> Kind:
            if room.pid is not None:
                os.kill(room.pid, signal.SIGKILL)
            return Kind.UNAVAILABLE

        opened.detector.detect = killing  # type: ignore[method-assign]
        with pytest.raises(Error) as caught:
            await asyncio.to_thread(b"".join, chunks)
    assert caught.value.kind is Kind.DECODER_FAILED


async def test_without_a_darkroom_nothing_is_shown(footage: Get, street: Street) -> None:
    street.segment(footage("h264"), street.begin_run(START_US), START_US, 500_000)
    closed = Rooms(street)  # never run
    with pytest.raises(Error) as caught:
        await asyncio.to_thread(watch, closed.playback, street)
    assert caught.value.kind is Kind.DECODER_FAILED
