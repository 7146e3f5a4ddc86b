"""Acts as they are written down, for tests; the real ledger is tested in tests/ledger."""

from dataclasses import dataclass, field

from farola.base import Error
from farola.model import Body, EntryKind


@dataclass
class Written:
    """What was appended, in order; `fault` is raised instead."""

    entries: list[tuple[EntryKind, Body]] = field(default_factory=list)
    fault: Error | None = None

    def append(self, kind: EntryKind, body: Body) -> None:
        if self.fault is not None:
            raise self.fault
        self.entries.append((kind, body))

    def kinds(self) -> list[EntryKind]:
        return [kind for kind, _ in self.entries]

    def of(self, kind: EntryKind) -> list[Body]:
        return [body for each, body in self.entries if each is kind]
