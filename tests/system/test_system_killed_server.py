"""SIGKILL inside a running town: of one of its recorder processes, and of the server itself."""

from itertools import pairwise
from pathlib import Path
from random import Random
from time import sleep

import pytest
from programs import cameras, check, decoded_frames, until
from served_town import PAPERS, Operator, address, kill, served, write_config

from farola.sim.clips import tiny_clip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("kill") / "clip.mp4", seconds=7, rate=25, group=25)


def assert_told(person: Operator, camera_id: str, reasons: set[str]) -> None:
    """Every hole between two recordings is a gap with one of these reasons."""
    until(lambda: len(person.timeline(camera_id)[0]) > 1)  # live comes before the first recording
    spans, gaps = person.timeline(camera_id)
    holes = [(before[1], after[0]) for before, after in pairwise(spans)]
    assert [(gap["start_us"], gap["end_us"]) for gap in gaps if gap["end_us"]] == holes
    assert {gap["reason"] for gap in gaps} == reasons


def test_a_killed_recorder_process_is_started_again(tmp_path: Path, clip: Path) -> None:
    """Its cameras lose a fragment each, and the other process's cameras nothing."""
    rng = Random(7)
    config = write_config(tmp_path, storage={"segment_seconds": 2}, recorder={"workers": 2})
    with cameras(clip, 3) as urls, served(config) as town:
        person = town.sign_in()
        ids = [person.add(f"camera {number}", url) for number, url in enumerate(urls[:2])]
        double = {"name": "double", "place": "double", "enabled": True, **PAPERS}
        double |= {"main": address(urls[2]), "sub": address(urls[1])}
        answer = person.admin.post("/api/cameras", json=double)
        assert answer.status_code == 201
        ids.append(answer.json()["id"])
        for camera_id in ids:
            person.until_live(camera_id)
        spared = town.recorders()[1]
        for _ in range(3):
            sleep(rng.uniform(0.5, 2.5))
            (victim,) = set(town.recorders()) - {spared}
            kill(victim)
            assert until(person.alarms) == ["recorder_killed"]
            until(lambda: person.alarms() == [])
            assert len(town.recorders()) == 2
            assert victim not in town.recorders()
            for camera_id in ids:
                person.until_live(camera_id)
        hit = [camera_id for camera_id in ids if person.timeline(camera_id)[1]]
        assert 0 < len(hit) < len(ids)  # the other process did not notice
        for camera_id in hit:
            assert_told(person, camera_id, {"recorder_killed"})
            spans, _ = person.timeline(camera_id)
            path = tmp_path / "clip.mp4"
            for span in spans:
                assert decoded_frames(person.clip(camera_id, span, path)) >= 25
        assert check(config) == []  # while it records
        assert town.stop() == 0
        assert check(config, "--read-all") == []


def test_a_killed_server_is_started_again(tmp_path: Path, clip: Path) -> None:
    """Its recorder processes see that it is gone and finish; a new server waits for that."""
    config = write_config(tmp_path, storage={"segment_seconds": 2})
    with cameras(clip, 1) as urls:
        with served(config) as town:
            person = town.sign_in()
            camera_id = person.add("plaza", urls[0])
            person.until_live(camera_id)
            kill(town.process.pid)
            town.process.wait()
            with served(config) as again:
                person = again.sign_in()
                person.until_live(camera_id)
                assert_told(person, camera_id, {"recorder_stopped"})
        assert check(config, "--read-all") == []
