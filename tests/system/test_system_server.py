"""`farola serve` from a configuration file: a town's first day, told by its API."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from media_footage import ffprobe_complaints
from programs import cameras, check, decoded_frames, line, program, until
from served_town import PAPERS, Operator, address, children, served, write_config
from websockets.asyncio.client import connect

from farola.sim.clips import tiny_clip

pytestmark = pytest.mark.slow

PASSWORD = "Zorzal-4711-sobre-la-farola"  # a camera's; found nowhere but at the camera
LOGIN = ("operador", PASSWORD)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("town") / "clip.mp4", seconds=7, rate=25, group=25)


async def watch(person: Operator, camera_id: str, chunks: int) -> tuple[dict[str, Any], bytes]:
    """The first `init` message, and the binary messages from the init segment on, end to end."""
    url = person.url.replace("http://", "ws://") + f"/api/cameras/{camera_id}/live"
    headers = {"cookie": person.cookie}
    init: dict[str, Any] = {}
    media: list[bytes] = []
    async with (
        asyncio.timeout(30),
        connect(url, origin=person.url, additional_headers=headers, compression=None) as socket,  # type: ignore[arg-type]
    ):
        while len(media) <= chunks:
            message = await socket.recv()
            if isinstance(message, bytes):
                media.append(message)
            elif (told := json.loads(message))["type"] == "init":
                assert not init
                init = told
    return init, b"".join(media)


def words_of(pid: int) -> bytes:
    """Arguments and environment of a process, as everybody on the machine may see them."""
    directory = Path(f"/proc/{pid}")
    return (directory / "cmdline").read_bytes() + (directory / "environ").read_bytes()


async def test_a_towns_first_day(tmp_path: Path, clip: Path) -> None:
    config = write_config(tmp_path, recorder={"workers": 2})
    login = ("--user", LOGIN[0], "--password", PASSWORD)
    with cameras(clip, 2, *login) as urls:
        with served(config) as town:
            assert town.new
            person = town.sign_in()
            right = person.add("plaza", urls[0], LOGIN)
            wrong = person.add("crossing", urls[1], (LOGIN[0], "not " + PASSWORD[::-1]))
            person.until_live(right)
            until(lambda: person.state(wrong)["reason"] == "wrong_password")
            state = person.state(wrong)
            assert (state["phase"], state["frames"]) == ("gap", 0)
            assert state["detail"]

            answers = [
                person.http.get("/api/cameras"),
                person.http.get(f"/api/cameras/{right}"),
                person.http.get("/api/states"),
                person.admin.get("/metrics"),
            ]
            test = {"main": address(urls[0]), "camera_id": right}
            answers.append(person.admin.post("/api/cameras/test", json=test))
            assert answers[-1].json()["ok"]
            assert answers[-1].json()["codec"] == "h264"
            assert (answers[-1].json()["width"], answers[-1].json()["height"]) == (320, 240)
            test |= {"credentials": {"username": LOGIN[0], "password": "wrong"}}
            answers.append(person.admin.post("/api/cameras/test", json=test))
            assert (answers[-1].json()["ok"], answers[-1].json()["reason"]) == (
                False,
                "wrong_password",
            )
            assert not any(PASSWORD in answer.text for answer in answers)

            init, media = await watch(person, right, 60)
            assert re.fullmatch(r'video/mp4; codecs="avc1\.[0-9a-f]{6}"', init["mime"])
            assert (init["width"], init["height"]) == (320, 240)
            live = tmp_path / "live.mp4"
            live.write_bytes(media)
            assert ffprobe_complaints(live) == ""
            assert decoded_frames(live) == 60

            recorded = assert_recorded_plays(person, right, tmp_path)
            disable(person, right)
            until(lambda: person.state(right)["phase"] == "off")
            _, gaps = until(lambda: (found := person.timeline(right))[1] and found)
            assert [gap["reason"] for gap in gaps] == ["camera_disabled"]
            assert gaps[0]["start_us"] >= recorded[1]

            assert len(town.recorders()) == 2
            pids = [town.process.pid, *children(town.process.pid)]
            assert not any(PASSWORD.encode() in words_of(pid) for pid in pids)
            kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
            assert any(path.name == "catalog.db" for path in kept)
            assert not any(PASSWORD.encode() in path.read_bytes() for path in kept)
            assert town.stop() == 0
        assert PASSWORD not in (tmp_path / "serve.log").read_text()
        assert check(config, "--read-all") == []

        with served(config) as again:  # prints one line: the administrator is known
            assert not again.new
            person = again.sign_in()
            assert person.state(right)["phase"] == "off"
            until(lambda: person.state(wrong)["reason"] == "wrong_password")
            assert person.timeline(right)[1] == gaps


def assert_recorded_plays(person: Operator, camera_id: str, folder: Path) -> tuple[int, int]:
    """What was recorded until now, as a download and through the playlist."""
    (span,), _ = person.timeline(camera_id)
    frames = decoded_frames(person.clip(camera_id, span, folder / "clip.mp4"))
    assert frames >= (span[1] - span[0]) // 40_000 - 1
    assert ffprobe_complaints(folder / "clip.mp4") == ""
    base = f"/api/cameras/{camera_id}/"
    # The row of what is being written lags behind, the answer does not.
    newest = person.get(base + "timeline", start_us=span[0] + 2_000_000, end_us=span[1])["spans"]
    assert newest == [{"start_us": span[0] + 2_000_000, "end_us": span[1]}]
    query = {"start_us": span[0], "end_us": span[1]}
    playlist = person.http.get(base + "playback.m3u8", params=query).text
    (init,) = re.findall(r'URI="([^"]+)"', playlist)
    parts = [row for row in playlist.splitlines() if row and not row.startswith("#")]
    joined = folder / "parts.mp4"
    joined.write_bytes(b"".join(person.http.get(base + uri).content for uri in (init, *parts)))
    assert decoded_frames(joined) >= frames
    return span


def disable(person: Operator, camera_id: str) -> None:
    known = person.get(f"/api/cameras/{camera_id}")
    body = {key: known[key] for key in ("name", "place", "main", "sub", *PAPERS)}
    answer = person.admin.put(f"/api/cameras/{camera_id}", json={**body, "enabled": False})
    assert answer.status_code == 200, answer.text
    assert answer.json()["has_credentials"]


def test_many_failing_cameras_do_not_slow_a_good_one(tmp_path: Path, clip: Path) -> None:
    config = write_config(tmp_path, recorder={"workers": 1, "backoff_most_ms": 1_000})
    failures = (
        "close=0.3",
        "stall=0.3",
        "no_key_frame=0",
        "drop=0.2:20&sequence=0.5",
        "rtp_jump=1",
    )
    with cameras(clip, 21) as urls, served(config) as town:
        person = town.sign_in()
        good = person.add("good", urls[0])
        for number, url in enumerate(urls[1:]):
            person.add(f"bad {number}", f"{url}?{failures[number % len(failures)]}")
        for number in range(20):
            person.add(f"absent {number}", f"{urls[0]}-absent-{number}")
        person.until_live(good)
        until(lambda: sum(each["reconnects"] for each in person.get("/api/states")["states"]) > 20)
        before = person.state(good)
        until(lambda: person.state(good)["frames"] >= before["frames"] + 100)
        state = person.state(good)
        assert (state["phase"], state["lost"], state["dropped"]) == ("live", 0, 0)
        assert (state["gaps"], state["reconnects"]) == (0, 0)
        (span,), gaps = person.timeline(good)
        assert gaps == []
        frames = decoded_frames(person.clip(good, span, tmp_path / "clip.mp4"))
        # Wall time is measured: under load a fragment's begin strays by some milliseconds.
        assert abs(frames - (span[1] - span[0]) / 40_000) < 2
        assert town.stop() == 0
        assert check(config, "--read-all") == []


def test_two_recorder_processes_share_the_cameras(tmp_path: Path, clip: Path) -> None:
    config = write_config(tmp_path, recorder={"workers": 2})
    with cameras(clip, 4) as urls, served(config) as town:
        person = town.sign_in()
        for number, url in enumerate(urls):
            person.until_live(person.add(f"camera {number}", url))
        recorders = town.recorders()
        assert len(recorders) == 2
        open_files = [
            [target for each in Path(f"/proc/{pid}/fd").iterdir() if (target := resolved(each))]
            for pid in recorders
        ]
        assert [sum(path.endswith(".fseg") for path in paths) for paths in open_files] == [2, 2]
        assert not any(path.endswith(".fseg") for path in open_paths(town.process.pid))
        assert all(children(pid) == [] for pid in recorders)
        assert town.stop() == 0
        assert check(config) == []


def resolved(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""  # closed meanwhile


def open_paths(pid: int) -> list[str]:
    return [resolved(each) for each in Path(f"/proc/{pid}/fd").iterdir()]


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    with served(config) as town:
        port = int(town.url.rsplit(":", 1)[1])
        other = tmp_path / "other"
        other.mkdir()
        second = write_config(other, server={"port": port})
        log = other / "serve.log"
        with program("serve", "--config", second, log=log) as process:
            assert line(process) == ""
            assert process.wait(30) == 1
        assert f"cannot listen on 127.0.0.1 port {port}" in log.read_text()
        assert "Traceback" not in log.read_text()
