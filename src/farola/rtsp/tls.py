"""TLS as a transformation of bytes, so that the reader and not asyncio owns the socket."""

import ssl
from functools import cache
from typing import cast

from farola.base import Error, Kind

NOTHING = -1


class Tls:
    """One TLS client. Raises Error(TLS_FAILED) wherever OpenSSL objects."""

    def __init__(self, host: str, *, verify: bool) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = _context(verify).wrap_bio(
            self._incoming, self._outgoing, server_hostname=host
        )

    def handshake(self) -> bool:
        """Go on with the handshake; True when it is done. Send `outgoing()` either way."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise _failed(error) from error
        return True

    def received(self, data: bytes) -> None:
        """Ciphertext from the socket; none means that the camera closed it."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def outgoing(self) -> bytes:
        """Ciphertext for the socket."""
        return self._outgoing.read()

    def encrypt(self, data: bytes) -> bytes:
        try:
            self._object.write(data)
        except ssl.SSLError as error:
            raise _failed(error) from error
        return self._outgoing.read()

    def read(self, size: int) -> bytes | None:
        """Plain bytes, none at the end, None if more ciphertext is needed."""
        buffer = bytearray(size)
        count = self.read_into(memoryview(buffer))
        return None if count < 0 else bytes(buffer[:count])

    def read_into(self, view: memoryview) -> int:
        """How many plain bytes were put into `view`; 0 at the end, NOTHING if more is needed."""
        try:
            return cast(int, self._object.read(len(view), view))
        except ssl.SSLWantReadError:
            return NOTHING
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # Few cameras say goodbye properly; a cut stream shows in the RTP sequence.
            return 0
        except ssl.SSLError as error:
            raise _failed(error) from error


@cache
def _context(verify: bool) -> ssl.SSLContext:
    """Shared by all connections: a context holds every root certificate."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _failed(error: ssl.SSLError) -> Error:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Error(
            Kind.TLS_FAILED, "the camera's certificate cannot be verified", why=error.verify_message
        )
    return Error(Kind.TLS_FAILED, "TLS failed", why=error.reason or "closed")
