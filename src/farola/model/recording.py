"""What was recorded, what was not, and in which form it is shown. Times are UTC microseconds."""

from dataclasses import dataclass, field
from enum import StrEnum

from farola.base import Kind
from farola.model.camera import StreamKind


class Rendition(StrEnum):
    """`ONE_THING` is redacted but for one thing that somebody pointed at."""

    REDACTED = "redacted"
    ONE_THING = "one_thing"
    ORIGINAL = "original"


UNDER_GRANT = frozenset({Rendition.ONE_THING, Rendition.ORIGINAL})
"""Renditions that only a grant lets be seen."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of wall time, `start_us` <= t < `end_us`."""

    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Run:
    """One unbroken connection to a stream.

    `camera_offset_us` is camera clock minus our clock as last measured by RTCP, None if never;
    `end_us` is None while the run lasts; `end_reason` tells why it ended.
    """

    id: str
    camera_id: str
    stream: StreamKind
    start_us: int
    end_us: int | None
    end_reason: Kind | None
    camera_offset_us: int | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of consecutive fragments of one run, at most ten minutes.

    `path` is relative to the segments' root. `index` is a packed fragment index
    (`farola.media.index`), covering the file's first `size` bytes; an `open` segment's file may
    already be longer. `codec` is the RFC 6381 string such as `avc1.64001f`. `root` is the Merkle
    root (RFC 6962) of its fragments' hashes, once it is closed and where that is known.
    """

    path: str
    camera_id: str
    stream: StreamKind
    run_id: str
    codec: str
    width: int
    height: int
    start_us: int
    end_us: int
    size: int
    open: bool
    index: bytes
    root: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """A span that should have been recorded and was not; `end_us` is None while it lasts."""

    camera_id: str
    stream: StreamKind
    start_us: int
    end_us: int | None
    reason: Kind
    detail: str
