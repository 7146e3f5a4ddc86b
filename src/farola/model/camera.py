"""A camera, where it is reached, and why it may exist."""

import hashlib
import json
from dataclasses import astuple, dataclass, field, fields
from enum import StrEnum
from typing import Literal

from farola.base import Error, Kind
from farola.model.retention import STANDARD

REVIEW_US = 365 * 86_400_000_000
"""Papers are reviewed every year."""


MOST_DENSITY = 5_000
"""Pixels a metre."""

HEIGHT_M, TILT_DEG, FIELD_DEG = (0.5, 200.0), (0.0, 90.0), (5.0, 140.0)
"""What a mounting may say: least and most."""


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
    """Why this camera exists. Without the first three it does not record; before all are there and
    approved it is not seen live.

    `assessment` is where its impact assessment is found, `density` the pixels a metre that the
    purpose needs and nothing finer, None while nobody has said.
    """

    purpose: str
    legal_basis: str
    office: str
    contact: str = ""
    assessment: str = ""
    retention_class: str = STANDARD
    density: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The members without which they cannot be approved."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) in {"", None})

    def check_complete(self) -> None:
        """Raises PAPERS_INCOMPLETE."""
        if self.missing:
            raise Error(
                Kind.PAPERS_INCOMPLETE,
                f"the camera's papers lack {', '.join(self.missing)}",
                missing=", ".join(self.missing),
            )


@dataclass(frozen=True, slots=True)
class Mounting:
    """How a camera hangs: its height above the ground in metres, by how many degrees it looks down
    from the horizon, and how many degrees its picture is wide.
    """

    height_m: float
    tilt_deg: float
    field_deg: float


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees north and east (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """A camera as somebody describes it; the rest of `Camera` comes from the catalogue."""

    name: str
    place: str
    main: Address
    sub: Address | None
    papers: Papers
    enabled: bool
    mounting: Mounting | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as everybody may know it: credentials are not part of it.

    `place` is what a person would call the spot. `has_credentials` tells only that some are stored.
    `groups` are the ids of the camera groups that it lies in. `approved_us` is when the privacy
    officer approved its papers as they are now, None where nobody has: then it is not seen live.
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
    groups: frozenset[str] = frozenset()
    approved_us: int | None = None
    mounting: Mounting | None = None
    position: Position | None = None

    @property
    def papers_digest(self) -> str:
        """Names the papers, the place and the mounting as they are: an approval is worth nothing
        for others.
        """
        hangs = None if self.mounting is None else [float(each) for each in astuple(self.mounting)]
        told = [self.id, self.place, *astuple(self.papers), hangs]
        return hashlib.sha256(json.dumps(told).encode("ascii")).hexdigest()

    def check_papers(self, digest: str) -> None:
        """Whether those of this digest can be approved. Raises CONFLICT when they are others by
        now, PAPERS_INCOMPLETE.
        """
        if self.papers_digest != digest:
            raise Error(Kind.CONFLICT, "the camera's papers were changed meanwhile")
        self.papers.check_complete()

    @property
    def review_due_us(self) -> int | None:
        """When the papers are to be looked at again: a year after they were approved."""
        return None if self.approved_us is None else self.approved_us + REVIEW_US
