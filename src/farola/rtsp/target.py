"""Which stream to open, and the bounds that hold whatever the camera does."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """A stream to open.

    `url` is the RTSP request URI without credentials. `ip` is the address that was checked and
    pinned beforehand; with None, `host` is resolved when connecting. `tls_verify` False accepts the
    self-signed certificate that most cameras carry: encrypted, but not authenticated.
    """

    url: str
    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ip: str | None = None
    tls_verify: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on time (microseconds) and memory (bytes) of one stream.

    `handshake_us` covers everything from the TCP connection to the answer to SETUP, and again the
    answer to PLAY. `stall_us` is how long a playing stream may bring no RTP, or no whole picture.
    `receive_buffer` is what the kernel is asked to hold between two visits of the reader.
    """

    handshake_us: int = 10_000_000
    handshake_bytes: int = 262_144
    stall_us: int = 10_000_000
    teardown_us: int = 500_000
    unit_bytes: int = 16 << 20
    receive_buffer: int = 2 << 20
