"""The one way out, against a real server: bounded in where it leads, in size and in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from farola.base import Error, Kind
from farola.base.outside import ask_outside


@dataclass
class Outside:
    """Answers with `status`, `headers` and `data`; a drip sends one byte of it at a time, without
    end, from the place named by `drip` on.
    """

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b"hello"
    length: int | None = None
    drip: str = ""
    asked: list[tuple[str, str, bytes, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def outside() -> Iterator[Outside]:
    outside = Outside()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            told = {name.lower(): value for name, value in self.headers.items()}
            outside.asked.append((self.command, self.path, body, told))
            with suppress(OSError):
                if outside.drip == "headers":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
                    self._drip()
                self.send_response(outside.status)
                for name, value in outside.headers.items():
                    self.send_header(name, value)
                length = outside.length if outside.length is not None else len(outside.data)
                if outside.drip != "no length":
                    self.send_header("content-length", str(length))
                self.end_headers()
                if outside.drip:
                    self._drip()
                self.wfile.write(outside.data)
            self.close_connection = True

        def _drip(self) -> None:
            while not over.wait(0.05):
                self.wfile.write(b"x")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    outside.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield outside
    over.set()
    server.shutdown()
    server.server_close()


def kind_of(url: str, **more: float) -> Kind:
    with pytest.raises(Error) as error:
        ask_outside(url, **more)  # type: ignore[arg-type]
    return error.value.kind


def test_a_get_and_a_post_are_answered(outside: Outside) -> None:
    assert ask_outside(f"{outside.url}/a?b=c", headers={"x-y": "z"}) == (200, b"hello")
    assert ask_outside(outside.url, b"body", {"content-type": "text/plain"}) == (200, b"hello")
    (method, path, body, told), posted = outside.asked
    assert (method, path, body, told["x-y"]) == ("GET", "/a?b=c", b"", "z")
    assert (*posted[:3], posted[3]["content-type"]) == ("POST", "/", b"body", "text/plain")


@pytest.mark.parametrize("status", [400, 404, 503])
def test_a_refusal_is_told_with_its_status(outside: Outside, status: int) -> None:
    outside.status, outside.data = status, b"why"
    assert ask_outside(outside.url) == (status, b"why")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "http:///a",
        "http://u@x/",
        "https://[",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    assert kind_of(url) is Kind.INVALID_INPUT


@pytest.mark.parametrize("path", ["/a b", "/a\r\nx: y", "/é", ":x/"])
def test_an_address_that_cannot_be_asked_is_unreachable(outside: Outside, path: str) -> None:
    assert kind_of(f"http://127.0.0.1{path}") is Kind.UNREACHABLE
    assert outside.asked == []


def test_a_redirection_is_told_and_not_followed(outside: Outside) -> None:
    outside.status, outside.headers = 302, {"location": f"{outside.url}/elsewhere"}
    assert ask_outside(outside.url)[0] == 302
    assert [path for _, path, _, _ in outside.asked] == ["/"]


def test_a_proxy_of_the_environment_is_not_used(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask_outside(outside.url) == (200, b"hello")


@pytest.mark.parametrize("drip", ["", "no length"])
def test_an_answer_is_bounded_in_size(outside: Outside, drip: str) -> None:
    outside.data = bytes(1_000)
    assert ask_outside(outside.url, most_bytes=1_000) == (200, outside.data)
    outside.drip = drip
    assert kind_of(outside.url, most_bytes=10 if drip else 999) is Kind.TOO_LARGE


@pytest.mark.parametrize("drip", ["headers", "body", "no length"])
def test_a_slow_drip_is_bounded_in_time(outside: Outside, drip: str) -> None:
    outside.drip, outside.length = drip, 10_000
    begun = time.monotonic()
    assert kind_of(outside.url, limit_s=0.4) is Kind.UNREACHABLE
    assert 0.3 < time.monotonic() - begun < 3


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_that_says_nothing_is_bounded_in_time(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        assert kind_of(url, limit_s=0.4) is Kind.UNREACHABLE
        assert 0.3 < time.monotonic() - begun < 3


def test_an_answer_that_breaks_off_does_not_count(outside: Outside) -> None:
    outside.length = 100
    assert kind_of(outside.url) is Kind.UNREACHABLE


def test_one_that_is_not_there_or_does_not_speak_tls_is_unreachable(outside: Outside) -> None:
    assert kind_of("http://127.0.0.1:9") is Kind.UNREACHABLE
    assert kind_of(outside.url.replace("http:", "https:")) is Kind.UNREACHABLE
