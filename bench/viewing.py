"""A town to look at: simulated cameras, `farola serve`, and the console in Debian's Chromium."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.street import FAROLA, street
from farola.sim import bench_clip, default_cache

CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

_CONFIGURATION = """
[server]
port = 0
[storage]
data = "{room}/data"
keys = "{room}/keys"
min_free_bytes = 1000000
[network]
camera_networks = ["127.0.0.0/8"]
allow_loopback = true
[logs]
level = "warning"
"""


@dataclass(frozen=True, slots=True)
class Town:
    """The console's address and the administrator's password."""

    url: str
    password: str


@contextmanager
def town(cameras: int, *sim_options: str) -> Iterator[Town]:
    """Cameras of 1080p, 25 pictures a second, 4 Mbit/s, recorded while the block runs."""
    clip = bench_clip(default_cache(), lambda label, percent: None)
    with (
        tempfile.TemporaryDirectory() as room,
        street(clip, cameras, *sim_options) as running,
    ):
        configuration = Path(room) / "farola.toml"
        configuration.write_text(_CONFIGURATION.format(room=room))
        for number, url in enumerate(running.urls, 1):
            _add(configuration, url, number)
        server = subprocess.Popen(
            [FAROLA, "serve", "--config", str(configuration)], stdout=subprocess.PIPE, text=True
        )
        try:
            yield _ready(server)
        finally:
            server.terminate()
            server.wait()


@contextmanager
def demo() -> Iterator[Town]:
    """`farola demo` while the block runs: four cameras of a real street, if one can be had."""
    with tempfile.TemporaryDirectory() as room:
        server = subprocess.Popen(
            [FAROLA, "demo", "--port", "0", "--data", f"{room}/demo"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield _ready(server)
        finally:
            server.terminate()
            server.wait()


def _add(configuration: Path, url: str, number: int) -> None:
    command = [FAROLA, "camera", "add", url, "--config", str(configuration)]
    command += ["--name", f"c{number}", "--place", f"Camera {number}", "--purpose", "measurement"]
    command += ["--legal-basis", "none: a drawn street", "--office", "bench"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _ready(server: subprocess.Popen[str]) -> Town:
    assert server.stdout is not None
    url = ""
    for line in server.stdout:
        if found := re.search(r"http://\S+", line):
            url = found[0]
        if found := re.fullmatch(r"sign in: admin / (\S+)", line.strip()):
            return Town(url, found[1])
    raise RuntimeError("the server did not start")


@contextmanager
def signed_in(town: Town, *scripts: str) -> Iterator[Page]:
    """A page of 1920 x 1080 on the wall; `scripts` run in it before the console's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
        for script in scripts:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(town.url)
        page.get_by_label("User").fill("admin")
        page.get_by_label("Password").fill(town.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector("[data-layout]")
        yield page
        browser.close()


def quantile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
