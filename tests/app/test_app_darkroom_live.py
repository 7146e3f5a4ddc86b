"""Live lanes of real darkrooms: late, dead, overrun or just begun, no raw picture leaves."""

import asyncio
import os
import signal
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import darkroom_world as world
import pytest

from farola.app import darkroom_child
from farola.app.darkroom import LiveLane
from farola.base import Error, Kind
from farola.model import Cover, CoverState, Sighting
from farola.vision.frames import Picture

PLAIN = world.film(world.textures(60))
RAW = world.detail(PLAIN.pictures[0])
WALL_US = 1_700_000_000_000_000


def is_whole(picture: world.Planes) -> bool:
    return world.detail(picture) < RAW / 8


def send(lane: LiveLane, numbers: Sequence[int]) -> None:
    for number in numbers:
        unit = PLAIN.units[number]
        lane.unit(PLAIN.config, unit.media, WALL_US + unit.media * 100 // 9, unit.key, unit.payload)


async def test_the_first_picture_is_whole_until_it_was_looked_at() -> None:
    answer = asyncio.Event()

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        await answer.wait()
        return []

    viewer = world.Viewer()
    async with world.darkroom(detect, late_us=300_000) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(3))
        await viewer.until(lambda: len(viewer.units) >= 2)
        answer.set()
        # Later pictures wait for the next sample at most.
        send(lane, range(3, 20))
        await viewer.until(lambda: len(viewer.units) == 20)
        lane.close()
    assert viewer.units[0].key
    assert [unit.media for unit in viewer.units] == [unit.media for unit in PLAIN.units[:20]]
    assert viewer.units[7].wall_us == WALL_US + 700_000
    pictures = world.decoded(viewer.units)
    assert is_whole(pictures[0])
    for unit, picture in zip(viewer.units, pictures, strict=True):
        assert is_whole(picture) is (unit.cover.state is CoverState.WHOLE)
    assert viewer.units[12].cover == Cover(CoverState.COVERED)


async def test_late_detections_release_pictures_wholly_covered() -> None:
    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        await asyncio.sleep(3600)
        return []

    viewer = world.Viewer()
    async with world.darkroom(detect, late_us=200_000) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(10))
        await viewer.until(lambda: len(viewer.units) == 10)
    assert all(is_whole(picture) for picture in world.decoded(viewer.units))
    assert {unit.cover.reason for unit in viewer.units} <= {Kind.DETECTOR_LATE, Kind.WARMING_UP}


async def test_a_dead_process_withholds_and_begins_anew_with_a_key_frame() -> None:
    failures: list[Error] = []
    viewer = world.Viewer()
    async with world.darkroom(world.see_nobody, failures=failures) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(15))
        await viewer.until(lambda: len(viewer.units) >= 10)
        assert room.pid is not None
        os.kill(room.pid, signal.SIGKILL)
        await viewer.until(lambda: Cover(CoverState.WITHHELD, Kind.DECODER_FAILED) in viewer.states)
        before = len(viewer.units)
        async with asyncio.timeout(60):
            while room.child is None:
                send(lane, [15])  # dropped: nobody is there to cover it
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        send(lane, range(25, 40))  # 30 is a key frame; those before it cannot begin anything
        await viewer.until(lambda: len(viewer.units) >= before + 8)
    again = viewer.units[before:]
    assert again[0].media == PLAIN.units[30].media
    assert again[0].key
    assert all(unit.cover.state is not CoverState.WITHHELD for unit in viewer.units)
    assert [failure.kind for failure in failures] == [Kind.DECODER_FAILED]


async def test_without_viewers_pictures_are_looked_at_and_none_leaves() -> None:
    seen = []

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        seen.append(picture.at_us)
        return []

    viewer = world.Viewer()
    async with world.darkroom(detect) as room:
        lane = room.live(world.spec(show=False), viewer.unit, viewer.state)
        send(lane, range(20))
        async with asyncio.timeout(60):
            while len(seen) < 10:
                await asyncio.sleep(0.02)
        assert viewer.units == []
        lane.show(True)
        send(lane, range(20, 40))
        await viewer.until(lambda: len(viewer.units) >= 15)
        lane.show(False)
        lane.show(True)
        send(lane, range(40, 60))
        await viewer.until(lambda: viewer.units[-1].media >= PLAIN.units[55].media)
    assert seen[:10] == [number * 200_000 for number in range(10)]
    assert viewer.units[0].key
    world.decoded(viewer.units)


