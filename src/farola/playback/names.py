"""What a playlist calls its parts and init segments: names that hold all that is needed.

`m-20261124-201500-7f3k9q2m-0003-1f4-a3c0` names bytes 0x1f4 to 0xa3c0 (whole fragments) of a file
of the main stream; without the last two fields it names the file's codec configuration. Nothing is
remembered between the playlist and the request, so any process can answer it, and a name stays
good for as long as the file does. The run's random letters keep names from being guessed; what
protects the pictures is the gate, never the name.

Names of the redacted rendition begin with an `r` and have one more byte in front, where decoding
begins, and behind it which slice of how many the part is. Neither rendition knows the other's
names.

A name is checked letter by letter and holds no path: the path is put together from its fields and
the camera in the address, so neither can lead out of that camera's directory.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol, Self

from farola.base import Error, Kind
from farola.model import StreamKind
from farola.playback.parts import Part

_LETTERS = {StreamKind.MAIN: "m", StreamKind.SUB: "s"}
_STREAMS = {letter: stream for stream, letter in _LETTERS.items()}
_FILE = r"([0-9]{6})-([A-Za-z0-9_]{1,8})-([0-9]{4,10})"
_PATH = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9_-]{0,63})/(main|sub)/([0-9]{4})-([0-9]{2})-([0-9]{2})/"
    + _FILE
    + r"\.fseg"
)
_INIT = re.compile(r"([ms])-([0-9]{4})([0-9]{2})([0-9]{2})-" + _FILE)
_BYTE = r"-([0-9a-f]{1,13})"
_PART = re.compile(_INIT.pattern + _BYTE * 2)
_COVERED_INIT = re.compile("r" + _INIT.pattern)
_COVERED_PART = re.compile("r" + _INIT.pattern + _BYTE * 3 + r"-([0-9])-([1-9])")
_CAMERA = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class PartName:
    """A row of whole fragments: file (relative to the segments' root), first byte, end.

    `source` is where decoding begins, at `first` or before it. It is slice number `slice` of
    `slices` of them.
    """

    path: PurePosixPath
    source: int
    first: int
    end: int
    slice: int = 0
    slices: int = 1

    @classmethod
    def parse(cls, camera_id: str, key: str) -> Self:
        """Raises Error(NOT_FOUND) for anything but a name of this camera's parts."""
        found = _match(_PART, key)
        first, end = int(found[8], 16), int(found[9], 16)
        return cls._of(camera_id, found, first, first, end)

    @classmethod
    def parse_covered(cls, camera_id: str, key: str) -> Self:
        """Raises Error(NOT_FOUND) for anything but a name of this camera's covered parts."""
        found = _match(_COVERED_PART, key)
        source, first, end = (int(found[at], 16) for at in (8, 9, 10))
        return cls._of(camera_id, found, source, first, end, int(found[11]), int(found[12]))

    @classmethod
    def _of(
        cls,
        camera_id: str,
        found: "re.Match[str]",
        source: int,
        first: int,
        end: int,
        number: int = 0,
        slices: int = 1,
    ) -> Self:
        if not (source <= first < end and number < slices):
            raise _unknown()
        return cls(_path(camera_id, found), source, first, end, number, slices)


def init_path(camera_id: str, key: str) -> PurePosixPath:
    """The file whose header an init name means; raises Error(NOT_FOUND) for anything else."""
    return _path(camera_id, _match(_INIT, key))


def covered_init_path(camera_id: str, key: str) -> PurePosixPath:
    """As `init_path`, for a name of the redacted rendition."""
    return _path(camera_id, _match(_COVERED_INIT, key))


class Naming(Protocol):
    """What a playlist calls the init segment of a file, and a part in it."""

    def init(self, path: str) -> str | None:
        """None for a path that no segment file has."""
        ...

    def part(self, init: str, part: Part) -> str: ...


class StoredNames:
    """Names of what was recorded, as it was recorded."""

    def init(self, path: str) -> str | None:
        return init_name(path)

    def part(self, init: str, part: Part) -> str:
        return part_name(init, part.first, part.end)


class CoveredNames:
    """Names of the redacted rendition."""

    def init(self, path: str) -> str | None:
        name = init_name(path)
        return None if name is None else f"r{name}"

    def part(self, init: str, part: Part) -> str:
        place = f"{part.source:x}-{part.first:x}-{part.end:x}"
        return f"{init}-{place}-{part.slice}-{part.slices}"


def init_name(path: str) -> str | None:
    """The init name of a segment file; None for a path that no segment file has."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    _camera, stream, year, month, day, time, run, number = found.groups()
    return f"{_LETTERS[StreamKind(stream)]}-{year}{month}{day}-{time}-{run}-{number}"


def part_name(init: str, first: int, end: int) -> str:
    """The name of fragments `first` to `end` in the file of the init name."""
    return f"{init}-{first:x}-{end:x}"


def _match(pattern: "re.Pattern[str]", key: str) -> "re.Match[str]":
    found = pattern.fullmatch(key)
    if not found:
        raise _unknown()
    return found


def _path(camera_id: str, found: "re.Match[str]") -> PurePosixPath:
    if not _CAMERA.fullmatch(camera_id):
        raise _unknown()
    letter, year, month, day, time, run, number = found.groups()[:7]
    name = f"{time}-{run}-{number}.fseg"
    return PurePosixPath(camera_id, _STREAMS[letter], f"{year}-{month}-{day}", name)


def _unknown() -> Error:
    return Error(Kind.NOT_FOUND, "this camera has no such recording")
