"""What the operating system says about a disk, in Farola's words."""

import errno
from pathlib import Path

from farola.base import Error, Kind

_KINDS = {
    errno.ENOSPC: Kind.DISK_FULL,
    errno.EDQUOT: Kind.DISK_FULL,
    errno.EFBIG: Kind.DISK_FULL,  # the file may not grow, by a file system's or a process's limit
    errno.EROFS: Kind.DISK_READ_ONLY,
    errno.EACCES: Kind.DISK_READ_ONLY,
    errno.EPERM: Kind.DISK_READ_ONLY,
    errno.EEXIST: Kind.CONFLICT,
}
_SENTENCES = {
    Kind.DISK_FULL: "The disk is full",
    Kind.DISK_READ_ONLY: "The disk or directory cannot be written",
    Kind.DISK_FAILED: "The disk failed",
    Kind.CONFLICT: "The file exists already",
}


def write_error(error: OSError, path: Path) -> Error:
    """The `Error` for a failed create, write, truncate or sync of `path`."""
    kind = _KINDS.get(error.errno or 0, Kind.DISK_FAILED)
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
