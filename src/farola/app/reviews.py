"""Reminders: papers that are to be looked at again, a year after they were approved."""

import asyncio

from farola.app.parts import Parts
from farola.base import Error, Kind, get_logger
from farola.model import Alarm

_LOOK_SECONDS = 300.0
_log = get_logger("papers")


class Reviews:
    """Belongs to the server's event loop."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._due: list[Alarm] = []

    def alarms(self) -> list[Alarm]:
        """One for all cameras whose review is due."""
        return self._due

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.look)
            except Error as error:
                _log.error("papers cannot be read", kind=error.kind, message=error.message)
            await asyncio.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Blocking."""
        now_us = self._parts.clock.wall_us()
        due = [
            (each.review_due_us, each.place)
            for each in self._parts.catalog.cameras.list()
            if each.review_due_us is not None and each.review_due_us <= now_us
        ]
        places = ", ".join(place for _, place in sorted(due))
        self._due = [Alarm(Kind.REVIEW_DUE, f"review of: {places}", min(due)[0])] if due else []
