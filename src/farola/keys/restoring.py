"""Putting keys back where there is no root: all of them, or nothing that counts."""

from collections.abc import Mapping
from pathlib import Path

from farola.base import Error, Kind, disk_kind
from farola.keys.files import create_file
from farola.keys.inspection import fits
from farola.keys.root import ROOT_FILE, Root, secret_of
from farola.keys.rotation import interrupted

_FOLDERS = {"", "signing", "epochs", "holds"}
# Moves on while a backup lies in a drawer: where one is there, it is newer than the backup's.
_LIVING = {"ledger.mark"}


def put_back(directory: Path, files: Mapping[str, bytes], wanted: str | None) -> None:
    """Write what is missing of a keystore, by relative name. `wanted` is the root's fingerprint.

    Everything is checked first and the root is written last: after a kill nothing opens, and the
    same may be done again. Raises Error: KEY_WRONG for another root than the wanted or the
    keystore's own, CONFLICT where there is a root or another file, the disk's.
    """
    root = _root_in(files)
    if wanted not in {None, root.check}:
        raise Error(Kind.KEY_WRONG, "these are not the keys that the data was recorded with")
    if (directory / ROOT_FILE).exists():
        raise Error(Kind.CONFLICT, f"{directory} has a root key; move it away first")
    if interrupted(directory):
        raise Error(Kind.CONFLICT, f"a new root for {directory} is under way; move it away first")
    try:
        if directory.is_dir() and not fits(directory, root):
            raise Error(Kind.KEY_WRONG, f"these are not the keys that {directory} was made with")
        missing = [name for name, data in files.items() if _is_missing(directory, name, data)]
        directory.mkdir(0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        for folder in {"epochs", *(name.rpartition("/")[0] for name in missing)}:
            (directory / folder).mkdir(0o700, exist_ok=True)
        for name in sorted(missing, key=lambda each: each == ROOT_FILE):
            create_file(directory / name, files[name])
    except OSError as error:
        raise Error(disk_kind(error), f"{directory} cannot be written: {error.strerror}") from error


def _root_in(files: Mapping[str, bytes]) -> Root:
    for name in files:
        folder, _, file = name.rpartition("/")
        if folder not in _FOLDERS or not file or file.startswith("."):
            raise Error(Kind.KEY_WRONG, "it names files that belong to no keystore")
    secret = secret_of(files.get(ROOT_FILE, b""))
    if secret is None:
        raise Error(Kind.KEY_WRONG, "there is no root key in it")
    return Root(secret)


def _is_missing(directory: Path, name: str, data: bytes) -> bool:
    """Whether the file is to be written. Raises CONFLICT where another one is in its place."""
    path = directory / name
    if name.startswith("epochs/") and path.with_suffix(".destroyed").exists():
        return False  # what was destroyed since stays so
    if not path.exists():
        return True
    # A hold's list only grows, and the one that is there is the newer.
    if name in _LIVING or path.suffix == ".held" or path.read_bytes() == data:
        return False
    raise Error(Kind.CONFLICT, f"{path} exists and is another", path=str(path))
