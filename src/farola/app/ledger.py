"""The town's ledger: opened with its key, checked against the marks, given out, witnessed."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farola import __version__
from farola.app.parts import Parts
from farola.app.witnesses import Witnesses
from farola.base import Error, Kind, disk_kind, get_logger
from farola.catalog import LEDGER_SIZE
from farola.config import Settings
from farola.keys import create_file
from farola.ledger import (
    Ledger,
    NoteKey,
    Publisher,
    check_not_rolled_back,
    read_mark,
    write_mark,
)
from farola.ledger.ledger import FILE
from farola.ledger.mark import FILE as MARK
from farola.merkle import Checkpoint, ProofText
from farola.model import Alarm, Body, EntryKind

_KEY = "ledger"
TOWN_ID = "town.id"
_LOOK_SECONDS = 1.0
_US = 1_000_000
_log = get_logger("ledger")


def origin_of(parts: Parts) -> str:
    """The name under which this town's log signs.

    Without a configured one it is made of the first root's fingerprint and kept beside the keys: a
    later root does not change what outsiders know the town by.
    """
    if parts.settings.ledger.origin:
        return parts.settings.ledger.origin
    path = parts.keystore.directory / TOWN_ID
    try:
        if not path.exists():
            create_file(path, f"{parts.keystore.fingerprint[:16]}\n".encode("ascii"))
        return f"farola/{path.read_text('ascii').strip()}"
    except OSError as error:
        raise Error(disk_kind(error), f"{path} cannot be used: {error.strerror}") from error


def has_ledger(settings: Settings) -> bool:
    return (settings.ledger_directory / FILE).exists()


def check_not_lost(parts: Parts) -> None:
    """Where there is no ledger: raises LEDGER_ROLLED_BACK when there was one."""
    known = parts.catalog.marks.get(LEDGER_SIZE) or 0
    if known or mark_path(parts).exists():
        raise Error(
            Kind.LEDGER_ROLLED_BACK,
            f"There is no ledger in {parts.settings.ledger_directory}, but entries of one were "
            "given out. Put the newest one back.",
            size=0,
            given_out=known,
        )


@contextmanager
def open_ledger(parts: Parts, *, trusting: bool = False) -> Iterator[Ledger]:
    """The ledger, made where there is none; closed at the end.

    Raises LEDGER_ROLLED_BACK when it, or the catalogue beside it, is older than what was given
    out; `trusting` passes over the catalogue's age, for who is about to accept it. LEDGER_FAILED
    when it cannot be used.
    """
    key = NoteKey(origin_of(parts), parts.keystore.signing_key(_KEY, create=True))
    ledger = Ledger.open(parts.settings.ledger_directory, key, parts.clock, create=True)
    try:
        mark = read_mark(mark_path(parts), key.verifier)
        check_not_rolled_back(ledger, mark)
        if not trusting:
            _check_catalogue(parts, ledger, mark)
        yield ledger
    finally:
        ledger.close()


def mark_path(parts: Parts) -> Path:
    """Beside the keys, where no copy of the data comes to."""
    return parts.keystore.directory / MARK


def _check_catalogue(parts: Parts, ledger: Ledger, mark: Checkpoint | None) -> None:
    """The catalogue's own mark is written first, so a catalogue in use is never behind; and it
    tells of a ledger that lost entries also where the keystore's mark was lost with them.
    """
    known, size = parts.catalog.marks.get(LEDGER_SIZE) or 0, ledger.size
    if size < known:
        raise Error(
            Kind.LEDGER_ROLLED_BACK,
            f"The ledger {ledger.path} has {size} entries, but the catalogue knows of {known}: an "
            "older copy was put in its place. Put the newest one back.",
            size=size,
            given_out=known,
        )
    if mark is not None and known < mark.size:
        raise Error(
            Kind.LEDGER_ROLLED_BACK,
            f"The catalogue knows {known} entries of the ledger, but {mark.size} were given out: "
            "an older copy was put in its place. Put the newest one back; if there is none, "
            "accept this one with `farola ledger accept-restore`.",
            known=known,
            given_out=mark.size,
        )


def give_out(parts: Parts, ledger: Ledger, witnesses: Witnesses | None = None) -> Checkpoint:
    """A checkpoint of the present tree: both marks first, then witnesses, then the public files."""
    note = ledger.checkpoint()
    checkpoint = Checkpoint.parse(note.text)
    parts.catalog.marks.raise_to(LEDGER_SIZE, checkpoint.size)
    write_mark(mark_path(parts), note)
    cosigned = witnesses.cosign(note) if witnesses is not None else ()
    Publisher(ledger, parts.settings.public_directory / "ledger").publish(note, cosigned)
    return checkpoint


def opened_entry(ledger: Ledger, index: int) -> Body:
    """One entry so that an outsider can check it: leaf, salt, body, and a proof as text.

    Raises NOT_FOUND for no such entry, and for one whose body was erased.
    """
    opening = ledger.opening(index)
    if opening is None:
        raise Error(Kind.NOT_FOUND, f"what entry {index} said was erased")
    salt, body = opening
    note = ledger.checkpoint()
    size = Checkpoint.parse(note.text).size
    proof = ProofText(index, tuple(ledger.inclusion_proof(index, size)), note)
    leaf = ledger.entry(index).leaf.decode("ascii")
    return {"leaf": leaf, "salt": salt.hex(), "body": body, "proof": str(proof)}


def accept_restored(parts: Parts, ledger: Ledger, reason: str) -> int:
    """Goes on with an older catalogue: on record first, then every session ends; how many."""
    ledger.append(EntryKind.RESTORED, {"what": "catalogue", "why": reason})
    parts.catalog.marks.put(LEDGER_SIZE, ledger.size)
    ended = sum(
        parts.catalog.sessions.delete_of(person.id) for person in parts.catalog.people.list()
    )
    give_out(parts, ledger)
    return ended


class LedgerKeeper:
    """Checkpoints in time while the town runs. Belongs to the server's event loop."""

    def __init__(self, parts: Parts, ledger: Ledger, witnesses: Witnesses) -> None:
        self._parts = parts
        self._ledger = ledger
        self._witnesses = witnesses
        self._given_out = -1
        self._given_out_us = 0
        self._fault: Alarm | None = None

    def alarms(self) -> list[Alarm]:
        """What keeps the ledger from being written, given out or witnessed."""
        return [*([self._fault] if self._fault else []), *self._witnesses.alarms()]

    async def run(self) -> None:
        """Until cancelled; a last checkpoint is made by `stop`."""
        await self._append(EntryKind.STARTED, _started(self._parts.settings))
        while True:
            await self._keep(force=False)
            await asyncio.sleep(_LOOK_SECONDS)

    async def stop(self) -> None:
        """Says that the town stops, and gives that out."""
        await self._append(EntryKind.STOPPED, {})
        await self._keep(force=True)

    async def _append(self, kind: EntryKind, body: Body) -> None:
        """Recording does not wait for the ledger: that it began and ended without is an alarm."""
        try:
            await asyncio.to_thread(self._ledger.append, kind, body)
        except Error as error:
            self._failed(error)

    async def _keep(self, *, force: bool) -> None:
        settings = self._parts.settings.ledger
        try:
            size = await asyncio.to_thread(lambda: self._ledger.size)
            now_us = self._parts.clock.monotonic_us()
            fresh = size - self._given_out
            aged = now_us - self._given_out_us >= settings.checkpoint_seconds * _US
            due = self._given_out < 0 or fresh >= settings.checkpoint_entries or aged
            if (fresh and (due or force)) or self._witnesses.behind(size, now_us):
                checkpoint = await asyncio.to_thread(
                    give_out, self._parts, self._ledger, self._witnesses
                )
                self._given_out, self._given_out_us = checkpoint.size, now_us
            self._fault = None
        except Error as error:
            self._failed(error)

    def _failed(self, error: Error) -> None:
        if self._fault is None or self._fault.kind is not error.kind:
            _log.error("the ledger fails", kind=error.kind, message=error.message)
            self._fault = Alarm(error.kind, error.message, self._parts.clock.wall_us())


def begin(ledger: Ledger) -> None:
    """The first entry of all, before any other."""
    if ledger.size == 0:
        ledger.append(EntryKind.BEGAN, {"origin": ledger.origin, "version": __version__})


def _started(settings: Settings) -> Body:
    """What runs, and a digest of how it is configured: secrets go into neither."""
    plain = settings.model_dump(mode="json")  # pydantic writes secrets as asterisks
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    return {"version": __version__, "configuration": digest}
