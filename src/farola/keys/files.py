"""Small secret files that appear whole or not at all, made by one of several processes."""

import contextlib
import os
import secrets
from pathlib import Path

TEMPORARY = ".tmp"


def create_file(path: Path, data: bytes) -> bool:
    """Create `path` (mode 0600) with `data`, durably; False when it exists already.

    Written under a name of its own and then linked, which the kernel refuses when the name is
    taken: of several processes exactly one wins, and nobody ever reads half a file.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}{TEMPORARY}")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            _write_all(file, data)
            os.fsync(file)
        finally:
            os.close(file)
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    sync_directory(path.parent)
    return True


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` in the place of what `path` held, durably: the old or the new, never a part."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}{TEMPORARY}")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        try:
            _write_all(file, data)
            os.fsync(file)
        finally:
            os.close(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(path.parent)


def shred_file(path: Path) -> None:
    """Overwrite the file in place, force that to the disk, and remove it.

    In place, so that other links to it are overwritten too. What a flash disk or a copying file
    system keeps of the old block is out of a program's reach: `docs/design/storage-format.md`.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        _write_all(file, secrets.token_bytes(os.fstat(file).st_size))
        os.fsync(file)
    finally:
        os.close(file)
    path.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Make the directory's entries durable."""
    file = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _write_all(file: int, data: bytes) -> None:
    """A disk that is nearly full takes a part first and says so at the next write only."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
