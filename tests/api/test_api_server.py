"""The real server's bounds: bodies, heads, and peers that dawdle."""

import asyncio
from pathlib import Path

import httpx
import pytest
from api_world import ORIGIN, World, opened_world, served

from farola.api.limits import MOST_BODY_BYTES, RequestLimits
from farola.api.server import MOST_HEAD_BYTES, PatientHttp


class HastyHttp(PatientHttp):
    head_within_s = 0.2


async def exchange(port: int, *parts: bytes) -> bytes:
    """What a server answers to raw bytes until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_client_that_never_asks_is_let_go(world: World) -> None:
    async with served(world.app, http=HastyHttp) as (_, port):
        assert await exchange(port) == b""


async def test_a_head_that_never_ends_is_let_go(world: World) -> None:
    async with served(world.app, http=HastyHttp) as (_, port):
        assert await exchange(port, b"GET /healthz HTTP/1.1\r\nX-A: ") == b""


async def test_a_second_head_that_never_ends_is_let_go_too(world: World) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    async with served(world.app, http=HastyHttp) as (_, port):
        answer = await exchange(port, whole, b"GET /healthz HTTP/1.1\r\nX-B: ")
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_a_head_without_bounds_is_cut_off(world: World) -> None:
    async with served(world.app) as (_, port):
        head = b"GET /healthz HTTP/1.1\r\nX-A: " + b"a" * (2 * MOST_HEAD_BYTES)
        assert b"200" not in await exchange(port, head)


async def test_an_ordinary_client_is_served_repeatedly(world: World) -> None:
    async with (
        served(world.app, http=HastyHttp) as (host, port),
        httpx.AsyncClient(base_url=f"http://{host}:{port}") as client,
    ):
        for _ in range(3):
            answer = await client.get("/healthz")
            assert (answer.status_code, answer.text) == (200, "ok\n")
            assert "server" not in answer.headers


@pytest.mark.parametrize("announced", [True, False])
async def test_a_large_body_is_refused(stranger: httpx.AsyncClient, announced: bool) -> None:
    body = b'{"name": "' + b"a" * MOST_BODY_BYTES + b'"}'

    async def in_pieces():  # type: ignore[no-untyped-def]
        for start in range(0, len(body), 8192):
            yield body[start : start + 8192]

    headers = {"content-type": "application/json"}
    content = body if announced else in_pieces()
    answer = await stranger.post("/api/session", content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["kind"] == "too_large"


async def test_a_body_that_does_not_come_is_not_waited_for(world: World) -> None:
    app = RequestLimits(world.app, body_within_s=0.2)
    head = (
        f"POST /api/session HTTP/1.1\r\nHost: farola.test\r\nOrigin: {ORIGIN}\r\n"
        "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    )
    async with served(app) as (_, port):  # type: ignore[arg-type]
        answer = await exchange(port, head.encode())
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"timed_out" in answer


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_json_changes_nothing(
    client: httpx.AsyncClient, kind: str
) -> None:
    content = b'{"current": "a lamp on every corner", "new": "another long one"}'
    headers = {"content-type": kind}
    answer = await client.put("/api/session/password", content=content, headers=headers)
    assert answer.status_code in {415, 422}


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"null", b'{"name": NaN}', b"\xff\xfe", b"[" * 20_000, b'"\\ud800"']
)
async def test_a_broken_body_is_a_problem(stranger: httpx.AsyncClient, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await stranger.post("/api/session", content=content, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_large_headers_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/states", headers={"x-large": "a" * 33_000})
    assert answer.status_code == 431


async def test_the_console_is_served_with_its_deep_links(world: World, tmp_path: Path) -> None:
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Farola</title>")
    (built / "assets" / "app-1a2b.js").write_text("export {}")
    (built / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret").write_text("secret")
    (built / "leak").symlink_to(tmp_path / "secret")
    with opened_world(tmp_path / "other", console=built) as other:
        async with other.client() as client:
            for path in ("/", "/wall", "/timeline/cam-1"):
                page = await client.get(path)
                assert page.text.startswith("<!doctype html>")
                assert page.headers["cache-control"] == "no-cache"
                assert "script-src 'self'" in page.headers["content-security-policy"]
            script = await client.get("/assets/app-1a2b.js")
            assert script.headers["content-type"].startswith("text/javascript")
            assert "immutable" in script.headers["cache-control"]
            icon = await client.get("/favicon.svg")
            assert icon.headers["content-type"].startswith("image/svg+xml")
            for path in ("/assets/none.js", "/..%2fsecret.txt", "/assets/../../secret.x"):
                assert (await client.get(path)).status_code == 404
            assert "secret" not in (await client.get("/leak")).text


async def test_a_console_that_was_not_built_says_so(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
