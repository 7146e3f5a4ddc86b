"""What can be told of a keystore from outside, also of one that does not open. Changes nothing."""

import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath

from farola.base import Error, Kind
from farola.keys.files import TEMPORARY
from farola.keys.root import Root, check_root, load_root, stored_check
from farola.keys.rotation import READY, beside
from farola.keys.wrapping import is_wrapped, unwrapped

_HALF_WRITTEN = {TEMPORARY, ".new"}


class Standing(StrEnum):
    """How the root stands."""

    FITS = "fits"
    UNCHECKED = "unchecked"  # there is no check value to compare it with
    WRONG = "wrong"
    MISSING = "missing"
    EXPOSED = "exposed"


@dataclass(frozen=True, slots=True)
class Inspection:
    """`exposed` and `unopened` name files, `leftovers` what an interrupted act has left."""

    root: Standing
    fingerprint: str | None
    mode: str
    exposed: tuple[str, ...]
    epochs: tuple[str, ...]
    destroyed: tuple[str, ...]
    holds: tuple[str, ...]
    signing: tuple[str, ...]
    unopened: tuple[str, ...]
    leftovers: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return self.root is Standing.FITS and not (self.exposed or self.unopened or self.leftovers)


def inspect_keys(directory: Path) -> Inspection:
    """Raises Error(KEY_MISSING) when there is no directory, or none that may be read."""
    try:
        return _inspect(directory)
    except OSError as error:
        raise Error(
            Kind.KEY_MISSING,
            f"The keystore {directory} cannot be read: {error.strerror}",
            path=str(directory),
        ) from error


def fits(directory: Path, root: Root) -> bool:
    """Whether the keystore was made with that root, by its check value, or else by any key that
    lies in it. True where neither is. Raises OSError.
    """
    stored = stored_check(directory)
    if stored is not None:
        return stored == root.check
    wrapped = _wrapped(directory)
    return not wrapped or len(_unopened(directory, root)) < len(wrapped)


def _inspect(directory: Path) -> Inspection:
    mode = stat.S_IMODE(directory.stat().st_mode)
    root, standing = _root(directory)
    files = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    exposed = [
        str(path.relative_to(directory))
        for path in files
        if (path.suffix in {".key", ".held"} or path.name.startswith("root."))
        and _mode(path) & 0o077
    ]
    leftovers = [str(path.relative_to(directory)) for path in files if _is_left(path)]
    if beside(directory).exists():
        leftovers.append(beside(directory).name)
    return Inspection(
        root=standing,
        fingerprint=_fingerprint(directory, root),
        mode=f"{mode:04o}",
        exposed=tuple(exposed + (["."] if mode & 0o077 else [])),
        epochs=_stems(directory / "epochs", "key"),
        destroyed=_stems(directory / "epochs", "destroyed"),
        holds=_stems(directory / "holds", "key"),
        signing=_stems(directory / "signing", "key"),
        unopened=tuple(_unopened(directory, root)) if root else (),
        leftovers=tuple(leftovers),
    )


def _root(directory: Path) -> tuple[Root | None, Standing]:
    try:
        root = load_root(directory)
        checked = check_root(directory, root)
    except Error as error:
        standing = {Kind.KEY_MISSING: Standing.MISSING, Kind.CONFIG_INVALID: Standing.EXPOSED}
        return None, standing.get(error.kind, Standing.WRONG)
    return root, Standing.FITS if checked else Standing.UNCHECKED


def _fingerprint(directory: Path, root: Root | None) -> str | None:
    """The root's; where it cannot be had, that of the root that is wanted."""
    if root is not None:
        return root.check
    try:
        return stored_check(directory)
    except Error:
        return None


def _mode(path: Path) -> int:
    """0 for one that a running server removed at this moment."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0


def _is_left(path: Path) -> bool:
    tombstone = path.with_suffix(".destroyed")
    undead = path.suffix == ".key" and path.parent.name == "epochs" and tombstone.exists()
    return undead or path.suffix in _HALF_WRITTEN or path.name == READY


def _wrapped(directory: Path) -> list[PurePath]:
    names = (path.relative_to(directory) for path in directory.rglob("*.key"))
    return sorted(name for name in names if is_wrapped(name))


def _unopened(directory: Path, root: Root) -> list[str]:
    """Wrapped keys that the root does not open."""
    bad = []
    for name in _wrapped(directory):
        try:
            unwrapped(name, (directory / name).read_bytes(), root)
        except Error:
            bad.append(str(name))
        except FileNotFoundError:
            continue  # destroyed at this moment
    return bad


def _stems(directory: Path, suffix: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in directory.glob(f"*.{suffix}")))
