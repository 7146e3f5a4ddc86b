"""The camera commands, run as a technician runs them."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from farola.app.parts import open_parts
from farola.base import SystemClock
from farola.catalog import LEDGER_SIZE
from farola.config import Settings
from farola.sim import Login, SimCamera, start
from farola.sim.clips import tiny_clip

FAROLA = Path(sys.executable).with_name("farola")
PAPERS = ["--purpose", "Robos en la plaza", "--legal-basis", "Ordenanza 12", "--office", "Guardia"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "farola.toml"
    path.write_text('[network]\ncamera_networks = ["127.0.0.0/8"]\nallow_loopback = true\n')
    return path


async def run(config: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [FAROLA, *words, "--config", config],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


async def test_a_camera_is_added_and_listed_without_its_password(config: Path) -> None:
    added = await run(
        config, "camera", "add", "rtsp://ana:sesame@10.0.0.7/main", "--name", "Plaza 1",
        "--place", "Plaza San Martín", *PAPERS,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    listed = await run(config, "camera", "list", "--json")
    (camera,) = json.loads(listed.stdout)
    assert (camera["name"], camera["has_credentials"]) == ("Plaza 1", True)
    assert "sesame" not in added.stdout + listed.stdout
    held = [file.read_bytes() for file in (config.parent / "data").rglob("*") if file.is_file()]
    assert not any(b"sesame" in data for data in held)


async def test_the_same_name_twice_is_told_in_one_sentence(config: Path) -> None:
    words = ["camera", "add", "rtsp://10.0.0.7/", "--name", "Uno", "--place", "Uno", *PAPERS]
    assert (await run(config, *words)).returncode == 0
    again = await run(config, *words)
    assert again.returncode == 1
    assert again.stderr.strip().splitlines()[-1].startswith("farola: another camera has this name")


async def test_a_camera_is_asked_and_its_password_typed(config: Path, tmp_path: Path) -> None:
    clip = tiny_clip(tmp_path / "clip.mp4")
    async with await start([SimCamera("street", clip, login=Login("ana", "sesame"))]) as sim:
        url = f"rtsp://ana@127.0.0.1:{sim.port}/street"
        right = await run(config, "camera", "test", url, typed="sesame\n")
        wrong = await run(config, "camera", "test", url, typed="guess\n")
    assert right.returncode == 0
    assert "h264, 320 x 240" in right.stdout
    assert wrong.returncode == 1
    assert "[wrong_password]" in wrong.stderr


async def test_an_address_outside_the_allowed_networks_is_refused(config: Path) -> None:
    found = await run(config, "camera", "test", "rtsp://169.254.169.254/latest", "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["reason"] == "address_refused"


async def test_a_misspelt_setting_is_named(config: Path) -> None:
    config.write_text("[server]\nprot = 1\n")
    found = await run(config, "camera", "list")
    assert found.returncode == 1
    assert "[server] prot: no such key" in found.stderr


async def test_checking_a_town_without_a_ledger_makes_nothing(config: Path) -> None:
    settings = Settings.load(config)
    with open_parts(settings, SystemClock(), create=True):
        pass
    folders = (settings.storage.data, settings.storage.keys)
    before = {path for folder in folders for path in folder.rglob("*")}
    found = await run(config, "check")
    assert (found.returncode, found.stdout) == (0, "all is well\n"), found.stderr
    assert {path for folder in folders for path in folder.rglob("*")} == before
    with open_parts(settings, SystemClock(), create=False) as parts:
        parts.catalog.marks.raise_to(LEDGER_SIZE, 7)
    found = await run(config, "check")
    assert found.returncode == 1
    assert "entries of one were given out" in found.stderr
    assert {path for folder in folders for path in folder.rglob("*")} == before


async def test_checking_where_nothing_is_says_so(config: Path) -> None:
    found = await run(config, "check")
    assert found.returncode == 1
    assert "there is no data in" in found.stderr
