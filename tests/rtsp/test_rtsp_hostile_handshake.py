"""Servers that are no cameras, or no honest ones, until the stream is set up: each has its word."""

import asyncio
import base64
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hostile_server import SDP, Peer, behave, field_of, serving

from farola.base import Error, Kind, SystemClock
from farola.rtsp import Limits, Reader, Target, connect, probe

SHORT = Limits(handshake_us=400_000, teardown_us=200_000)


async def kind_of(target: Target, limits: Limits = Limits()) -> Kind:  # noqa: B008 - frozen
    """Why connecting failed."""
    with pytest.raises(Error) as error:
        await connect(target, limits=limits, clock=SystemClock(), reader=Reader())
    return error.value.kind


def instead(of: str, data: bytes) -> Callable[[Peer, str, str], Awaitable[None]]:
    """A camera in everything but the answer to one method."""

    async def answer(peer: Peer, method: str, head: str) -> None:
        if method == of:
            cseq = field_of(head, "CSeq").encode()
            await peer.send(data.replace(b"CSEQ", b"CSeq: " + cseq))
        else:
            await behave(peer, method, head)

    return answer


def response(status: str, *lines: str, body: str = "") -> bytes:
    head = [f"RTSP/1.0 {status}", "CSEQ", *lines, f"Content-Length: {len(body)}"]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


@pytest.mark.parametrize(
    ("of", "data", "kind"),
    [
        ("OPTIONS", b"HTTP/1.1 400 Bad Request\r\n\r\n", Kind.HTTP_NOT_RTSP),
        ("OPTIONS", b"\x00\xff\x17" * 9, Kind.NOT_RTSP),
        ("OPTIONS", b"\x15\x03\x01\x00\x02\x02\x50", Kind.NOT_RTSP),
        ("DESCRIBE", response("404 Not Found"), Kind.PATH_NOT_FOUND),
        ("DESCRIBE", response("454 Session Not Found"), Kind.PATH_NOT_FOUND),
        ("DESCRIBE", response("403 Forbidden"), Kind.CAMERA_REFUSED),
        ("DESCRIBE", response("503 Service Unavailable"), Kind.CAMERA_REFUSED),
        ("DESCRIBE", response("302 Moved", "Location: rtsp://10.0.0.1/"), Kind.CAMERA_REFUSED),
        ("DESCRIBE", response("200 OK"), Kind.PROTOCOL_VIOLATION),
        ("DESCRIBE", response("200 OK", body="v=0\r\nm=audio 0 RTP/AVP 0\r\n"), Kind.NO_VIDEO),
        (
            "DESCRIBE",
            response("200 OK", body="v=0\r\nm=video 0 RTP/AVP 26\r\n"),
            Kind.CODEC_UNSUPPORTED,
        ),
        (
            "DESCRIBE",
            b"RTSP/1.0 200 OK\r\nCSEQ\r\nContent-Length: 999999999\r\n\r\nv=0",
            Kind.PROTOCOL_VIOLATION,
        ),
        (
            "DESCRIBE",
            b"RTSP/1.0 200 OK\r\nCSEQ\r\n" + b"A: b\r\n" * 20_000,
            Kind.PROTOCOL_VIOLATION,
        ),
        ("DESCRIBE", b"$\0\xff\xff" + bytes(300_000), Kind.PROTOCOL_VIOLATION),
        ("DESCRIBE", b"\r\n" * 200_000, Kind.PROTOCOL_VIOLATION),
        ("DESCRIBE", b"binary \xff\xfe\x00 noise", Kind.PROTOCOL_VIOLATION),
        ("DESCRIBE", response("200 OK").replace(b"CSEQ", b"CSeq: 77"), Kind.TIMED_OUT),
        ("SETUP", response("461 Unsupported Transport"), Kind.CAMERA_REFUSED),
        (
            "SETUP",
            response("200 OK", "Transport: RTP/AVP/TCP;interleaved=0-1"),
            Kind.PROTOCOL_VIOLATION,
        ),
        (
            "SETUP",
            response("200 OK", "Session: 1", "Transport: RTP/AVP;unicast"),
            Kind.PROTOCOL_VIOLATION,
        ),
        (
            "SETUP",
            response("200 OK", "Session: 1", "Transport: RTP/AVP/TCP;interleaved=700-701"),
            Kind.PROTOCOL_VIOLATION,
        ),
        ("SETUP", response("200 OK", "Session: " + "x" * 500), Kind.PROTOCOL_VIOLATION),
    ],
)
async def test_each_failure_has_its_word(of: str, data: bytes, kind: Kind) -> None:
    limits = SHORT if kind is Kind.TIMED_OUT else Limits()
    async with serving(answer=instead(of, data)) as (target, _):
        assert await kind_of(target, limits) is kind


async def test_an_endless_description_is_cut_off() -> None:
    async def endless(peer: Peer, method: str, head: str) -> None:
        if method != "DESCRIBE":
            await behave(peer, method, head)
            return
        await peer.reply(head, body=SDP, Content_Length="0")
        while True:
            await peer.send(b"a=x:" + b"y" * 1_000 + b"\r\n")

    async with serving(answer=endless) as (target, _):
        assert await kind_of(target) is Kind.PROTOCOL_VIOLATION


