"""What passes the gate: recorded footage, single key frames, and a live stream's messages."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from farola.model import CameraState, Cover, Span


@dataclass(frozen=True, slots=True)
class Footage:
    """Recorded bytes of one camera, and the span of wall time that they show.

    `camera_id` is whose pictures these are, read from what was recorded and not from the request.
    `chunks` reads and decrypts as it is consumed and blocks while doing so; whoever consumes it
    closes it. `size` is the number of bytes to come, None when that is not known beforehand.
    """

    camera_id: str
    span: Span
    chunks: Iterator[bytes] = field(repr=False)
    size: int | None = None


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """One key frame as an MP4 file of its own, and the UTC microsecond that it shows."""

    camera_id: str
    wall_us: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Still:
    """One picture as a JPEG, and the UTC microsecond that it shows."""

    camera_id: str
    wall_us: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Init:
    """A live stream begins, or goes on with another codec configuration.

    `mime` is what MediaSource.addSourceBuffer wants, such as `video/mp4; codecs="avc1.64001f"`;
    `data` is the init segment (ftyp and moov). The next chunk begins with a key frame.
    """

    mime: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One access unit as prft, moof and mdat."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateChange:
    """The camera's phase changed."""

    state: CameraState


@dataclass(frozen=True, slots=True)
class CoverChange:
    """How much of the pictures that follow is covered, and why."""

    cover: Cover


@dataclass(frozen=True, slots=True)
class Dropped:
    """The viewer was too slow: `count` access units were left out, a key frame comes next."""

    count: int


type LiveMessage = Init | Chunk | StateChange | CoverChange | Dropped
