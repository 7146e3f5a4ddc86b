"""What the operating system says about a disk, in Farola's words: one table for everybody."""

import errno

from farola.base.errors import Kind

_KINDS = {
    errno.ENOSPC: Kind.DISK_FULL,
    errno.EDQUOT: Kind.DISK_FULL,
    errno.EFBIG: Kind.DISK_FULL,  # the file may not grow, by a file system's or a process's limit
    errno.EROFS: Kind.DISK_READ_ONLY,
    errno.EACCES: Kind.DISK_READ_ONLY,
    errno.EPERM: Kind.DISK_READ_ONLY,
}


def disk_kind(error: OSError) -> Kind:
    """The kind of a failed create, write or sync; DISK_FAILED when it has no word of its own."""
    return _KINDS.get(error.errno or 0, Kind.DISK_FAILED)
