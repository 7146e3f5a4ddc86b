"""Which live sockets are open, so that signing out closes them at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class OpenSockets:
    """Wakes a person's sockets to look at their session again. Used on the event loop only."""

    def __init__(self) -> None:
        self._by_person: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def opened(self, person_id: str) -> Iterator[asyncio.Event]:
        """Set when something of this person's sessions or roles has changed."""
        woken = asyncio.Event()
        mine = self._by_person.setdefault(person_id, set())
        mine.add(woken)
        try:
            yield woken
        finally:
            mine.discard(woken)
            if not mine and self._by_person.get(person_id) is mine:
                del self._by_person[person_id]

    def wake(self, person_id: str) -> None:
        for woken in self._by_person.get(person_id, ()):
            woken.set()

    def wake_all(self) -> None:
        """What cameras may be watched by whom has changed."""
        for person_id in list(self._by_person):
            self.wake(person_id)

    def __len__(self) -> int:
        return sum(len(sockets) for sockets in self._by_person.values())