async def test_one_byte_after_another_meets_the_deadline() -> None:
    async def slow(peer: Peer, method: str, head: str) -> None:
        for byte in b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 1_000:
            await peer.send(bytes([byte]))
            await asyncio.sleep(0.02)

    async with serving(answer=slow) as (target, _):
        assert await kind_of(target, SHORT) is Kind.TIMED_OUT


async def test_silence_meets_the_deadline() -> None:
    async def silent(peer: Peer, method: str, head: str) -> None:
        await asyncio.sleep(60)

    async with serving(answer=silent) as (target, _):
        assert await kind_of(target, SHORT) is Kind.TIMED_OUT


async def test_a_closed_connection() -> None:
    async def leave(peer: Peer, method: str, head: str) -> None:
        peer.writer.close()

    async with serving(answer=leave) as (target, _):
        assert await kind_of(target) is Kind.CLOSED_BY_CAMERA


async def test_a_greeting_of_something_else() -> None:
    async with serving(greet=b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n") as (target, _):
        assert await kind_of(target) is Kind.NOT_RTSP


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="r", nonce="n"',
        'Digest realm="r", nonce="n", stale=true',
        'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"',
        'Basic realm="r"',
    ],
)
@pytest.mark.parametrize("username", [None, "admin"])
async def test_refused_for_ever_is_a_wrong_password(challenge: str, username: str | None) -> None:
    async def refuse(peer: Peer, method: str, head: str) -> None:
        await peer.reply(head, "401 Unauthorized", WWW_Authenticate=challenge)

    async with serving(answer=refuse) as (target, peers):
        login = replace(target, username=username, password="no" if username else None)
        assert await kind_of(login) is Kind.WRONG_PASSWORD
        assert len(peers[0].requests) <= 4


async def test_a_stale_nonce_is_answered_with_the_new_one() -> None:
    async def renew(peer: Peer, method: str, head: str) -> None:
        count = len(peer.requests)
        authorization = field_of(head, "Authorization")
        nonce = f'nonce="n{count - count % 2}"'
        if method == "DESCRIBE" and nonce not in authorization:
            stale = ", stale=true" if authorization else ""
            value = f'Digest realm="r", nonce="n{count + 1 - (count + 1) % 2}"{stale}'
            await peer.reply(head, "401 Unauthorized", WWW_Authenticate=value)
        else:
            await behave(peer, method, head)

    async with serving(answer=renew) as (target, peers):
        login = replace(target, username="admin", password="p")
        stream = await connect(login, limits=Limits(), clock=SystemClock(), reader=Reader())
        await stream.close()
        assert peers[0].requests.count("DESCRIBE") > 1


@pytest.mark.parametrize(("password", "kind"), [("right", None), ("wrong", Kind.WRONG_PASSWORD)])
async def test_a_camera_that_closes_with_its_challenge_is_asked_again(
    password: str, kind: Kind | None
) -> None:
    async def close_unsigned(peer: Peer, method: str, head: str) -> None:
        signed = base64.b64encode(b"admin:right").decode()
        if method == "DESCRIBE" and signed not in field_of(head, "Authorization"):
            await peer.reply(head, "401 Unauthorized", WWW_Authenticate='Basic realm="r"')
            peer.writer.close()
        else:
            await behave(peer, method, head)

    async with serving(answer=close_unsigned) as (target, peers):
        login = replace(target, username="admin", password=password)
        if kind is None:
            stream = await connect(login, limits=Limits(), clock=SystemClock(), reader=Reader())
            await stream.close()
        else:
            assert await kind_of(login) is kind
        assert len(peers) == 2


async def test_a_weaker_challenge_later_is_refused() -> None:
    async def weaken(peer: Peer, method: str, head: str) -> None:
        strong, weak = 'Digest realm="r", nonce="n"', 'Basic realm="r"'
        if not field_of(head, "Authorization"):
            await peer.reply(head, "401 Unauthorized", WWW_Authenticate=strong)
        elif method == "SETUP":
            await peer.reply(head, "401 Unauthorized", WWW_Authenticate=weak)
        else:
            await behave(peer, method, head)

    async with serving(answer=weaken) as (target, peers):
        login = replace(target, username="admin", password="secret")
        assert await kind_of(login) is Kind.PROTOCOL_VIOLATION
        assert not any("Basic" in head for head in peers[0].heads)


async def test_a_camera_that_refuses_options_and_reports_early_is_played() -> None:
    async def odd(peer: Peer, method: str, head: str) -> None:
        if method == "OPTIONS":
            await peer.reply(head, "551 Option not supported")
        else:
            await peer.send(b"\r\n$\0\0\4abcd")
            await behave(peer, method, head)

    async with serving(answer=odd) as (target, _):
        found = await probe(target, limits=Limits())
        assert found.codec == "h264"


async def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    target = Target(f"rtsp://127.0.0.1:{port}/", "127.0.0.1", port)
    assert await kind_of(target) is Kind.CONNECTION_REFUSED


async def test_a_name_that_nobody_has() -> None:
    for name in ("x.invalid", "x" * 70 + ".invalid"):
        target = Target("rtsp://x.invalid/", name, 554)
        assert await kind_of(target) is Kind.NAME_UNRESOLVED


async def test_the_pinned_address_is_used_and_not_the_name() -> None:
    async with serving() as (target, peers):
        pinned = replace(target, host="x.invalid", ip="127.0.0.1")
        await probe(pinned, limits=Limits())
        assert len(peers) == 1
