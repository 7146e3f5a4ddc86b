"""A disk that is full or read-only: an alarm, a pause, and recording goes on by itself."""

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from own_disk import own_disk
from programs import cameras, check, decoded_frames, ledger, until
from served_town import PAPERS, Operator, address, kill, served, write_config

from farola.sim.clips import tiny_clip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("disk") / "clip.mp4", seconds=7, rate=25, group=25)


def until_paused(person: Operator, camera_id: str, reason: str) -> None:
    """Waits for the alarm and for the camera's state to say the same."""
    until(lambda: reason in person.alarms())
    until(lambda: person.state(camera_id)["reason"] == reason)
    assert person.state(camera_id)["phase"] == "gap"
    assert person.state(camera_id)["since_us"] > person.timeline(camera_id)[0][0][1]


def until_recording(person: Operator, camera_id: str) -> None:
    """Waits until the alarm is over and new fragments reach the disk."""
    until(lambda: person.alarms() == [])
    known = person.state(camera_id)["bytes"]
    until(lambda: person.state(camera_id)["bytes"] > known)
    assert person.state(camera_id)["phase"] == "live"


def assert_one_gap(person: Operator, camera_id: str, reason: str) -> list[tuple[int, int]]:
    """Between the recordings lies one gap with this reason; the recordings."""
    until(lambda: len(person.timeline(camera_id)[0]) > 1)  # live comes before the next recording
    spans, gaps = person.timeline(camera_id)
    assert [gap["reason"] for gap in gaps] == [reason]
    assert [(a[1], b[0]) for a, b in pairwise(spans)] == [(gaps[0]["start_us"], gaps[0]["end_us"])]
    return spans


def test_a_full_disk_pauses_recording_until_there_is_room(tmp_path: Path, clip: Path) -> None:
    """Catalogue and segments share the disk: neither may be harmed.

    The ledger has a disk of its own, so that what is there can be looked at meanwhile.
    """
    data = tmp_path / "data"
    own = {"directory": str(tmp_path / "ledger")}
    config = write_config(tmp_path, data, recorder={"workers": 2}, ledger=own)
    with (
        cameras(clip, 2) as urls,
        own_disk(data, "24m") as disk,
        served(config, inside=disk.words) as town,
    ):
        person = town.sign_in()
        ids = [person.add(f"camera {number}", url) for number, url in enumerate(urls)]
        for camera_id in ids:
            person.until_live(camera_id)
        before = [person.timeline(camera_id)[0][0] for camera_id in ids]
        for camera_id in ids:
            until(lambda one=camera_id: (disk.fill(), person.state(one)["reason"])[1])
            until_paused(person, camera_id, "disk_full")
            assert person.state(camera_id)["dropped"] > 0
        for camera_id, span in zip(ids, before, strict=True):  # what is there plays meanwhile
            assert decoded_frames(person.clip(camera_id, span, tmp_path / "clip.mp4")) >= 25
        disk.free()
        for camera_id in ids:
            until_recording(person, camera_id)
        for camera_id, first in zip(ids, before, strict=True):
            spans = assert_one_gap(person, camera_id, "disk_full")
            assert spans[0][0] == first[0]
            for span in spans:
                assert decoded_frames(person.clip(camera_id, span, tmp_path / "clip.mp4")) >= 25
        assert town.stop() == 0
        assert check(config, "--read-all", inside=disk.words) == []


def test_a_reserve_is_left_free(tmp_path: Path, clip: Path) -> None:
    data = tmp_path / "data"
    config = write_config(tmp_path, data, storage={"min_free_bytes": 8_000_000})
    with (
        cameras(clip, 1) as urls,
        own_disk(data, "32m") as disk,
        served(config, inside=disk.words) as town,
    ):
        person = town.sign_in()
        camera_id = person.add("plaza", urls[0])
        person.until_live(camera_id)
        disk.fill(leave_kib=6_000)
        until_paused(person, camera_id, "disk_full")
        assert "reserve" in person.state(camera_id)["detail"]
        assert int(disk.run(f'stat -f -c %a "{data}"')[0]) * 4 > 5_000  # KiB: it was not used up
        disk.free()
        until_recording(person, camera_id)
        assert_one_gap(person, camera_id, "disk_full")
        assert town.stop() == 0
        assert check(config, "--read-all", inside=disk.words) == []


