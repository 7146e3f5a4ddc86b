"""A kernel that cannot lock decoders in, and a server whose eyes fail while it records."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from programs import cameras, until
from served_town import children, served, write_config

from farola.sim.clips import tiny_clip

pytestmark = pytest.mark.slow

_WITHOUT = (sys.executable, str(Path(__file__).with_name("without_landlock.py")))
FAROLA = str(Path(sys.executable).with_name("farola"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("eyes") / "clip.mp4", seconds=5, rate=10, group=10)


def test_without_landlock_the_server_does_not_start(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    done = subprocess.run(
        [*_WITHOUT, FAROLA, "serve", "--config", config],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Landlock" in done.stderr
    assert "best_effort" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_landlock_it_starts_when_the_town_says_so(tmp_path: Path, clip: Path) -> None:
    config = write_config(tmp_path, vision={"sandbox": "best_effort"})
    with cameras(clip, 1) as urls, served(config, inside=_WITHOUT) as town:
        person = town.sign_in()
        camera_id = person.add("plaza", urls[0])
        person.until_live(camera_id)
        still = f"/api/cameras/{camera_id}/still.jpg"
        answer = until(lambda: (a := person.http.get(still)).status_code == 200 and a, 60)
        assert answer.headers["farola-rendition"] == "redacted"
        assert town.stop() == 0
    assert "not locked in fully" in (tmp_path / "serve.log").read_text()


def test_recording_goes_on_while_everything_that_looks_is_killed(
    tmp_path: Path, clip: Path
) -> None:
    config = write_config(tmp_path, recorder={"workers": 1})
    with cameras(clip, 2) as urls, served(config) as town:
        person = town.sign_in()
        ids = [person.add(f"camera {number}", url) for number, url in enumerate(urls)]
        for camera_id in ids:
            person.until_live(camera_id)
        lookers = set(until(lambda: set(children(town.process.pid)) - set(town.recorders())))
        for pid in lookers:
            os.kill(pid, signal.SIGKILL)
        before = {camera_id: person.state(camera_id)["frames"] for camera_id in ids}
        for camera_id in ids:
            until(lambda: person.state(camera_id)["frames"] > before[camera_id] + 50)  # noqa: B023
            assert person.state(camera_id)["gaps"] == 0
        until(lambda: set(children(town.process.pid)) - set(town.recorders()) - lookers, 60)
        until(lambda: person.get("/api/vision")["load"]["fault"] is None, 90)
        assert town.stop() == 0
