"""Camera URLs as people write them on a command line, taken apart."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from farola.base import Error, Kind
from farola.model import Address, Credentials

_DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}


@dataclass(frozen=True, slots=True)
class Source:
    """A camera's URL, in parts; `shown` is the URL without its credentials."""

    address: Address
    login: Credentials | None

    @property
    def shown(self) -> str:
        return self.address.url()


def parse_url(url: str) -> Source:
    """`rtsp://[user:password@]host[:port]/path` in parts. Raises INVALID_INPUT."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Error(Kind.INVALID_INPUT, f"this is no camera URL: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise Error(Kind.INVALID_INPUT, "a camera URL looks like rtsp://192.168.1.20:554/stream")
    path = parts.path or "/"
    if parts.query:
        path += "?" + parts.query
    login = None
    if parts.username is not None:
        login = Credentials(unquote(parts.username), unquote(parts.password or ""))
    scheme: Literal["rtsp", "rtsps"] = "rtsps" if parts.scheme == "rtsps" else "rtsp"
    return Source(
        Address(scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme], path), login
    )