def test_a_disk_that_becomes_read_only_is_used_again_when_it_is_mended(
    tmp_path: Path, clip: Path
) -> None:
    data = tmp_path / "data"
    segments = data / "segments"
    config = write_config(tmp_path, data, storage={"segment_seconds": 2})
    with (
        cameras(clip, 1) as urls,
        own_disk(segments, "32m") as disk,
        served(config, inside=disk.words) as town,
    ):
        person = town.sign_in()
        camera_id = person.add("plaza", urls[0])
        person.until_live(camera_id)
        # The same disk once more on top of itself, for reading alone: whatever is opened from now
        # on cannot be written, as after an error of the disk.
        disk.run(f'mount --bind "{segments}" "{segments}"')
        disk.run(f'mount -o remount,bind,ro "{segments}"')
        until_paused(person, camera_id, "disk_read_only")
        disk.run(f'umount "{segments}"')
        until_recording(person, camera_id)
        for span in assert_one_gap(person, camera_id, "disk_read_only"):
            assert decoded_frames(person.clip(camera_id, span, tmp_path / "clip.mp4")) >= 25
        assert town.stop() == 0
        assert check(config, "--read-all", inside=disk.words) == []


def test_a_killed_recorder_waits_for_a_disk_that_it_can_recover(tmp_path: Path, clip: Path) -> None:
    data = tmp_path / "data"
    segments = data / "segments"
    config = write_config(tmp_path, data, recorder={"workers": 1})
    with (
        cameras(clip, 1) as urls,
        own_disk(segments, "32m") as disk,
        served(config, inside=disk.words) as town,
    ):
        person = town.sign_in()
        camera_id = person.add("plaza", urls[0])
        person.until_live(camera_id)
        disk.run(f'mount --bind "{segments}" "{segments}"')
        disk.run(f'mount -o remount,bind,ro "{segments}"')
        kill(town.recorders()[0])
        until(lambda: "disk_read_only" in person.alarms())
        assert person.state(camera_id)["reason"] == "recorder_killed"
        disk.run(f'umount "{segments}"')
        until_recording(person, camera_id)
        assert_one_gap(person, camera_id, "recorder_killed")
        assert town.stop() == 0
        assert check(config, "--read-all", inside=disk.words) == []


def test_a_locked_catalogue_costs_no_picture(tmp_path: Path, clip: Path) -> None:
    config = write_config(
        tmp_path, storage={"segment_seconds": 2}, catalog={"busy_timeout_ms": 500}
    )
    catalog = tmp_path / "data" / "catalog.db"
    with cameras(clip, 1) as urls, served(config) as town:
        person = town.sign_in()
        camera_id = person.add("plaza", urls[0])
        person.until_live(camera_id)
        files = len(list(tmp_path.glob("data/segments/**/*.fseg")))
        holder = sqlite3.connect(catalog, isolation_level=None)
        try:
            holder.execute("BEGIN EXCLUSIVE")
            until(lambda: "catalog_locked" in person.alarms())
            until(lambda: len(list(tmp_path.glob("data/segments/**/*.fseg"))) >= files + 3)
            assert person.state(camera_id)["phase"] == "live"
            holder.execute("ROLLBACK")
        finally:
            holder.close()
        until(lambda: person.alarms() == [])
        ((start_us, end_us),), gaps = person.timeline(camera_id)
        assert gaps == []
        assert end_us - start_us > 6_000_000
        assert town.stop() == 0
        assert check(config, "--read-all") == []


def test_a_full_ledger_stops_acts_and_no_recording(tmp_path: Path, clip: Path) -> None:
    """No entry, no act: nobody signs in, looks or changes anything; the cameras go on."""
    own = tmp_path / "ledger"
    config = write_config(tmp_path, ledger={"directory": str(own), "checkpoint_seconds": 1})
    with (
        cameras(clip, 1) as urls,
        own_disk(own, "1m") as disk,
        served(config, inside=disk.words) as town,
    ):
        person = town.sign_in()
        camera_id = person.add("camera", urls[0])
        person.until_live(camera_id)
        until(lambda: person.timeline(camera_id)[0])
        disk.fill()

        def refused() -> bool:
            disk.fill()
            body = {"name": "admin", "password": "wrong in any case"}
            person.admin.post("/api/session", json=body)  # takes what room is left
            answer = person.http.get(f"/api/cameras/{camera_id}/still.jpg")
            return answer.status_code == 503 and answer.json()["kind"] == "ledger_failed"

        until(refused)
        change = {"name": "another", "place": "x", "main": address(urls[0]), "enabled": False}
        answer = person.admin.post("/api/cameras", json=change | PAPERS)
        assert (answer.status_code, answer.json()["kind"]) == (503, "ledger_failed")
        assert len(person.get("/api/cameras")["cameras"]) == 1
        known = person.state(camera_id)["bytes"]
        until(lambda: person.state(camera_id)["bytes"] > known + 100_000)
        assert person.state(camera_id)["phase"] == "live"
        assert person.timeline(camera_id)[1] == []
        disk.free()
        until(lambda: person.admin.post("/api/cameras", json=change | PAPERS).status_code == 201)
        assert town.stop() == 0
        assert ledger("verify", config, inside=disk.words).startswith("accepted: ")
