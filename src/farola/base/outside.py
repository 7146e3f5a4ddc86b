"""Asking a program outside that the town configured: the one way out over HTTP.

One request goes straight to it. Neither a proxy of the environment nor a redirection leads anywhere
that was not configured, and neither a large answer nor a slow one costs more than its bounds.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from farola.base.errors import Error, Kind

_MOST_BYTES = 64 << 10
_LIMIT_S = 20.0


def ask_outside(
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    most_bytes: int = _MOST_BYTES,
    limit_s: float = _LIMIT_S,
) -> tuple[int, bytes]:
    """Status and answer, also of a refusal: to a GET, or with a body to a POST. Blocks, but for the
    look-up of the name `limit_s` at most.

    Raises INVALID_INPUT for an address that is none of HTTP's, UNREACHABLE when no whole answer
    came in time, TOO_LARGE.
    """
    where = _address(url)
    until = time.monotonic() + limit_s
    try:
        with _connected(where, until) as connection, _cut_off(connection.sock, until):
            path = f"{where.path or '/'}{'?' if where.query else ''}{where.query}"
            method = "GET" if body is None else "POST"
            connection.request(method, path, body, dict(headers or {}))
            with connection.getresponse() as answer:
                data = answer.read(most_bytes + 1)
        _left(until)  # what was cut off looks like an answer that was whole
        if len(data) <= most_bytes and answer.length:
            raise ConnectionError("the answer broke off")
    except (OSError, HTTPException, ValueError) as error:
        raise Error(Kind.UNREACHABLE, f"{where.hostname} cannot be asked: {error!r}") from error
    if len(data) > most_bytes:
        raise Error(Kind.TOO_LARGE, f"the answer of {where.hostname} is too large")
    return answer.status, data


def _address(url: str) -> SplitResult:
    try:
        where = urlsplit(url)
    except ValueError as error:
        raise Error(Kind.INVALID_INPUT, "the address cannot be read") from error
    if where.scheme not in {"http", "https"} or not where.hostname or where.username is not None:
        raise Error(Kind.INVALID_INPUT, "only http:// and https:// addresses are asked")
    return where


@contextmanager
def _connected(where: SplitResult, until: float) -> Iterator[HTTPConnection]:
    assert where.hostname is not None
    secure = where.scheme == "https"
    of_scheme = HTTPSConnection if secure else HTTPConnection
    connection = of_scheme(where.hostname, where.port)
    try:
        plain = _socket(where.hostname, connection.port, until)
        plain.settimeout(_left(until))
        connection.sock = plain
        if secure:
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=where.hostname)
        yield connection
    finally:
        connection.close()


def _socket(host: str, port: int, until: float) -> socket.socket:
    """To the first of the host's addresses that answers."""
    failed: OSError = ConnectionError("the name has no address")
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            return socket.create_connection((str(address[0]), port), _left(until))
        except OSError as error:
            failed = error
    raise failed


@contextmanager
def _cut_off(sock: socket.socket, until: float) -> Iterator[None]:
    """A socket's own time limit begins anew with each byte; this one does not."""

    def cut() -> None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # past what TLS makes of it

    timer = threading.Timer(_left(until), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # afterwards the socket's number may be another's


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
