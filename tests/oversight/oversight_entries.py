"""Entries as the ledger gives them, for tests."""

from typing import Any

from farola.model import Entry, EntryKind

HOUR_US = 3_600_000_000


class Diary:
    """Writes entries one after the other."""

    def __init__(self, start_us: int = 1_795_500_000_000_000) -> None:
        self.now_us = start_us
        self.entries: list[Entry] = []

    def add(self, kind: EntryKind, person: str = "", **body: Any) -> Entry:
        who = {"person": f"per-{person}", "person_name": person} if person else {}
        entry = Entry(len(self.entries), self.now_us, kind, b"{}", {**who, **body})
        self.entries.append(entry)
        self.now_us += 1_000_000
        return entry

    def looked(self, person: str, seconds: int, camera: str = "cam-1", **more: Any) -> Entry:
        rendition = more.pop("rendition", "redacted")
        return self.add(
            EntryKind.LOOK_ENDED, person, camera=camera, seconds=seconds, rendition=rendition
        )
