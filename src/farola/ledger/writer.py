"""Adding entries: numbers them, commits to their bodies, and completes the subtrees they end."""

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from farola.base import Clock, Error, Kind
from farola.ledger import store
from farola.ledger.commit import SALT, canonical, commitment, leaf_of
from farola.merkle import hash_children, hash_leaf
from farola.model import Body, Entry, EntryKind

_MOST_BODY = 60_000


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be appended; checked when it is made, so that writing cannot fail for it."""

    kind: EntryKind
    body: Body
    packed: bytes

    @classmethod
    def of(cls, kind: EntryKind, body: Body) -> "NewEntry":
        """Raises Error(INVALID_INPUT) for what is no JSON object, or too much."""
        try:
            packed = canonical(body)
        except (TypeError, ValueError) as error:
            raise Error(Kind.INVALID_INPUT, f"an entry's body is no JSON: {error}") from error
        if len(packed) > _MOST_BODY:
            raise Error(Kind.INVALID_INPUT, f"an entry's body of over {_MOST_BODY} bytes")
        return cls(kind, body, packed)


def append(
    connection: sqlite3.Connection, entries: Sequence[NewEntry], clock: Clock
) -> list[Entry]:
    """Writes them in one transaction that is on the disk when it returns.

    Time never steps back from one entry to the next: an entry made while the clock was set back
    carries the last one's time.
    """
    with store.writing(connection):
        first = store.size_of(connection)
        row = connection.execute("SELECT ts_us FROM body WHERE idx = ?", (first - 1,)).fetchone()
        ts_us = max(clock.wall_us(), row[0] if row else 0)
        made, salts = [], []
        for place, new in enumerate(entries):
            salt = secrets.token_bytes(SALT)
            leaf = leaf_of(first + place, ts_us, new.kind, commitment(salt, new.body))
            made.append(Entry(first + place, ts_us, new.kind, leaf, new.body))
            salts.append(salt)
        connection.executemany(
            "INSERT INTO entry (idx, leaf) VALUES (?, ?)", [(e.index, e.leaf) for e in made]
        )
        connection.executemany(
            "INSERT INTO body (idx, ts_us, kind, person, salt, body) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (entry.index, ts_us, entry.kind.value, _person(new.body), salt, new.packed)
                for entry, new, salt in zip(made, entries, salts, strict=True)
            ],
        )
        connection.executemany(
            "INSERT INTO about (camera, idx) VALUES (?, ?)",
            [
                (camera, entry.index)
                for entry, new in zip(made, entries, strict=True)
                for camera in cameras_of(new.body)
            ],
        )
        store.insert_nodes(connection, _nodes(connection, made))
    return made


def cameras_of(body: Body) -> set[str]:
    """The cameras that an entry is about, by the members that name them."""
    several = body.get("cameras")
    named = {body.get("camera"), *(several if isinstance(several, list) else [])}
    return {each for each in named if isinstance(each, str)}


def _person(body: Body) -> str | None:
    person = body.get("person")
    return person if isinstance(person, str) else None


def _nodes(connection: sqlite3.Connection, made: Sequence[Entry]) -> list[tuple[int, int, bytes]]:
    """The leaves' hashes, and every subtree that they complete."""
    fresh: dict[tuple[int, int], bytes] = {}
    for entry in made:
        level, index, digest = 0, entry.index, hash_leaf(entry.leaf)
        fresh[level, index] = digest
        while index & 1:
            left = fresh.get((level, index - 1))
            if left is None:
                left = store.node(connection, level, index - 1)
            digest = hash_children(left, digest)
            level, index = level + 1, index >> 1
            fresh[level, index] = digest
    return [(level, index, digest) for (level, index), digest in fresh.items()]
