"""The town's identity provider: a real one in a process of its own, and a browser that uses it."""

import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr

from farola.config import Identity

_ROOT = Path(__file__).parents[2]
CLIENT, SECRET = "farola", "a secret: with % and +"


@dataclass(frozen=True)
class TownProvider:
    issuer: str

    @property
    def settings(self) -> Identity:
        return Identity(issuer=self.issuer, client_id=CLIENT, client_secret=SecretStr(SECRET))


@contextmanager
def town_provider(redirects: Sequence[str]) -> Iterator[TownProvider]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = Path((_ROOT / ".setup" / "node-folder").read_text().strip()) / "node"
    program = Path(__file__).with_name("oidc_provider.mjs")
    process = subprocess.Popen(
        [node, program, str(port), *redirects],
        cwd=_ROOT / "console",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.strip() == "ready":
                break
        assert process.poll() is None
        yield TownProvider(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


class Browser:
    """Somebody's browser at the provider; it stays signed in there."""

    def __init__(self) -> None:
        self.cookies = httpx.Cookies()

    def go(self, url: str, name: str) -> tuple[str, str]:
        """Signs in as `name` where that is asked, agrees, and gives the code and the state that
        the provider leads back with.
        """
        with httpx.Client(timeout=30, trust_env=False, cookies=self.cookies) as http:
            found = self._walk(http, url, name)
            self.cookies = http.cookies
            return found

    def _walk(self, http: httpx.Client, url: str, name: str) -> tuple[str, str]:
        host = urlsplit(url).netloc
        answer = http.get(url)
        for _ in range(20):
            if answer.is_redirect:
                target = str(answer.headers["location"])
                parts = urlsplit(target)
                if parts.netloc not in {"", host}:
                    told = parse_qs(parts.query)
                    return told.get("code", [""])[0], told["state"][0]
                answer = http.get(httpx.URL(str(answer.url)).join(target))
                continue
            assert answer.status_code == 200, answer.text
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action, answer.text
            form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
            form |= {"login": name, "password": "any"}
            answer = http.post(httpx.URL(str(answer.url)).join(action[1]), data=form)
        raise AssertionError("the provider leads nowhere")
