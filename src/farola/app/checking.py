"""`farola check`: catalogue against files, and the catalogue made again from files."""

import fcntl
import os
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from farola.app.parts import Parts
from farola.base import Error
from farola.catalog import Finding, Rebuilt, ScannedSegment, check, rebuild
from farola.model import StreamKind
from farola.recorder import segment_row
from farola.store import scan, segment_files, verify

_ROWS_FOLLOW_SECONDS = 5.0


def check_town(parts: Parts, *, read_all: bool = False) -> list[Finding]:
    """All findings; with `read_all` every fragment's hash is checked too, which reads all files.

    While somebody records, rows follow their files by a second or so: a file just closed may still
    have an open row. What is found then counts only if it is found again a moment later.
    """
    files = _Files(parts.root, read_all=read_all)
    findings = list(check(parts.catalog, files))
    if not findings or not files.recording:
        return findings
    time.sleep(_ROWS_FOLLOW_SECONDS)
    first = {(each.kind, each.subject) for each in findings}
    again = check(parts.catalog, _Files(parts.root, read_all=read_all))
    return [each for each in again if (each.kind, each.subject) in first]


def rebuild_town(parts: Parts) -> Rebuilt:
    """Brings the catalogue's rows in line with the files."""
    return rebuild(parts.catalog, _Files(parts.root, read_all=False))


class _Files:
    """The segments' directory as the catalogue's check wants to see it."""

    def __init__(self, root: Path, *, read_all: bool) -> None:
        self.recording = False  # a file that somebody writes has been met
        self._root = root
        self._read_all = read_all

    def streams(self) -> Iterable[tuple[str, StreamKind]]:
        for camera in sorted(self._root.iterdir()):
            for stream in StreamKind:
                if (camera / stream).is_dir():
                    yield camera.name, stream

    def scan(self, camera_id: str, stream: StreamKind) -> Iterable[ScannedSegment]:
        base = PurePosixPath(camera_id, stream)
        for file in segment_files(self._root / base):
            scanned = self._file(base / file)
            if scanned is not None:
                yield scanned

    def _file(self, path: PurePosixPath) -> ScannedSegment | None:
        whole = self._root / path
        try:
            living = _is_held(whole)
            self.recording |= living
            file_size = whole.stat().st_size
        except FileNotFoundError:
            return None  # shredded while the check ran
        except OSError as error:
            return ScannedSegment(path.as_posix(), None, 0, problem=error.strerror or "unreadable")
        try:
            found = scan(whole)
            damage = found.damage
            if self._read_all and not living:
                damage += tuple((each.offset, each.end) for each in verify(whole)[1])
            row = segment_row(path, found)
        except Error as error:
            return ScannedSegment(
                path.as_posix(), None, file_size, living=living, problem=error.message
            )
        return ScannedSegment(
            path=path.as_posix(),
            row=row,
            file_size=file_size,
            damage=damage,
            living=living,
            camera_offset_us=found.fragments[-1].camera_offset_us,
        )


def _is_held(path: Path) -> bool:
    """Whether a recorder has the file open for writing: it holds the file's lock."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
