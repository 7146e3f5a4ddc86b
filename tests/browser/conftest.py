"""The real demo and Debian's Chromium: what an operator sees."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "test-results" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass(frozen=True)
class Demo:
    url: str
    password: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`farola demo` as a newcomer starts it, on a free port and without a terminal."""
    data = tmp_path_factory.mktemp("demo") / "data"
    process = subprocess.Popen(
        [Path(sys.executable).with_name("farola"), "demo", "--port", "0", "--data", data],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = password = ""
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                url = found[0]
            if found := re.fullmatch(r"sign in: admin / (\S+)", line.strip()):
                password = found[1]
                break
        assert url
        assert password
        yield Demo(url, password)
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: Playwright's event loop runs until it ends, and the tests that
    are coroutines need the thread's only one.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Troubles:
    """What the page complained about: script errors, policy violations, requests elsewhere."""

    def __init__(self, page: Page, own: str) -> None:
        self.found: list[str] = []
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("console", self._line)
        page.on("request", lambda request: self._request(request.url, own))

    def _line(self, message: object) -> None:
        text = getattr(message, "text", "")
        if "Content Security Policy" in text or "Uncaught" in text:
            self.found.append(text)

    def _request(self, url: str, own: str) -> None:
        local = (own, own.replace("http:", "ws:"), "blob:", "data:")
        if not url.startswith(local):
            self.found.append(f"fetched {url}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080},
        locale="es-AR",
        timezone_id="America/Argentina/Buenos_Aires",
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, demo: Demo) -> Iterator[Page]:
    """Signed in, on the wall, in Spanish; fails afterwards when the page complained."""
    page = context.new_page()
    troubles = Troubles(page, demo.url)
    page.goto(demo.url)
    page.get_by_label("Usuario").fill("admin")
    page.get_by_label("Contraseña").fill(demo.password)
    page.get_by_role("button", name="Ingresar").click()
    page.wait_for_selector("[data-layout]")
    yield page
    assert troubles.found == []


def shot(page: Page, name: str) -> None:
    """Keeps a screenshot for somebody to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
