"""RTSP messages: what is read, and which bound each excess meets."""

import pytest

from farola.base import Error, Kind
from farola.rtsp.message import (
    MAX_BODY,
    MAX_HEAD,
    MAX_HEADERS,
    Request,
    Response,
    parse_message,
    write_request,
)


def test_a_response_with_its_body() -> None:
    data = (
        b"xxRTSP/1.0 200 OK\r\nCSeq: 2\r\nWWW-Authenticate: Basic\r\nwww-authenticate : Digest\r\n"
    )
    data += b"Folded: a\r\n  b\r\nContent-Length: 3\r\n\r\nabcREST"
    parsed = parse_message(data, 2, len(data))
    assert not isinstance(parsed, int)
    message, position = parsed
    assert isinstance(message, Response)
    assert (message.status, message.reason, message.body) == (200, "OK", b"abc")
    assert message.headers.all("www-authenticate") == ["Basic", "Digest"]
    assert message.headers.get("folded") == "a b"
    assert data[position:] == b"REST"


def test_bare_line_feeds_and_an_empty_reason() -> None:
    parsed = parse_message(b"RTSP/1.0 200\nCSeq: 1\n\n", 0, 22)
    assert not isinstance(parsed, int)
    assert isinstance(parsed[0], Response)


def test_a_request_of_the_camera() -> None:
    data = b"ANNOUNCE rtsp://h/1 RTSP/1.0\r\nCSeq: 9\r\n\r\n"
    parsed = parse_message(data, 0, len(data))
    assert not isinstance(parsed, int)
    assert isinstance(parsed[0], Request)
    assert (parsed[0].method, parsed[0].uri) == ("ANNOUNCE", "rtsp://h/1")


def test_every_cut_asks_for_more_and_never_for_too_much() -> None:
    data = b"RTSP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"
    for end in range(len(data)):
        needed = parse_message(data, 0, end)
        assert isinstance(needed, int)
        assert end < needed <= len(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Kind.HTTP_NOT_RTSP),
        (b"HTTP/", Kind.HTTP_NOT_RTSP),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Kind.NOT_RTSP),
        (b"220 mail ready\r\n", Kind.NOT_RTSP),
        (b"\x15\x03\x01\0\2\2\x50", Kind.NOT_RTSP),
        (b"A\xff\xfe", Kind.NOT_RTSP),
        (b"A" * 9_000, Kind.NOT_RTSP),
        (b"RTSP/1.0 2x0 OK\r\n\r\n", Kind.NOT_RTSP),
        (b"RTSP/1.0 200 OK\r\nno colon\r\n\r\n", Kind.PROTOCOL_VIOLATION),
        (b"RTSP/1.0 200 OK\r\nA: b\0c\r\n\r\n", Kind.PROTOCOL_VIOLATION),
        (b"RTSP/1.0 200 OK\r\nA: " + b"b" * 9_000 + b"\r\n\r\n", Kind.PROTOCOL_VIOLATION),
        (b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * MAX_HEAD, Kind.PROTOCOL_VIOLATION),
        (
            b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * (MAX_HEADERS + 1) + b"\r\n",
            Kind.PROTOCOL_VIOLATION,
        ),
        (b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", Kind.PROTOCOL_VIOLATION),
        (b"RTSP/1.0 200 OK\r\nContent-Length: \xc2\xb2\r\n\r\n", Kind.PROTOCOL_VIOLATION),
        (b"RTSP/1.0 200 OK\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n", Kind.PROTOCOL_VIOLATION),
        (
            b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1),
            Kind.PROTOCOL_VIOLATION,
        ),
        (
            b"RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            Kind.PROTOCOL_VIOLATION,
        ),
    ],
)
def test_what_is_refused(data: bytes, kind: Kind) -> None:
    with pytest.raises(Error) as error:
        parse_message(data, 0, len(data))
    assert error.value.kind is kind


@pytest.mark.parametrize("part", ["a\r\nb", "a\nb", "a\0b"])
def test_nothing_breaks_out_of_a_request(part: str) -> None:
    with pytest.raises(Error):
        write_request("PLAY", "rtsp://h/", [("Session", part)])
    with pytest.raises(Error):
        write_request("PLAY", f"rtsp://h/{part}", [])
