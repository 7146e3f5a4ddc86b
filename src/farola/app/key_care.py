"""Looking after the keystore: its state, a backup, putting one back, and a new root."""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from farola.access import totp_label
from farola.app.ledger import has_ledger, open_ledger
from farola.app.parts import FINGERPRINT, Parts, only_recorder, open_parts
from farola.app.plans import credentials_label
from farola.app.shredding import alone, forget_again
from farola.base import Clock, Error, Kind, SystemClock, disk_kind, get_logger
from farola.catalog import Catalog
from farola.config import Settings
from farola.keys import (
    Root,
    backup_files,
    check_passphrase,
    finish_rotation,
    inspect_keys,
    pack_backup,
    paper_line,
    put_back,
    read_backup,
    read_paper,
    replace_file,
    root_line,
    rotate_root,
    rotation_interrupted,
    seal,
    unpack_backup,
    unseal,
    write_backup,
)
from farola.model import EntryKind

_STATE = "care.json"
_log = get_logger("keys")


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What may be told of a keystore: no secret. `root` is a word of `Standing`.

    `fits_data` tells whether the data was recorded with this root; None where there is none yet.
    `exposed`, `unopened` and `leftovers` name files; all three are empty where all is well.
    """

    directory: str
    mode: str
    root: str
    fingerprint: str | None
    fits_data: bool | None
    epochs: int
    oldest: str | None
    newest: str | None
    destroyed: int
    holds: int
    signing: tuple[str, ...]
    exposed: tuple[str, ...]
    unopened: tuple[str, ...]
    leftovers: tuple[str, ...]
    interrupted: bool
    backed_up_us: int | None
    rotated_us: int | None
    sound: bool


def status(parts: Parts) -> KeyStatus:
    return status_of(parts.settings)


def status_of(settings: Settings) -> KeyStatus:
    """Also of a keystore that does not open. Raises KEY_MISSING where there is none at all."""
    directory = settings.storage.keys
    found, care, known = inspect_keys(directory), _care(directory), _known(settings)
    fits = None if known is None else known == found.fingerprint
    return KeyStatus(
        directory=str(directory),
        mode=found.mode,
        root=found.root.value,
        fingerprint=found.fingerprint,
        fits_data=fits,
        epochs=len(found.epochs),
        oldest=found.epochs[0] if found.epochs else None,
        newest=found.epochs[-1] if found.epochs else None,
        destroyed=len(found.destroyed),
        holds=len(found.holds),
        signing=found.signing,
        exposed=found.exposed,
        unopened=found.unopened,
        leftovers=found.leftovers,
        interrupted=rotation_interrupted(directory),
        backed_up_us=care.get("backed_up_us"),
        rotated_us=care.get("rotated_us"),
        sound=found.sound and fits is not False,
    )


def backup(
    settings: Settings, clock: Clock, path: Path, passphrase: str, *, with_epochs: bool
) -> int:
    """Write a backup; how many files are in it. On the ledger first.

    Without epochs it holds the root and what the town signs with: recordings stay readable only as
    long as the keystore itself has their epochs.
    """
    check_passphrase(passphrase)
    if path.exists():
        raise Error(Kind.CONFLICT, f"{path} exists already", path=str(path))
    with open_parts(settings, clock, create=False) as parts, open_ledger(parts) as ledger:
        directory = parts.keystore.directory
        with alone(parts):  # nothing is destroyed while it is copied
            files = backup_files(directory, with_epochs=with_epochs)
        packed = pack_backup(files, passphrase)
        ledger.append(EntryKind.KEYS_BACKED_UP, {"with_epochs": with_epochs})
        write_backup(path, packed)
        _note(directory, backed_up_us=clock.wall_us())
        return len(files)


def paper(settings: Settings, clock: Clock) -> str:
    """The root as one line for paper. On the ledger first."""
    with open_parts(settings, clock, create=False) as parts, open_ledger(parts) as ledger:
        directory = parts.keystore.directory
        line = paper_line((directory / "root.key").read_bytes())
        ledger.append(EntryKind.KEYS_BACKED_UP, {"with_epochs": False, "paper": True})
        _note(directory, backed_up_us=clock.wall_us())
        return line


def restore(settings: Settings, path: Path, passphrase: str, clock: Clock | None = None) -> int:
    """Put a backup back where there is no root; how many files it had.

    What the ledger calls destroyed or ended is destroyed again, at once where the ledger is there.
    Raises KEY_WRONG for a wrong passphrase or the keys of other data, CONFLICT where there is a
    root.
    """
    files = unpack_backup(read_backup(path), passphrase)
    put_back(settings.storage.keys, files, _known(settings))
    _forget_again(settings, clock or SystemClock())
    return len(files)


def restore_paper(settings: Settings, line: str) -> None:
    """Put the root back that was typed from paper; INVALID_INPUT for a slip, else as `restore`."""
    put_back(settings.storage.keys, {"root.key": root_line(read_paper(line))}, _known(settings))


def rotate(settings: Settings, clock: Clock) -> tuple[str, str]:
    """A new root for everything; the fingerprints of both. May be run again after a kill.

    Raises CONFLICT while the town runs.
    """
    directory = settings.storage.keys
    with only_recorder(settings), ExitStack() as stack:
        if not rotation_interrupted(directory):
            with open_parts(settings, clock, create=False) as parts, open_ledger(parts) as ledger:
                stack.enter_context(alone(parts))  # no hold is placed meanwhile, no hour destroyed
                ledger.append(EntryKind.KEYS_ROTATED, {"fingerprint": parts.keystore.fingerprint})

        def reseal(old: Root, new: Root) -> None:
            _reseal(settings, clock, old, new)

        before, after = rotate_root(directory, reseal)
        try:
            replace_file(settings.storage.data / FINGERPRINT, f"{after}\n".encode("ascii"), 0o640)
        except OSError as error:
            raise Error(
                disk_kind(error), f"the keys' fingerprint cannot be kept: {error.strerror}"
            ) from error
        _note(directory, rotated_us=clock.wall_us())
        finish_rotation(directory)
    return before, after


def _forget_again(settings: Settings, clock: Clock) -> None:
    """A backup brings no hour and no hold back to life that the ledger says was ended."""
    if not has_ledger(settings):
        return
    try:
        with (
            open_parts(settings, clock, create=False) as parts,
            open_ledger(parts) as ledger,
            alone(parts),
        ):
            forget_again(parts, ledger)
    except Error as error:
        _log.warning("not destroyed again yet", kind=error.kind, message=error.message)


def _known(settings: Settings) -> str | None:
    """The fingerprint of the root that the data was recorded with."""
    path = settings.storage.data / FINGERPRINT
    try:
        return path.read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Error(Kind.DISK_FAILED, f"{path} cannot be read: {error.strerror}") from error


def _reseal(settings: Settings, clock: Clock, old: Root, new: Root) -> None:
    """Everything that the old root sealed in the catalogue; what is sealed anew already stays."""
    with Catalog.open(
        settings.catalog_url, clock=clock, busy_ms=settings.catalog.busy_timeout_ms
    ) as catalog:
        for camera in catalog.cameras.list():
            sealed = catalog.cameras.sealed_credentials(camera.id)
            if sealed is not None:
                again = _again(credentials_label(camera.id), sealed, old, new)
                catalog.cameras.set_credentials(camera.id, again)
        for person in catalog.people.list():
            sealed = catalog.people.sealed_totp(person.id)
            if sealed is not None:
                again = _again(totp_label(person.id), sealed, old, new)
                catalog.people.reseal_totp(person.id, again)


def _again(label: str, sealed: bytes, old: Root, new: Root) -> bytes:
    """Under the new root. What neither opens was lost before: it is no reason to keep the old."""
    try:
        return seal(new, label, unseal(old, label, sealed))
    except Error:
        pass
    try:
        unseal(new, label, sealed)  # a kill came after this one
    except Error:
        _log.warning("a sealed value cannot be opened and stays as it is", label=label)
    return sealed


def _care(directory: Path) -> dict[str, int]:
    try:
        kept = json.loads((directory / _STATE).read_bytes())
        return {str(name): int(at) for name, at in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _note(directory: Path, **at_us: int) -> None:
    path = directory / _STATE
    try:
        replace_file(path, json.dumps(_care(directory) | at_us).encode("ascii"))
    except OSError as error:
        raise Error(disk_kind(error), f"{path} cannot be written: {error.strerror}") from error
