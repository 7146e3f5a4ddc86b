"""The detection service against detector processes that work and that go wrong, all of them real.

A picture that was not looked at never comes back as an empty one.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from detection_world import REAL, World, bad, running

from farola.base import Kind
from farola.model import Detection
from farola.vision import DetectionSettings, Ring, model_named
from farola.vision.model_store import PACKED
from farola.vision.probe import is_seen

HERE = Path(__file__).parent


def is_answer(found: object) -> bool:
    return not isinstance(found, Kind)


async def test_the_packed_model_finds_the_drawn_people() -> None:
    async with running(World(REAL)) as world:
        found = await world.ask()
        assert not isinstance(found, Kind)
        assert is_seen(found)
        assert all(isinstance(each, Detection) and 0.2 <= each.score <= 1 for each in found)
        load = world.service.load()
        assert load.fault is None
        assert (load.model, load.licence) == ("ssd-mobilenet-v2-oid", "Apache-2.0")
        assert load.sha256 == model_named(load.model).sha256[0]
        assert load.per_second > 0


async def test_every_thread_of_the_process_is_locked_in() -> None:
    async with running(World(REAL)) as world:
        await world.ask()
        for task in Path(f"/proc/{world.service.pid}/task").iterdir():
            status = (task / "status").read_text()
            assert "Seccomp:\t2\n" in status  # a filter
            assert "NoNewPrivs:\t1\n" in status


def test_a_loaded_detector_gets_nowhere_and_still_detects() -> None:
    done = subprocess.run(
        [sys.executable, HERE / "locked_detector.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report["outcomes"].values()) == {"EPERM"}
    assert report["sees"]
    assert report["missing"] == []
    assert report["sha256"] == model_named("ssd-mobilenet-v2-oid").sha256[0]


def test_a_detector_whose_server_is_killed_ends_too() -> None:
    with subprocess.Popen(
        [sys.executable, HERE / "running_detection.py"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        pid = next(line for line in server.stdout if line.strip().isdigit()).strip()
        assert Path(f"/proc/{pid}").exists()
        server.kill()
    waited = 0
    while Path(f"/proc/{pid}").exists() and waited < 600:
        time.sleep(0.1)
        waited += 1
    assert waited < 600


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("hang", Kind.DETECTOR_LATE),
        ("die", Kind.DETECTOR_FAILED),
        ("babble", Kind.DETECTOR_FAILED),
        ("nan", Kind.DETECTOR_FAILED),
        ("another", Kind.DETECTOR_FAILED),
        ("raise", Kind.DETECTOR_FAILED),
        ("raise-other", Kind.DETECTOR_FAILED),
    ],
)
async def test_a_detector_that_goes_wrong_gives_reasons_and_is_replaced(
    how: str, kind: Kind
) -> None:
    async with running(World(bad(how))) as world:
        assert is_answer(await world.ask())  # the probe was its first picture, this its second
        first = world.service.pid
        assert await world.ask() is kind
        fault = world.faults[-1] or await world.told()
        assert fault is not None
        assert fault.kind is kind
        assert is_answer(await world.ask())  # a lane that waits gets its answer from the successor
        assert world.service.pid != first
        assert world.faults[-1] is None
        assert world.service.load().restarts == 1


async def test_a_detector_that_sees_nothing_is_never_believed() -> None:
    async with running(World(bad("blind"))) as world:
        assert await world.ask() is Kind.DETECTOR_FAILED
        fault = world.faults[-1] or await world.told()
        assert fault is not None
        assert fault.message == "the detector does not see the people it is shown"
        assert await world.ask() is Kind.DETECTOR_FAILED
        assert await world.ask(wait=False) is Kind.DETECTOR_FAILED
        assert None not in world.faults
        tally = world.service.tallies()["a"]
        assert (tally.asked, tally.failed, tally.done) == (3, 3, 0)


async def test_a_model_that_is_not_there_is_told_and_taken_when_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    async with running(World(REAL, path)) as world:
        assert await world.ask() is Kind.MODEL_MISSING
        path.write_bytes(PACKED.read_bytes())
        while await world.told() is not None:
            assert await world.ask(wait=False) is Kind.MODEL_MISSING
        assert is_answer(await world.ask())


async def test_another_file_in_the_models_place_is_refused() -> None:
    async with running(World(REAL, Path(__file__))) as world:
        assert await world.ask() is Kind.MODEL_WRONG


async def test_a_model_replaced_under_way_ends_the_detector(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(PACKED.read_bytes())
    async with running(World(REAL, path)) as world:
        assert is_answer(await world.ask())
        other = tmp_path / "other"
        content = bytearray(PACKED.read_bytes())
        content[5_000_000] ^= 1
        other.write_bytes(content)
        other.replace(path)
        fault = await world.told()
        assert fault is not None
        assert fault.kind is Kind.MODEL_WRONG
        assert await world.ask(wait=False) is Kind.MODEL_WRONG
        assert await world.ask() is Kind.MODEL_WRONG  # not even after its new start


async def test_a_killed_process_loses_what_it_had_and_no_more() -> None:
    async with running(World(REAL)) as world:
        assert is_answer(await world.ask())
        asked = [
            asyncio.create_task(world.service.detect(f"lane-{number}", world.picture(), wait=True))
            for number in range(6)
        ]
        await asyncio.sleep(0)
        assert world.service.pid is not None
        os.kill(world.service.pid, signal.SIGKILL)
        results = await asyncio.gather(*asked)
        lost = [result for result in results if isinstance(result, Kind)]
        assert set(lost) <= {Kind.DETECTOR_FAILED}
        assert len(lost) <= 2  # what one stream looks at, and the one that it had at hand
        assert is_answer(await world.ask())


async def test_a_lane_that_cannot_wait_keeps_its_newest_picture() -> None:
    async with running(World(REAL)) as world:
        assert is_answer(await world.ask("first"))
        results = await asyncio.gather(
            *(world.service.detect("live", world.picture(number % 4)) for number in range(20)),
            *(world.service.detect("file", world.picture(), wait=True) for _ in range(5)),
        )
        live, file = results[:20], results[20:]
        assert all(is_answer(each) for each in file)
        assert is_answer(live[-1])
        assert {each for each in live if isinstance(each, Kind)} == {Kind.OVERLOADED}
        tally = world.service.tallies()["live"]
        assert tally.asked == 20
        assert tally.done + tally.shed == 20
        assert world.service.load().shed_per_second > 0
        world.service.forget("live")
        assert "live" not in world.service.tallies()


async def test_rings_come_and_go() -> None:
    async with running(World(REAL, settings=DetectionSettings(streams=2))) as world:
        for _ in range(5):
            ring = Ring.create(1, world.service.input.size)
            ring.view(0)[:] = world.ring.view(0)
            world.ring.close()
            world.ring = ring
            found = await world.ask()
            assert not isinstance(found, Kind)
            assert is_seen(found)
        world.ring.close()
        assert await world.service.detect("a", world.picture()) != []  # it is mapped over there
        closed = Ring.create(1, world.service.input.size)
        closed.close()
        world.ring = closed
        assert await world.ask() is Kind.DETECTOR_FAILED


async def test_who_no_longer_waits_is_forgotten() -> None:
    async with running(World(bad("hang"))) as world:
        assert is_answer(await world.ask())
        stuck = asyncio.create_task(world.ask("stuck"))
        await asyncio.sleep(0)
        lined_up = [asyncio.create_task(world.ask("b")) for _ in range(3)]
        await asyncio.sleep(0)
        for each in lined_up:
            each.cancel()
        await asyncio.gather(*lined_up, return_exceptions=True)
        assert world.service.load().waiting == 0
        assert await stuck is Kind.DETECTOR_LATE


async def test_a_lane_hears_its_answers_in_order() -> None:
    async with running(World(REAL, settings=DetectionSettings(streams=2))) as world:
        heard: list[int] = []

        async def ask(number: int) -> None:
            await world.service.detect("file", world.picture(number % 4), wait=True)
            heard.append(number)

        await asyncio.gather(*(ask(number) for number in range(30)))
        assert heard == list(range(30))
