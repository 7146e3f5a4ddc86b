"""RTSP requests in, responses out (RFC 2326), with every length bounded."""

from collections.abc import Mapping
from dataclasses import dataclass

from farola.base import Error, Kind

_MOST_HEADER = 16 * 1024
_MOST_BODY = 64 * 1024

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    505: "RTSP Version Not Supported",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names are lower case."""

    method: str
    url: str
    version: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """Interleaved data that the client sent: a receiver report."""

    channel: int
    data: bytes


class RequestReader:
    """Cuts a client's byte stream into requests and interleaved blocks."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Request | Block]:
        """What has become complete. Raises `Error(PROTOCOL_VIOLATION)`."""
        self._buffer += data
        out: list[Request | Block] = []
        while (message := self._next()) is not None:
            out.append(message)
        return out

    def _next(self) -> Request | Block | None:
        buffer = self._buffer
        while buffer[:2] == b"\r\n":
            del buffer[:2]
        if buffer[:1] == b"$":
            size = int.from_bytes(buffer[2:4]) if len(buffer) >= 4 else 65536
            if len(buffer) < 4 + size:
                return None
            block = Block(buffer[1], bytes(buffer[4 : 4 + size]))
            del buffer[: 4 + size]
            return block
        end = buffer.find(b"\r\n\r\n")
        if end < 0 or end > _MOST_HEADER:
            if len(buffer) > _MOST_HEADER:
                raise Error(Kind.PROTOCOL_VIOLATION, "the request's header is too long")
            return None
        method, url, version, headers = _head(bytes(buffer[:end]))
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > _MOST_BODY:
            raise Error(Kind.PROTOCOL_VIOLATION, "the request's body is too long")
        total = end + 4 + int(length)
        if len(buffer) < total:
            return None
        request = Request(method, url, version, headers, bytes(buffer[end + 4 : total]))
        del buffer[:total]
        return request


def _head(data: bytes) -> tuple[str, str, str, dict[str, str]]:
    first, *lines = data.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("RTSP/"):
        raise Error(Kind.PROTOCOL_VIOLATION, "this is not an RTSP request")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise Error(Kind.PROTOCOL_VIOLATION, "the request holds a line that is no header")
        headers[name.strip().lower()] = value.strip()
    return words[0], words[1], words[2], headers


def response(
    status: int, headers: Mapping[str, str | list[str]] | None = None, body: bytes = b""
) -> bytes:
    """A response; a list of values becomes one header line each."""
    lines = [f"RTSP/1.0 {status} {REASONS[status]}"]
    for name, value in (headers or {}).items():
        lines += [f"{name}: {one}" for one in ([value] if isinstance(value, str) else value)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
