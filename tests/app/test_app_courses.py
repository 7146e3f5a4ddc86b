"""One thing of a recording left to be seen through real darkrooms, and everything else covered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from darkroom_world import INPUT
from media_footage import Footage
from playback_street import MAIN, START_US, Street

from farola.app.courses import Courses
from farola.app.darkroom import Darkroom, DarkroomSettings
from farola.app.recorded_jobs import RecordedJobs
from farola.base import Error, Kind, SystemClock
from farola.model import Box, Detection, Grant, Label, Rendition, Span, Spot, StreamKind
from farola.playback.look import RecordedLook
from farola.vision.frames import Picture

type Luma = npt.NDArray[np.int16]

WHOLE = Span(START_US, START_US + 60_000_000)
MEDIA_START = 500_000
ASKED = Box(0.15, 0.3, 0.1, 0.4)
OTHER = Box(0.7, 0.3, 0.1, 0.4)
SOLID = 60


def near(at_us: int) -> list[Box]:
    """The other one comes up to the one asked for in the last second."""
    late_s = max(0.0, at_us / 1e6 - 2.2)
    return [ASKED, replace(OTHER, left=max(0.28, OTHER.left - late_s))]


class Detector:
    """Sees people where `where` says for the microseconds since the recording began."""

    def __init__(self) -> None:
        self.where: Callable[[int], Sequence[Box]] = lambda at_us: (ASKED, OTHER)
        self.asked = 0

    async def detect(
        self, lane: str, picture: Picture, *, wait: bool = False
    ) -> Sequence[Detection] | Kind:
        self.asked += 1
        since_us = picture.at_us - MEDIA_START * 100 // 9
        return [Detection(Label.PERSON, 0.9, box) for box in self.where(since_us)]

    def forget(self, lane: str) -> None:
        pass


class Town:
    def __init__(self, street: Street) -> None:
        self.street = street
        self.detector = Detector()
        self.ended: set[str] = set()
        self.opened: list[Darkroom] = []
        recorded = street.catalog.recordings
        look = RecordedLook(recorded, street.keys, street.root, rate=5.0)
        self.jobs = RecordedJobs(self._open, 1, self.detector, look, lambda fault: None)
        self.playback = street.redacted(self.jobs, patience_s=60.0)
        self.courses = Courses(self.jobs, self.playback, lambda each: each not in self.ended)

    def _open(self) -> Darkroom:
        async def never(lane: str, picture: Picture) -> Kind:
            return Kind.UNAVAILABLE

        settings = DarkroomSettings(input=INPUT, required=False, answer_us=60_000_000)
        self.opened.append(Darkroom(settings, never, SystemClock()))
        return self.opened[-1]

    def grant(self, *spots: Spot, id_: str = "grn-1") -> Grant:
        camera = (self.street.camera.id,)
        return Grant(id_, "req-1", "per-1", camera, WHOLE, "", 0, 1, "per-2", spots=spots)

    async def film(self, grant: Grant, path: Path) -> list[Luma]:
        source = await self.courses.under(grant)
        clip = await asyncio.to_thread(source.clip, self.street.camera.id, MAIN, WHOLE)
        path.write_bytes(b"".join(await asyncio.to_thread(list, clip.chunks)))
        return await asyncio.to_thread(pictures, path)


@asynccontextmanager
async def town(street: Street, source: Footage) -> AsyncIterator[Town]:
    street.segment(source, street.begin_run(START_US), START_US, MEDIA_START)
    opened = Town(street)
    running = asyncio.create_task(opened.jobs.run())
    try:
        async with asyncio.timeout(60):
            while not opened.opened or opened.opened[0].pid is None:
                await asyncio.sleep(0.05)
        yield opened
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def pictures(path: Path) -> list[Luma]:
    with av.open(path) as container:
        return [
            frame.to_ndarray(format="yuv420p")[: frame.height].astype(np.int16)
            for frame in container.decode(video=0)
        ]


def cut(picture: Luma, box: Box) -> Luma:
    """The inner part of the box, away from the edges of cells."""
    height, width = picture.shape
    top, left = int((box.top + 0.05) * height), int((box.left + 0.02) * width)
    return picture[
        top : top + int((box.height - 0.1) * height), left : left + int((box.width - 0.04) * width)
    ]


def is_bare(picture: Luma, source: Luma, box: Box) -> bool:
    return float(np.abs(cut(picture, box) - cut(source, box)).mean()) < 6


def is_solid(picture: Luma, box: Box) -> bool:
    return bool(np.abs(cut(picture, box) - SOLID).max() < 12)


def spot(box: Box, after_s: float = 1.0) -> Spot:
    return Spot(START_US + round(after_s * 1e6), box.left + 0.05, box.top + 0.2)


@pytest.mark.peer
async def test_who_was_pointed_at_is_seen_and_everybody_else_is_not(
    footage: Callable[[str], Footage], street: Street, tmp_path: Path
) -> None:
    source = footage("h264")
    bare = pictures(source.path)
    async with town(street, source) as opened:
        grant = opened.grant(spot(ASKED))
        shown = await opened.film(grant, tmp_path / "one.mp4")
        asked = opened.detector.asked
        other = await opened.film(opened.grant(spot(OTHER), id_="grn-2"), tmp_path / "other.mp4")
        covered = await asyncio.to_thread(
            lambda: list(opened.playback.clip(street.camera.id, MAIN, WHOLE).chunks)
        )
        assert (await opened.courses.under(grant)).rendition is Rendition.ONE_THING
        assert opened.playback.rendition is Rendition.REDACTED
    assert asked > 20
    assert len(shown) == len(other) == len(bare) == 75
    seen = [is_bare(picture, was, ASKED) for picture, was in zip(shown, bare, strict=True)]
    assert sum(seen) > 60
    assert all(is_solid(picture, OTHER) for picture in shown)
    assert all(
        one or is_solid(picture, ASKED) for one, picture in zip(seen, shown, strict=True)
    )  # before it was found and after it was lost
    assert all(is_solid(picture, ASKED) for picture in other)
    assert sum(is_bare(picture, was, OTHER) for picture, was in zip(other, bare, strict=True)) > 60
    (tmp_path / "covered.mp4").write_bytes(b"".join(covered))
    again = pictures(tmp_path / "covered.mp4")
    assert not any(is_solid(picture, OTHER) for picture in again)  # the usual mosaic


@pytest.mark.peer
async def test_where_another_comes_near_nobody_is_seen_any_more(
    footage: Callable[[str], Footage], street: Street, tmp_path: Path
) -> None:
    source = footage("h264")
    bare = pictures(source.path)
    async with town(street, source) as opened:
        opened.detector.where = near
        shown = await opened.film(opened.grant(spot(ASKED)), tmp_path / "one.mp4")
    seen = [is_bare(picture, was, ASKED) for picture, was in zip(shown, bare, strict=True)]
    assert sum(seen[:25]) > 20
    assert not any(seen[55:])
    assert is_solid(shown[-1], near(3_000_000)[1])


@pytest.mark.peer
@pytest.mark.parametrize(
    ("where", "pointed", "kind"),
    [
        (lambda at_us: (), spot(ASKED), Kind.THING_UNCLEAR),
        (
            lambda at_us: (ASKED, OTHER),
            Spot(START_US + 1_000_000, 0.5, 0.5),
            Kind.THING_UNCLEAR,
        ),
        (lambda at_us: (ASKED, replace(ASKED, left=0.2)), spot(ASKED), Kind.THING_UNCLEAR),
        (lambda at_us: (ASKED, OTHER), spot(ASKED, 59.0), Kind.NOT_FOUND),
    ],
    ids=["nobody", "beside", "two", "nothing recorded"],
)
async def test_what_cannot_be_told_from_the_rest_is_not_granted_and_not_shown(
    footage: Callable[[str], Footage],
    street: Street,
    where: Callable[[int], Sequence[Box]],
    pointed: Spot,
    kind: Kind,
) -> None:
    async with town(street, footage("h264")) as opened:
        opened.detector.where = where
        with pytest.raises(Error) as asking:
            await asyncio.to_thread(opened.courses.check, street.camera.id, WHOLE, [pointed])
        with pytest.raises(Error) as looking:
            await opened.courses.under(opened.grant(pointed))
        opened.detector.where = lambda at_us: (ASKED, OTHER)
        await asyncio.to_thread(opened.courses.check, street.camera.id, WHOLE, [spot(ASKED)])
    assert (asking.value.kind, looking.value.kind) == (kind, kind)


@pytest.mark.peer
async def test_a_course_is_found_once_and_forgotten_with_its_grant(
    footage: Callable[[str], Footage], street: Street
) -> None:
    async with town(street, footage("h264")) as opened:
        grant = opened.grant(spot(ASKED), spot(ASKED, 1.5))
        await asyncio.gather(*(opened.courses.under(grant) for _ in range(3)))
        asked = opened.detector.asked
        assert 10 < asked < 30
        await opened.courses.under(grant)
        assert opened.detector.asked == asked
        opened.ended.add(grant.id)
        await opened.courses.under(opened.grant(spot(OTHER), id_="grn-2"))
        opened.ended.clear()
        before = opened.detector.asked
        await opened.courses.under(grant)
        assert opened.detector.asked > before


@pytest.mark.peer
async def test_after_a_clock_was_set_back_nobody_guesses_which_picture_is_meant(
    footage: Callable[[str], Footage], street: Street
) -> None:
    source = footage("h264")
    async with town(street, source) as opened:
        street.segment(source, street.begin_run(START_US), START_US, MEDIA_START)
        with pytest.raises(Error) as asking:
            await asyncio.to_thread(opened.courses.check, street.camera.id, WHOLE, [spot(ASKED)])
    assert asking.value.kind is Kind.THING_UNCLEAR


@pytest.mark.peer
async def test_what_was_found_in_one_run_is_bare_in_no_other(
    footage: Callable[[str], Footage], street: Street, tmp_path: Path
) -> None:
    """The second run begins a good second after the spot and has the same times from there on."""
    source = footage("h264")
    async with town(street, source) as opened:
        again_us = START_US + 1_800_000
        street.segment(source, street.begin_run(again_us), again_us, MEDIA_START)
        opened.detector.where = lambda at_us: (ASKED,)
        course = await opened.courses.found(opened.grant(spot(ASKED)))
    (stretch,) = course.stretches
    known = street.catalog.recordings.runs(street.camera.id, MAIN, WHOLE)
    runs = {each.id for each in known}
    assert len(runs) == 2
    (other,) = runs - {stretch.run_id}
    assert course.at(START_US + 2_000_000, stretch.run_id) is not None
    assert course.at(START_US + 2_000_000, other) is None


@pytest.mark.peer
async def test_one_thing_is_shown_in_the_stream_in_which_it_was_found(
    footage: Callable[[str], Footage], street: Street
) -> None:
    async with town(street, footage("h264")) as opened:
        source = await opened.courses.under(opened.grant(spot(ASKED)))
        run = street.begin_run(START_US, stream=StreamKind.SUB)
        street.segment(footage("h264"), run, START_US, MEDIA_START, stream=StreamKind.SUB)
        with pytest.raises(Error) as looking:
            await asyncio.to_thread(source.key_frame, street.camera.id, StreamKind.SUB, START_US)
    assert looking.value.kind is Kind.UNAVAILABLE
