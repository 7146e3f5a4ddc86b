"""The errors of segment files."""

import errno
from pathlib import Path

from farola.base import Error, Kind, disk_kind

_SENTENCES = {
    Kind.DISK_FULL: "The disk is full",
    Kind.DISK_READ_ONLY: "The disk or directory cannot be written",
    Kind.DISK_FAILED: "The disk failed",
    Kind.CONFLICT: "The file exists already",
}


def write_error(error: OSError, path: Path) -> Error:
    """The `Error` for a failed create, write, truncate or sync of `path`."""
    kind = Kind.CONFLICT if error.errno == errno.EEXIST else disk_kind(error)
    return _named(kind, _SENTENCES[kind], error, path)


def read_error(error: OSError, path: Path) -> Error:
    """The `Error` for a failed open or read of `path`."""
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return _named(Kind.NOT_FOUND, "There is no such segment", error, path)
    return _named(Kind.DISK_FAILED, "The segment cannot be read", error, path)


def _named(kind: Kind, sentence: str, error: OSError, path: Path) -> Error:
    name = errno.errorcode.get(error.errno or 0, str(error.errno))
    return Error(kind, f"{sentence}: {path} ({name})", path=str(path), errno=name)


def damaged(what: str, **detail: str | int) -> Error:
    """The `Error` for bytes that are not what Farola wrote."""
    return Error(Kind.FILE_DAMAGED, what, **detail)
