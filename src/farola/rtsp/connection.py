"""One TCP or TLS connection to a camera, without asyncio's transports.

While the session is set up the loop waits on it; once the camera plays, `read_into` takes what the
kernel has gathered into a buffer that all cameras share. Every OSError becomes an Error here.
"""

import asyncio
import errno
import socket
from functools import cache

from farola.base import Error, Kind
from farola.rtsp.target import Limits, Target
from farola.rtsp.tls import Tls

NOTHING = -1  # read_into: nothing there now
MAX_BACKLOG = 65_536  # bytes that a camera has not taken yet

_READ_SIZE = 65_536


class Connection:
    """An open connection; whoever opens it closes it."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._tls: Tls | None = None
        self._backlog = bytearray()

    @staticmethod
    async def open(target: Target, limits: Limits) -> "Connection":
        """Connect and, for rtsps, agree on TLS. The caller bounds the time.

        Raises Error(NAME_UNRESOLVED), Error(CONNECTION_REFUSED), Error(UNREACHABLE),
        Error(TLS_FAILED).
        """
        family, address = await _resolve(target)
        sock = socket.socket(family, socket.SOCK_STREAM)
        connection = Connection(sock)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if _kernel_grants(limits.receive_buffer):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, limits.receive_buffer)
            await asyncio.get_running_loop().sock_connect(sock, address)
            if target.tls:
                await connection._start_tls(target)
        except OSError as error:
            connection.close()
            raise _named(error) from error
        except BaseException:
            connection.close()
            raise
        return connection

    async def _start_tls(self, target: Target) -> None:
        tls = Tls(target.host, verify=target.tls_verify)
        loop = asyncio.get_running_loop()
        while not tls.handshake():
            await loop.sock_sendall(self._socket, tls.outgoing())
            data = await loop.sock_recv(self._socket, _READ_SIZE)
            if not data:
                raise Error(Kind.TLS_FAILED, "the camera closed the connection instead of TLS")
            tls.received(data)
        await loop.sock_sendall(self._socket, tls.outgoing())
        self._tls = tls

    def fileno(self) -> int:
        return self._socket.fileno()

    async def receive(self) -> bytes:
        """Wait for bytes; none at the end of the connection."""
        loop, tls = asyncio.get_running_loop(), self._tls
        try:
            if tls is None:
                return await loop.sock_recv(self._socket, _READ_SIZE)
            while (data := tls.read(_READ_SIZE)) is None:
                tls.received(await loop.sock_recv(self._socket, _READ_SIZE))
            return data
        except OSError as error:
            raise _named(error) from error

    async def send(self, data: bytes) -> None:
        """Send everything, waiting as long as the camera takes."""
        if self._tls is not None:
            data = self._tls.encrypt(data)
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as error:
            raise _named(error) from error

    def read_into(self, view: memoryview) -> int:
        """Take what is there, without waiting: a count, 0 at the end, NOTHING if nothing is."""
        try:
            if self._tls is None:
                return self._socket.recv_into(view)
            return self._read_tls(self._tls, view)
        except BlockingIOError:
            return NOTHING
        except OSError as error:
            raise _named(error) from error

    def _read_tls(self, tls: Tls, view: memoryview) -> int:
        filled, size = 0, len(view)
        while filled < size:
            count = tls.read_into(view[filled:])
            if count == 0:
                return filled
            if count > 0:
                filled += count
                continue
            try:
                tls.received(self._socket.recv(_READ_SIZE))
            except BlockingIOError:
                return filled or NOTHING
        return filled

    def write(self, data: bytes) -> None:
        """Send without waiting; what the camera does not take is kept for the next call.

        Raises Error(STALLED) if it takes nothing for so long that more than MAX_BACKLOG gathers.
        """
        if data and self._tls is not None:
            data = self._tls.encrypt(data)
        if self._backlog:
            self._backlog += data
            data = bytes(self._backlog)
            self._backlog.clear()
        if not data:
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise _named(error) from error
        if len(data) - sent > MAX_BACKLOG:
            raise Error(Kind.STALLED, "the camera takes none of our requests")
        self._backlog += data[sent:]

    def close(self) -> None:
        self._socket.close()


async def _resolve(target: Target) -> tuple[int, tuple[str, int]]:
    """The address family and what to connect to; a pinned address is not looked up again."""
    host = target.ip or target.host
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, target.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:  # the latter for a label that IDNA refuses
        raise Error(Kind.NAME_UNRESOLVED, f"no address for {target.host}") from error
    if not found:
        raise Error(Kind.NAME_UNRESOLVED, f"no address for {target.host}")
    family, _, _, _, address = found[0]
    return family, address  # type: ignore[return-value]  # IPv6 adds flow and scope


@cache
def _kernel_grants(size: int) -> bool:
    """Whether SO_RCVBUF may be that large.

    Where `net.core.rmem_max` is smaller, asking would fix the buffer at less than the kernel's own
    tuning reaches (`tcp_rmem`), so then it is left alone.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
        return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= size


def _named(error: OSError) -> Error:
    number = error.errno
    if number == errno.ECONNREFUSED:
        return Error(Kind.CONNECTION_REFUSED, "nothing listens on the camera's port")
    if number in (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ESHUTDOWN):
        return Error(Kind.CLOSED_BY_CAMERA, "the camera reset the connection")
    if number in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT, errno.EHOSTDOWN):
        return Error(Kind.UNREACHABLE, "the camera cannot be reached")
    return Error(Kind.UNREACHABLE, f"the connection failed: {error.strerror}", errno=number)
