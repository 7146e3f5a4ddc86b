"""Finding entries: what an auditor asks, as one bounded query."""

import json
import sqlite3
from dataclasses import dataclass

from farola.model import Entry, EntryKind, Span

MOST = 500


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Everything given must hold; `kinds` empty is any. `span` is the entries' own time."""

    kinds: frozenset[EntryKind] = frozenset()
    person_id: str | None = None
    camera_id: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Newest first; `next` is the `before` of the page that follows, None at the end."""

    entries: tuple[Entry, ...]
    next: int | None


def find(
    connection: sqlite3.Connection, asked: EntryFilter, before: int | None, limit: int
) -> EntryPage:
    """At most `limit` entries with a number below `before`."""
    limit = max(1, min(limit, MOST))
    conditions: list[str] = []
    values: list[str | int] = []

    def condition(text: str, *given: str | int) -> None:
        conditions.append(text)
        values.extend(given)

    if asked.kinds:
        kinds = sorted(kind.value for kind in asked.kinds)
        condition(f"body.kind IN ({', '.join('?' * len(kinds))})", *kinds)
    if asked.person_id is not None:
        condition("body.person = ?", asked.person_id)
    if asked.camera_id is not None:
        condition("body.idx IN (SELECT idx FROM about WHERE camera = ?)", asked.camera_id)
    if asked.span is not None:
        condition("body.ts_us >= ? AND body.ts_us < ?", asked.span.start_us, asked.span.end_us)
    if before is not None:
        condition("body.idx < ?", before)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = connection.execute(
        f"{_SELECT} {where} ORDER BY body.idx DESC LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    entries = tuple(entry_of(*row) for row in rows[:limit])
    return EntryPage(entries, entries[-1].index if len(rows) > limit else None)


def between(connection: sqlite3.Connection, start: int, stop: int) -> list[Entry]:
    """The entries from number `start` up to `stop`, in order."""
    rows = connection.execute(
        f"{_SELECT} WHERE body.idx >= ? AND body.idx < ? ORDER BY body.idx", (start, stop)
    ).fetchall()
    return [entry_of(*row) for row in rows]


_SELECT = (
    "SELECT body.idx, body.ts_us, body.kind, entry.leaf, body.body "
    "FROM body JOIN entry ON entry.idx = body.idx"
)


def entry_of(index: int, ts_us: int, kind: str, leaf: bytes, body: bytes | None) -> Entry:
    return Entry(index, ts_us, EntryKind(kind), leaf, None if body is None else json.loads(body))
