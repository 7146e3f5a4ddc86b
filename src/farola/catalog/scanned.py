"""What `check` and `rebuild` are told about files; whoever can read segment files fills it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from farola.model import Segment, StreamKind


@dataclass(frozen=True, slots=True)
class ScannedSegment:
    """One segment file as it stands on the disk.

    `row` is the catalogue row that the file alone stands for, closed, its `size` the offset after
    the last whole fragment; None when the file cannot be read or holds no whole fragment, and then
    `problem` says why. `file_size` is the file's length, `damage` are byte spans before `row.size`
    that hold no whole fragment. `living` tells that a writer holds the file now.
    `camera_offset_us` is the last one measured in it.
    """

    path: str
    row: Segment | None
    file_size: int
    damage: tuple[tuple[int, int], ...] = ()
    living: bool = False
    camera_offset_us: int | None = None
    problem: str = ""


class SegmentFiles(Protocol):
    """The segments' directory, one stream at a time, so that memory stays small."""

    def streams(self) -> Iterable[tuple[str, StreamKind]]:
        """The camera and the kind of every stream that has a directory."""
        ...

    def scan(self, camera_id: str, stream: StreamKind) -> Iterable[ScannedSegment]:
        """Its files, in any order."""
        ...
