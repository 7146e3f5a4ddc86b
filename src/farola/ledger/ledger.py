"""The ledger as the rest of Farola uses it: append first, act after.

`append` returns when the entry is on the disk and raises when it is not: then the act must not
happen. Threads that append at the same time share one write to the disk. Several processes may
append to one ledger (the server, and a command beside it); SQLite lets one write at a time.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from farola.base import Clock, Error, Kind
from farola.ledger import search, store, writer
from farola.ledger.keys import NoteKey
from farola.ledger.search import EntryFilter, EntryPage
from farola.ledger.writer import NewEntry
from farola.merkle import Checkpoint, Note, consistency_proof, inclusion_proof, tree_root
from farola.merkle.tree import Nodes
from farola.model import Body, Entry, EntryKind

FILE = "ledger.db"
_MOST_AT_ONCE = 1_000

type _Prove = Callable[[Nodes, int, int], list[bytes]]


@dataclass(slots=True)
class _Waiting:
    """Entries of one caller, until somebody has written them."""

    new: list[NewEntry]
    made: list[Entry] | None = None
    error: Error | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Ledger:
    """Thread-safe and blocking: call it from threads. Close it at the end."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, key: NoteKey, clock: Clock
    ) -> None:
        self.path = path
        self._connection = connection
        self._key = key
        self._clock = clock
        self._using = threading.Lock()
        self._queue: list[_Waiting] = []
        self._queueing = threading.Lock()

    @classmethod
    def open(cls, directory: Path, key: NoteKey, clock: Clock, *, create: bool) -> Self:
        """The ledger in `directory`; `key` signs its checkpoints and its name is the origin.

        Raises Error(LEDGER_FAILED), NOT_FOUND without `create` where there is none.
        """
        path = directory / FILE
        return cls(path, store.connect(path, create=create), key, clock)

    @property
    def origin(self) -> str:
        """The name under which the log signs."""
        return self._key.name

    @property
    def verifier(self) -> str:
        """The public key that outsiders check checkpoints with, as C2SP signed-note writes it."""
        return str(self._key.verifier)

    @property
    def size(self) -> int:
        """How many entries there are."""
        with self._using, store.ledger_errors(self.path):
            return store.size_of(self._connection)

    def append(self, kind: EntryKind, body: Body) -> Entry:
        """The entry, durable. Raises Error(LEDGER_FAILED): then nothing may happen."""
        return self.append_all([(kind, body)])[0]

    def append_all(self, entries: Sequence[tuple[EntryKind, Body]]) -> list[Entry]:
        """All of them or none."""
        mine = _Waiting([NewEntry.of(kind, body) for kind, body in entries])
        with self._queueing:
            self._queue.append(mine)
        with self._using:
            if not mine.done.is_set():
                self._write_waiting()
        if mine.error is not None:
            raise Error(mine.error.kind, mine.error.message, **mine.error.detail)
        assert mine.made is not None
        return mine.made

    def _write_waiting(self) -> None:
        """Whoever comes first writes for all who wait; the others find it done."""
        while True:
            with self._queueing:
                batch: list[_Waiting] = []
                taken = 0
                while self._queue and (not batch or taken < _MOST_AT_ONCE):
                    batch.append(self._queue.pop(0))
                    taken += len(batch[-1].new)
            if not batch:
                return
            try:
                with store.ledger_errors(self.path):
                    made = writer.append(
                        self._connection, [new for each in batch for new in each.new], self._clock
                    )
            except Error as error:
                for each in batch:
                    each.error = error
                    each.done.set()
                continue
            for each in batch:
                each.made, made = made[: len(each.new)], made[len(each.new) :]
                each.done.set()

    def entry(self, index: int) -> Entry:
        """Raises Error(NOT_FOUND)."""
        found = self.entries(index, index + 1)
        if not found:
            raise Error(Kind.NOT_FOUND, f"the ledger has no entry {index}")
        return found[0]

    def entries(self, start: int, stop: int) -> list[Entry]:
        """From number `start` up to `stop`, in order."""
        with self._using, store.ledger_errors(self.path):
            return search.between(self._connection, start, stop)

    def find(self, asked: EntryFilter, before: int | None = None, limit: int = 100) -> EntryPage:
        """Newest first; `before` is the `next` of an earlier page."""
        with self._using, store.ledger_errors(self.path):
            return search.find(self._connection, asked, before, limit)

    def opening(self, index: int) -> tuple[bytes, Body] | None:
        """Salt and body of one entry, to show that its leaf commits to it; None once erased."""
        entry = self.entry(index)
        with self._using, store.ledger_errors(self.path):
            row = self._connection.execute(
                "SELECT salt FROM body WHERE idx = ?", (index,)
            ).fetchone()
        if entry.body is None or row is None or row[0] is None:
            return None
        return bytes(row[0]), entry.body

    def erase(self, indices: Sequence[int]) -> None:
        """Forget bodies and salts for good, out of the write-ahead log too; the leaves stay."""
        with self._using, store.ledger_errors(self.path):
            with store.writing(self._connection):
                self._connection.executemany(
                    "UPDATE body SET person = NULL, salt = NULL, body = NULL WHERE idx = ?",
                    [(index,) for index in indices],
                )
                self._connection.executemany(
                    "DELETE FROM about WHERE idx = ?", [(index,) for index in indices]
                )
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def root(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        with self._using, store.ledger_errors(self.path):
            return tree_root(self._node, size)

    def hashes(self, level: int, start: int, stop: int) -> list[bytes]:
        """The hashes of the complete subtrees of a level, in order."""
        with self._using, store.ledger_errors(self.path):
            rows = self._connection.execute(
                "SELECT hash FROM node WHERE level = ? AND idx >= ? AND idx < ? ORDER BY idx",
                (level, start, stop),
            ).fetchall()
        if len(rows) != stop - start:
            raise Error(Kind.LEDGER_FAILED, f"The ledger lacks subtrees of level {level}")
        return [bytes(row[0]) for row in rows]

    def checkpoint(self) -> Note:
        """The present tree, signed."""
        with self._using, store.ledger_errors(self.path):
            size = store.size_of(self._connection)
            root = tree_root(self._node, size)
        return self._key.note(str(Checkpoint(self.origin, size, root)))

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Raises Error(NOT_FOUND) for an entry that a tree of `size` does not hold."""
        return self._proof(inclusion_proof, index, size)

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Raises Error(NOT_FOUND) unless 0 < old <= new <= size."""
        return self._proof(consistency_proof, old, new)

    def _proof(self, make: _Prove, one: int, size: int) -> list[bytes]:
        with self._using, store.ledger_errors(self.path):
            try:
                if size > store.size_of(self._connection):
                    raise ValueError(f"the ledger has fewer than {size} entries")
                return make(self._node, one, size)
            except ValueError as error:
                raise Error(Kind.NOT_FOUND, str(error)) from None

    def _node(self, level: int, index: int) -> bytes:
        return store.node(self._connection, level, index)

    def close(self) -> None:
        with self._using:
            self._connection.close()
