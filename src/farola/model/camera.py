"""A camera, where it is reached, and why it may exist."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class StreamKind(StrEnum):
    MAIN = "main"
    SUB = "sub"


class Attention(StrEnum):
    """How much of a stream somebody wants as it comes: nothing, its key frames, everything."""

    NONE = "none"
    KEYS = "keys"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stream is reached, in parts, so that nothing hides in a URL.

    `path` begins with `/` and may hold a query; user names and passwords never stand here.
    """

    scheme: Literal["rtsp", "rtsps"]
    host: str
    port: int
    path: str

    def url(self) -> str:
        """The RTSP request URI, without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a camera asks for; `repr` and logs never show the password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Papers:
    """Why this camera exists: without these three it does not go live."""

    purpose: str
    legal_basis: str
    office: str


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as everybody may know it: credentials are not part of it.

    `place` is what a person would call the spot. `has_credentials` tells only that some are stored.
    """

    id: str
    name: str
    place: str
    main: Address
    sub: Address | None
    papers: Papers
    enabled: bool
    has_credentials: bool
    created_us: int
