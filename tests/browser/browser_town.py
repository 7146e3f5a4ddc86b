"""The real demo, and a page of Debian's Chromium that looks at it as an operator does."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "test-results" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COOKIE = "farola_session"
DESK = {"width": 1920, "height": 1080}


@dataclass(frozen=True)
class Demo:
    """A running demo; `token` is the session of its supervisor, `data` its directory."""

    url: str
    password: str
    token: str
    data: Path

    def ask(self, path: str, body: object = None) -> Any:
        """The API's answer to a GET, or to a POST of `body`."""
        headers = {"Cookie": f"{COOKIE}={self.token}", "Origin": self.url}
        return json.load(_send(self.url + path, body, headers))

    def as_(self, name: str) -> "Demo":
        """The same demo with the session of somebody else."""
        return replace(self, token=sign_in(self.url, name, self.password))

    def camera(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            camera for camera in self.ask("/api/cameras")["cameras"] if camera["name"] == name
        )
        return found

    def timeline(self, camera_id: str) -> dict[str, Any]:
        """Spans and gaps of the last hour."""
        now = self.ask("/api/states")["now_us"]
        query = f"start_us={now - 3_600_000_000}&end_us={now}"
        found: dict[str, Any] = self.ask(f"/api/cameras/{camera_id}/timeline?{query}")
        return found


def _send(url: str, body: object, headers: dict[str, str]) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers | {"Content-Type": "application/json"})
    return urllib.request.urlopen(request, timeout=30)


def sign_in(url: str, name: str, password: str) -> str:
    """A session's token."""
    who = {"name": name, "password": password}
    with _send(f"{url}/api/session", who, {"Origin": url}) as answer:
        return SimpleCookie(answer.headers["Set-Cookie"])[COOKIE].value


def add_person(demo: Demo, name: str, role: str) -> str:
    """A new account, made by the administrator; its password."""
    token = sign_in(demo.url, "admin", demo.password)
    headers = {"Cookie": f"{COOKIE}={token}", "Origin": demo.url}
    body = {"name": name, "assignments": [{"role": role}]}
    with _send(f"{demo.url}/api/people", body, headers) as answer:
        password: str = json.load(answer)["password"]
    return password


@contextmanager
def running_demo(
    data: Path, port: int = 0, video: Path | None = None, **environment: str
) -> Iterator[Demo]:
    """`farola demo` as a newcomer starts it, on a free port and without a terminal."""
    shown = [] if video is None else ["--video", str(video)]
    farola = str(Path(sys.executable).with_name("farola"))
    process = subprocess.Popen(
        [farola, "demo", "--port", str(port), "--data", str(data), *shown],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = password = ""
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                url = found[0]
            if found := re.fullmatch(r"sign in: supervisora / (\S+)", line.strip()):
                password = found[1]
                break
        assert url
        assert password
        yield Demo(url, password, sign_in(url, "supervisora", password), data)
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


class Troubles:
    """What a page complained about: script errors, policy violations, requests elsewhere."""

    def __init__(self, context: BrowserContext, own: str) -> None:
        self.found: list[str] = []
        self._own = (f"{own}/", "blob:", "data:")
        context.on("weberror", lambda error: self.found.append(str(error.error)))
        context.on("console", self._line)
        context.on("request", self._request)
        context.on("page", lambda page: page.on("websocket", lambda socket: self._url(socket.url)))

    def _line(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Uncaught" in message.text:
            self.found.append(message.text)

    def _request(self, request: Request) -> None:
        self._url(request.url)

    def _url(self, url: str) -> None:
        if not url.replace("ws:", "http:", 1).startswith(self._own):
            self.found.append(f"fetched {url}")


@contextmanager
def looking(
    browser: Browser,
    demo: Demo,
    *,
    signed_in: bool = True,
    name: str | None = None,
    password: str | None = None,
    **how: Any,
) -> Iterator[Page]:
    """A new page in a context of its own, in Spanish; fails afterwards when it complained.

    It looks as the demo's supervisor unless somebody else is named.

    `how` changes the context's options and `init_script` runs before every page's own scripts.
    """
    script = how.pop("init_script", None)
    options = {
        "viewport": DESK,
        "locale": "es-AR",
        "timezone_id": "America/Argentina/Buenos_Aires",
    }
    context = browser.new_context(**(options | how))
    troubles = Troubles(context, demo.url)
    if signed_in:
        token = demo.token
        if name is not None:
            token = sign_in(demo.url, name, password or demo.password)
        context.add_cookies([{"name": COOKIE, "value": token, "url": demo.url}])
    if script is not None:
        context.add_init_script(script)
    try:
        yield context.new_page()
        assert troubles.found == []
    finally:
        context.close()


def shot(page: Page, name: str) -> None:
    """Keeps a screenshot for somebody to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
