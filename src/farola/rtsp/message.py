"""RTSP/1.0 messages (RFC 2326) as bytes in, values out. Nothing here does input or output.

A camera may send anything: every length is bounded before it is used, and what the bytes mean does
not depend on how they were cut into reads.
"""

import re
from dataclasses import dataclass

from farola.base import Error, Kind

MAX_HEAD = 32_768  # start line and headers together
MAX_LINE = 8_192
MAX_HEADERS = 100
MAX_BODY = 65_536

_STATUS_LINE = re.compile(rb"RTSP/\d\.\d +(\d{3})(?: +([^\r\n]*))?")
_REQUEST_LINE = re.compile(rb"([A-Z][A-Z_]{1,31}) +(\S{1,4096}) +RTSP/\d\.\d *")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})[ \t]*:[ \t]*(.*)", re.DOTALL)
_NOT_TEXT = re.compile(rb"[^\x20-\x7e\t\r\n]")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in the order sent; names are lower case."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The first field of that (lower case) name."""
        for key, value in self.fields:
            if key == name:
                return value
        return None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    reason: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    uri: str
    headers: Headers
    body: bytes = b""


type Message = Response | Request


def parse_message(
    data: bytes | bytearray | memoryview, start: int, end: int
) -> tuple[Message, int] | int:
    """Read the message that begins at `start` of `data[:end]`.

    Returns the message and the position after it; or, while it is incomplete, how many bytes
    counted from `start` must be there before it is worth asking again (never more than
    MAX_HEAD + MAX_BODY). Raises Error(HTTP_NOT_RTSP), Error(NOT_RTSP) if the start line is neither,
    Error(PROTOCOL_VIOLATION) if a bound is broken.
    """
    head = bytes(data[start : min(end, start + MAX_HEAD)])
    line_end = _check_start(head)
    boundary = _END_OF_HEAD.search(head)
    if boundary is None:
        if len(head) == MAX_HEAD:
            raise _violation("headers are too long", limit=MAX_HEAD)
        return len(head) + 1
    lines = _unfold(head[line_end : boundary.start()])
    headers = _parse_headers(lines)
    total = boundary.end() + _content_length(headers)
    if end - start < total:
        return total
    body = bytes(data[start + boundary.end() : start + total])
    return _build(head[:line_end].rstrip(b"\r\n"), headers, body), start + total


def _check_start(head: bytes) -> int:
    """The length of the start line with its line end, as far as it is there; refuses the rest."""
    newline = head.find(b"\n", 0, MAX_LINE)
    line = head[: newline + 1] if newline >= 0 else head[:MAX_LINE]
    if line[:1] and not line[:1].isupper():
        raise Error(Kind.NOT_RTSP, "the answer is not RTSP")
    if line.startswith(b"HTTP/"):
        raise Error(Kind.HTTP_NOT_RTSP, "an HTTP server answers on this port")
    if _NOT_TEXT.search(line) is not None:
        raise Error(Kind.NOT_RTSP, "the answer is not RTSP")
    if newline < 0:
        if len(line) == MAX_LINE:
            raise Error(Kind.NOT_RTSP, "the answer is not RTSP: its first line does not end")
        return len(line)
    text = line.rstrip(b"\r\n")
    if _STATUS_LINE.fullmatch(text) is None and _REQUEST_LINE.fullmatch(text) is None:
        raise Error(Kind.NOT_RTSP, "the answer is not RTSP")
    return len(line)


def _unfold(block: bytes) -> list[bytes]:
    """Header lines, continuation lines joined to the one before (RFC 2326, 15.1)."""
    lines: list[bytes] = []
    for raw in block.split(b"\n"):
        line = raw.removesuffix(b"\r")
        if len(line) > MAX_LINE:
            raise _violation("a header line is too long", limit=MAX_LINE)
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1] += b" " + line.strip()
        elif line:
            lines.append(line)
    if len(lines) > MAX_HEADERS:
        raise _violation("too many headers", limit=MAX_HEADERS)
    return lines


def _parse_headers(lines: list[bytes]) -> Headers:
    fields = []
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None or _CONTROL.search(line) is not None:
            raise _violation("a header line is malformed")
        name, value = match.groups()
        fields.append((name.decode("ascii").lower(), value.decode("utf-8", "replace").strip()))
    return Headers(tuple(fields))


def _content_length(headers: Headers) -> int:
    lengths = set(headers.all("content-length"))
    if not lengths:
        return 0
    text = lengths.pop()
    if lengths or not (text.isascii() and text.isdigit()):
        raise _violation("the content length is malformed")
    if len(text) > 9 or int(text) > MAX_BODY:
        raise _violation("the body is too long", limit=MAX_BODY)
    return int(text)


def _build(line: bytes, headers: Headers, body: bytes) -> Message:
    status = _STATUS_LINE.fullmatch(line)
    if status is not None:
        reason = (status[2] or b"").decode("ascii", "replace")
        return Response(int(status[1]), reason.strip(), headers, body)
    request = _REQUEST_LINE.fullmatch(line)
    if request is None:
        raise Error(Kind.NOT_RTSP, "the answer is not RTSP")
    return Request(request[1].decode("ascii"), request[2].decode("ascii"), headers, body)


def write_request(method: str, uri: str, headers: list[tuple[str, str]]) -> bytes:
    """A request without a body. Raises Error(INVALID_INPUT) if a part would break the line."""
    return _write(f"{method} {uri} RTSP/1.0", headers)


def write_response(status: int, reason: str, headers: list[tuple[str, str]]) -> bytes:
    """A response without a body."""
    return _write(f"RTSP/1.0 {status} {reason}", headers)


def _write(first: str, headers: list[tuple[str, str]]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    for line in lines:
        if any(ch < " " or ch == "\x7f" for ch in line):
            raise Error(Kind.INVALID_INPUT, "a control character in an RTSP request")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _violation(message: str, **detail: int) -> Error:
    return Error(Kind.PROTOCOL_VIOLATION, message, **detail)
