"""Real darkrooms: what comes out is covered, whatever the detector or the process does.

Every test reads the pictures that left, by FFmpeg, not what the darkroom says about them.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import darkroom_world as world
import numpy as np
import pytest

from farola.app.darkroom_job import JobLane
from farola.base import Error, Kind
from farola.model import CoverState, Sighting, pack_masks
from farola.vision.frames import Picture
from farola.vision.wire import Type

PLAIN = world.film(world.textures(20))
RAW = world.detail(PLAIN.pictures[0])
COVERED = RAW / 8  # what is left of detail after coding squares of one colour


def is_whole(picture: world.Planes) -> bool:
    return world.detail(picture) < COVERED


async def test_people_are_covered_and_the_street_is_not() -> None:
    async with world.darkroom() as room:
        units = await world.covered(room, PLAIN.job())
    assert [unit.media for unit in units] == [unit.media for unit in PLAIN.units]
    assert units[0].key
    assert {unit.cover.state for unit in units} == {CoverState.COVERED}
    for picture in world.decoded(units):
        assert world.detail(picture, world.PERSON) < COVERED
        assert world.detail(picture, world.Box(0.0, 0.0, 0.2, 1.0)) > RAW / 2


async def test_h265_goes_in_and_h264_comes_out() -> None:
    film = world.film(world.textures(6), "h265")
    async with world.darkroom() as room:
        units = await world.covered(room, film.job())
    assert len(world.decoded(units)) == 6


async def test_the_process_is_locked_in_and_knows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAROLA_CATALOG__URL", "postgresql://u:secret@host/db")
    async with world.darkroom() as room:
        proc = Path(f"/proc/{room.pid}")
        status = (proc / "status").read_text().splitlines()
        assert "Seccomp:\t2" in status
        assert "NoNewPrivs:\t1" in status
        assert b"secret" not in (proc / "environ").read_bytes()
        ends = sorted(os.readlink(each).split(":")[0] for each in (proc / "fd").iterdir())
        assert ends == ["/dev/null"] * 3 + ["/memfd", "socket"]
        await world.covered(room, PLAIN.job())
        assert sum(1 for _ in (proc / "fd").iterdir()) == 5


async def test_context_is_not_given_back() -> None:
    async with world.darkroom() as room:
        units = await world.covered(room, PLAIN.job(lead=10))
    assert [unit.media for unit in units] == [unit.media for unit in PLAIN.units[10:]]
    assert units[0].key


async def test_a_still_is_one_covered_picture() -> None:
    async with world.darkroom() as room:
        wanted = PLAIN.units[13].media
        units = await world.covered(room, PLAIN.job(still=True, still_media=wanted - 1))
    assert [unit.media for unit in units] == [wanted]
    with world.av.open(world_io(units[0].payload), format="jpeg_pipe") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="yuv420p")
    assert world.detail(picture, world.PERSON) < COVERED


def world_io(data: bytes) -> object:
    import io

    return io.BytesIO(data)


async def test_kept_masks_cover_without_a_detector() -> None:
    asked = []

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        asked.append(picture.at_us)
        return await world.see_person(lane, picture)

    async with world.darkroom(detect) as room:
        first = await world.covered(room, PLAIN.job(keep=True))
        asked.clear()
        masks = {unit.media: unit.mask for unit in first}
        del masks[first[5].media]
        second = await world.covered(room, PLAIN.job(masks=pack_masks(masks)))
    assert asked == []
    pictures = world.decoded(second)
    assert [is_whole(picture) for picture in pictures] == [n == 5 for n in range(20)]
    assert all(world.detail(picture, world.PERSON) < COVERED for picture in pictures)


@pytest.mark.parametrize("masks", [b"", b"\0\0\0\1", os.urandom(300)])
async def test_damaged_masks_are_refused(masks: bytes) -> None:
    async with world.darkroom() as room:
        with pytest.raises(Error) as refused:
            await world.covered(room, PLAIN.job(masks=masks))
    assert refused.value.kind is Kind.FILE_DAMAGED


async def raises(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
    raise RuntimeError("the detector broke")


async def hangs(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
    await asyncio.sleep(3600)
    return []


async def replaced(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
    return Kind.MODEL_WRONG


async def missing(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
    raise Error(Kind.MODEL_MISSING, "there is no model")


@pytest.mark.parametrize(
    ("detect", "reason"),
    [
        (raises, Kind.DETECTOR_FAILED),
        (hangs, Kind.DETECTOR_FAILED),
        (replaced, Kind.MODEL_WRONG),
        (missing, Kind.MODEL_MISSING),
    ],
)
async def test_without_a_detector_every_recorded_picture_is_wholly_covered(
    detect: object, reason: Kind
) -> None:
    film = world.film(world.textures(6))
    async with world.darkroom(detect, answer_us=200_000) as room:  # type: ignore[arg-type]
        units = await world.covered(room, film.job())
    assert len(units) == 6
    assert {unit.cover.reason for unit in units} == {reason}
    assert all(is_whole(picture) for picture in world.decoded(units))


async def test_a_detector_that_fails_once_covers_what_lies_around() -> None:
    calls = 0

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        nonlocal calls
        calls += 1
        return Kind.DETECTOR_FAILED if calls == 5 else []

    async with world.darkroom(detect) as room:
        units = await world.covered(room, PLAIN.job())
    whole = [number for number, unit in enumerate(units) if unit.cover.state is CoverState.WHOLE]
    assert 8 in whole  # its picture: every second one is looked at
    assert 0 not in whole
    pictures = world.decoded(units)
    assert [n for n, picture in enumerate(pictures) if is_whole(picture)] == whole


async def test_the_picture_after_a_cut_is_wholly_covered() -> None:
    film = world.film([*world.textures(7, seed=1), *world.textures(13, seed=2)], group=20)
    async with world.darkroom(world.see_nobody) as room:
        # Looked at so seldom (pictures 0 and 10) that only the redactor can have noticed the cut.
        units = await world.covered(room, film.job(rate=1.0))
    pictures = world.decoded(units)
    assert not is_whole(pictures[3])
    assert [is_whole(picture) for picture in pictures[7:10]] == [True] * 3
    assert {unit.cover.reason for unit in units[7:10]} == {Kind.SCENE_CHANGED}
    assert not is_whole(pictures[12])


async def test_broken_units_cover_what_follows() -> None:
    random = np.random.default_rng(3)
    units = list(PLAIN.units)
    broken = bytearray(units[10].payload)
    broken[900:] = random.integers(0, 256, len(broken) - 900, dtype=np.uint8).tobytes()
    units[10] = world.RecordedUnit(units[10].media, True, bytes(broken))
    async with world.darkroom(world.see_nobody) as room:
        found = await world.covered(room, PLAIN.job(units=units))
    by_media = {unit.media: unit for unit in found}
    assert by_media[units[7].media].cover.state is CoverState.COVERED
    after = by_media.get(units[10].media)
    assert after is None or after.cover.reason is Kind.DECODER_FAILED


async def test_a_job_of_rubbish_gives_no_picture() -> None:
    units = [world.RecordedUnit(n * 9_000, n == 0, os.urandom(5_000)) for n in range(10)]
    async with world.darkroom() as room:
        assert await world.covered(room, PLAIN.job(units=units)) == []
        assert len(await world.covered(room, PLAIN.job())) == 20


async def test_parameter_sets_beyond_memory_are_refused() -> None:
    film = world.film(world.textures(2, width=1_920, height=1_088))
    async with world.darkroom(memory=64 << 20) as room:
        with pytest.raises(Error) as refused:
            await world.covered(room, film.job())
    assert refused.value.kind is Kind.PICTURE_TOO_LARGE


async def test_a_job_that_is_no_longer_wanted_frees_its_slots() -> None:
    async with world.darkroom(slots=2) as room:
        for _ in range(6):
            units = room.cover(PLAIN.job())
            await anext(units)
            await units.aclose()
        assert len(await world.covered(room, PLAIN.job())) == 20


async def test_a_sample_that_nobody_began_to_look_at_gives_its_slot_back() -> None:
    """Given up between the moment in which it was taken up and the first step of the looking."""
    sent: list[tuple[Type, dict[str, Any]]] = []

    class Child:
        def send(self, kind: Type, head: dict[str, Any], payload: bytes = b"") -> None:
            sent.append((kind, head))

    async with world.darkroom() as room:
        for steps in range(6):
            sent.clear()
            child: Any = Child()
            lane = JobLane(room, 99, child, world.see_nobody, stills=False, most=None)
            await asyncio.sleep(0)
            lane.sample(Picture(room.ring, 0, 96, 96, 0, 0))
            for _ in range(steps):
                await asyncio.sleep(0)
            lane.stop()
            for _ in range(10):
                await asyncio.sleep(0)
            answered = [head["slot"] for kind, head in sent if kind in {Type.MISSED, Type.SIGHTED}]
            assert answered == [0], steps


async def test_no_thread_of_a_job_outlives_it() -> None:
    async with world.darkroom() as room:
        before = threads(room.pid)
        for _ in range(3):
            await world.covered(room, PLAIN.job(still=True, still_media=0))
            with pytest.raises(Error):
                await world.covered(room, PLAIN.job(masks=b"broken"))
            units = room.cover(PLAIN.job())
            await anext(units)
            await units.aclose()
        async with asyncio.timeout(60):
            while threads(room.pid) > before:
                await asyncio.sleep(0.05)


def threads(pid: int | None) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


async def test_jobs_do_not_disturb_each_other() -> None:
    async with world.darkroom() as room:
        found = await asyncio.gather(*(world.covered(room, PLAIN.job()) for _ in range(6)))
    assert [len(units) for units in found] == [20] * 6


async def test_a_process_that_dies_fails_its_jobs_and_comes_again() -> None:
    failures: list[Error] = []

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        if not failures and room.pid is not None:
            os.kill(room.pid, signal.SIGKILL)
        return []

    room = world.darkroom(detect, failures=failures)
    async with room:
        with pytest.raises(Error) as failed:
            await world.covered(room, PLAIN.job())
        assert failed.value.kind is Kind.DECODER_FAILED
        assert len(await world.covered(room, PLAIN.job())) == 20
    assert [failure.kind for failure in failures] == [Kind.DECODER_FAILED]
