"""The last checkpoint that was given out, kept beside the keys: an older ledger is noticed by it.

The keystore lies outside the data and outside database backups, so whoever restores yesterday's
data does not restore yesterday's mark. The catalogue carries the same size, written before the
mark, so that an older catalogue is noticed too.
"""

import os
from pathlib import Path

from farola.base import Error, Kind, disk_kind
from farola.ledger.keys import NoteVerifier
from farola.ledger.ledger import Ledger
from farola.merkle import Checkpoint, Note, opened

FILE = "ledger.mark"


def read_mark(path: Path, verifier: NoteVerifier) -> Checkpoint | None:
    """None where there is none yet.

    Raises Error(LEDGER_ROLLED_BACK) for a mark that this ledger's key did not sign.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise Error(Kind.KEY_MISSING, f"The mark {path} cannot be read: {error}") from error
    try:
        note = Note.parse(text)
        opened(note, [verifier])
        return Checkpoint.parse(note.text)
    except ValueError as error:
        raise Error(
            Kind.LEDGER_ROLLED_BACK, f"The mark {path} is not one of this ledger: {error}"
        ) from error


def write_mark(path: Path, note: Note) -> None:
    """Durably, whole or not at all."""
    temporary = path.with_suffix(".tmp")
    try:
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, str(note).encode())
            os.fsync(file)
        finally:
            os.close(file)
        temporary.replace(path)
    except OSError as error:
        raise Error(disk_kind(error), f"The mark {path} cannot be written: {error}") from error


def check_not_rolled_back(ledger: Ledger, mark: Checkpoint | None) -> None:
    """Raises Error(LEDGER_ROLLED_BACK) when the ledger does not continue what was given out."""
    if mark is None:
        return
    size = ledger.size
    if size < mark.size:
        raise Error(
            Kind.LEDGER_ROLLED_BACK,
            f"The ledger {ledger.path} has {size} entries, but {mark.size} were given out: an "
            "older copy was put in its place. Put the newest one back.",
            size=size,
            given_out=mark.size,
        )
    if ledger.root(mark.size) != mark.root:
        raise Error(
            Kind.LEDGER_ROLLED_BACK,
            f"The first {mark.size} entries of {ledger.path} are not those that were given out: "
            "an entry was changed, removed or moved. Put the newest copy back.",
            size=size,
            given_out=mark.size,
        )
