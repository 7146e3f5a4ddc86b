"""A new root for a keystore, made beside it and put in its place at once.

A kill at any moment leaves the old keystore, the new one, or a new one that is ready beside the old
one and is put in its place by rotating again. While that is so the keystore does not open.
"""

import ctypes
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from farola.base import Error, Kind, disk_kind
from farola.keys.files import TEMPORARY, create_file, shred_file, sync_directory
from farola.keys.root import (
    CHECK_FILE,
    ROOT_FILE,
    Root,
    create_root,
    load_root,
    secret_of,
    write_check,
)
from farola.keys.wrapping import is_wrapped, rewrapped

NEXT = ".rotating"
READY = "rotation.ready"
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100


def beside(directory: Path) -> Path:
    """Where the new keystore is made, and the old one lies until it is gone."""
    directory = directory.resolve()  # a link is not what changes places
    return directory.with_name(directory.name + NEXT)


def interrupted(directory: Path) -> bool:
    """Whether a rotation was begun and has to be finished before the keystore is used."""
    return (beside(directory) / READY).exists() or (directory / READY).exists()


def rotate(directory: Path, between: Callable[[Root, Root], None]) -> tuple[str, str]:
    """Give the keystore a new root; the fingerprints of the old one and of the new.

    `between` is called with both roots once the new one is in its place and before the old one is
    overwritten, to seal anew what lies elsewhere; after a kill it is called again. The keystore
    must not be in use. Raises KEY_MISSING, KEY_WRONG, CONFIG_INVALID, what `between` raises (then
    it is called again by the next try), and what the disk says.
    """
    directory = directory.resolve()
    if directory.is_mount():
        raise Error(
            Kind.CONFIG_INVALID,
            f"{directory} is a mount point, which cannot change places with another directory: "
            "let storage.keys be a directory in it",
        )
    try:
        return _rotate(directory, between)
    except OSError as error:
        raise Error(
            disk_kind(error), f"{directory} cannot be given a new root: {error.strerror}"
        ) from error


def finish(directory: Path) -> None:
    """The rotation is done with everywhere: forget that there was one."""
    (directory / READY).unlink(missing_ok=True)
    sync_directory(directory)


def _rotate(directory: Path, between: Callable[[Root, Root], None]) -> tuple[str, str]:
    other = beside(directory)
    if not (directory / READY).exists():
        old = load_root(directory)
        if not (other / READY).exists():
            _remove(other)
            _prepare(directory, other, old)
        if _old_check(other) != old.check:
            raise Error(Kind.KEY_WRONG, f"{other} was made from another keystore: move it away")
        try:
            _exchange(directory, other)
        except OSError:  # not with this file system: as it was
            _remove(other)
            raise
    new, old_check = load_root(directory), _old_check(directory)
    left = _left(other)
    if left is not None and left.check == old_check:
        between(left, new)
    _remove(other)
    return old_check, new.check


def _old_check(directory: Path) -> str:
    return (directory / READY).read_text("ascii", "replace").strip()


def _left(other: Path) -> Root | None:
    """The old root; None when a kill came while it was overwritten, or after."""
    if not (other / ROOT_FILE).exists():
        return None
    try:
        return load_root(other)
    except Error as error:
        if error.kind is Kind.KEY_WRONG:
            return None
        raise


def _prepare(directory: Path, other: Path, old: Root) -> None:
    """The whole keystore under a new root; `READY` is written last."""
    other.mkdir(0o700)
    create_root(other)
    new = load_root(other)
    write_check(other, new)
    secret = secret_of((directory / ROOT_FILE).read_bytes()) or b""
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory)
        if path.is_dir():
            (other / name).mkdir(0o700, exist_ok=True)
        elif name.name not in {ROOT_FILE, CHECK_FILE} and path.suffix != TEMPORARY:
            data = path.read_bytes()
            if is_wrapped(name):
                data = rewrapped(name, data, old, new)
            # A copy of the old root that somebody kept here goes with it.
            if secret.hex().encode() not in data.lower() and secret not in data:
                create_file(other / name, data)
    create_file(other / READY, f"{old.check}\n".encode("ascii"))
    sync_directory(other.parent)


def _exchange(one: Path, other: Path) -> None:
    """Both directories change names in one step, which a kill cannot halve."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(one)) from None
    done = renameat2(
        _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_EXCHANGE)
    )
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one))
    sync_directory(one.parent)


def _remove(directory: Path) -> None:
    """Overwrite everything in it, the root first, and forget it."""
    if not directory.is_dir():
        return
    (directory / READY).unlink(missing_ok=True)
    sync_directory(directory)  # never ready and without a root
    shred_file(directory / ROOT_FILE)
    for path in directory.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size:
            shred_file(path)
    shutil.rmtree(directory)
    sync_directory(directory.parent)