async def test_a_lane_that_nobody_looks_at_any_more_rests() -> None:
    """With pictures inside that wait for an answer which never comes."""

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        await asyncio.sleep(3600)
        return []

    viewer = world.Viewer()
    async with world.darkroom(detect, late_us=300_000) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(20))
        await viewer.until(lambda: len(viewer.units) >= 2)
        lane.show(False)
        send(lane, range(20, 40))
        await asyncio.sleep(1)
        pid = room.pid
        assert pid is not None
        before = _ticks(pid)
        await asyncio.sleep(2)
        assert _ticks(pid) - before < os.sysconf("SC_CLK_TCK") // 2
        lane.close()


def _ticks(pid: int) -> int:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def test_pictures_without_a_key_frame_begin_nothing() -> None:
    viewer = world.Viewer()
    async with world.darkroom() as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(1, 10))
        await asyncio.sleep(0.5)
        assert viewer.units == []
        send(lane, range(10, 20))
        await viewer.until(lambda: len(viewer.units) >= 5)
    assert viewer.units[0].media == PLAIN.units[10].media


async def test_units_that_come_faster_than_they_can_be_covered_are_left_out_not_shown() -> None:
    big = world.film(world.textures(40, width=1_280, height=720), group=10)
    viewer = world.Viewer()
    async with world.darkroom(world.see_nobody) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        turns = 8

        def turn(number: int) -> None:
            for unit in big.units:
                media = unit.media + number * 40 * world.STEP
                lane.unit(big.config, media, WALL_US, unit.key, unit.payload)

        for number in range(turns):
            turn(number)
        last = turns * 40 * world.STEP
        async with asyncio.timeout(120):
            while not viewer.units or viewer.units[-1].media < last:
                await asyncio.sleep(0.5)
                turn(turns)
                turns += 1
    assert len(viewer.units) < turns * 40
    group = 10 * world.STEP  # what is left out ends before a key frame
    steps = [
        (a.media, b.media) for a, b in pairwise(viewer.units) if b.media - a.media > world.STEP
    ]
    assert steps
    assert all(after % group == 0 for _, after in steps)
    media = [unit.media for unit in viewer.units]
    assert media == sorted(set(media))


async def test_a_new_configuration_starts_a_new_picture_size() -> None:
    other = world.film(world.textures(10, width=256, height=192))
    viewer = world.Viewer()
    async with world.darkroom(world.see_nobody) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(10))
        for unit in other.units:
            lane.unit(other.config, unit.media + 90_000, WALL_US, unit.key, unit.payload)
        await viewer.until(lambda: len(viewer.units) >= 15)
    sizes = [(unit.width, unit.height) for unit in viewer.units]
    first = sizes.index((256, 192))
    assert set(sizes[:first]) == {(320, 240)}
    assert set(sizes[first:]) == {(256, 192)}
    assert viewer.units[first].key
    world.decoded(viewer.units[first:])


async def test_a_process_that_hangs_is_ended_and_its_lane_withheld(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(darkroom_child, "_HUNG_US", 3_000_000)
    monkeypatch.setattr(darkroom_child, "_PING_SECONDS", 0.2)
    failures: list[Error] = []
    viewer = world.Viewer()
    async with world.darkroom(world.see_nobody, failures=failures) as room:
        lane = room.live(world.spec(), viewer.unit, viewer.state)
        send(lane, range(12))
        await viewer.until(lambda: len(viewer.units) >= 8)
        assert room.pid is not None
        os.kill(room.pid, signal.SIGSTOP)
        await viewer.until(lambda: Cover(CoverState.WITHHELD, Kind.DECODER_FAILED) in viewer.states)
        async with asyncio.timeout(60):
            while not failures:
                await asyncio.sleep(0.05)
    assert failures[0].kind is Kind.DECODER_FAILED
