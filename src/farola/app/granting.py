"""What grants need while the town runs: ends on record, requests lapse, broken glass is told of."""

import asyncio

from farola.access import GrantDesk
from farola.app.parts import Parts
from farola.base import Error, Kind, get_logger
from farola.ledger import Ledger
from farola.model import Alarm, Body, EntryKind, Grant, RequestState

_LOOK_SECONDS = 2.0
_HOUR_US = 3_600_000_000
_log = get_logger("grants")


class GrantKeeper:
    """Belongs to the server's event loop."""

    def __init__(self, parts: Parts, ledger: Ledger, desk: GrantDesk) -> None:
        self._catalog = parts.catalog
        self._clock = parts.clock
        self._settings = parts.settings.grants
        self._ledger = ledger
        self._desk = desk
        self._glass: list[Alarm] = []
        self._fault: Alarm | None = None

    def alarms(self) -> list[Alarm]:
        """Every broken glass that nobody has reviewed, told to everybody."""
        return [*self._glass, *([self._fault] if self._fault else [])]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.sweep)
                self._fault = None
            except Error as error:
                if self._fault is None or self._fault.kind is not error.kind:
                    _log.error("grants cannot be kept", kind=error.kind, message=error.message)
                    self._fault = Alarm(error.kind, error.message, self._clock.wall_us())
            await asyncio.sleep(_LOOK_SECONDS)

    def sweep(self) -> None:
        """Blocking. What was not done is done next time, but for the entries of ends."""
        for grant in self._desk.book.ended():
            body: Body = {"grant": grant.id, "request": grant.request_id, "why": "expired"}
            self._ledger.append(EntryKind.GRANT_ENDED, body)
        self._lapse()
        open_glass = [
            each for each in self._catalog.grants.grants() if each.glass and each.decided_by is None
        ]
        for grant in open_glass:
            self._suspend(grant)
        self._glass = [self._told(grant) for grant in open_glass]

    def _lapse(self) -> None:
        """Nobody decided in time."""
        oldest_us = self._clock.wall_us() - self._settings.request_hours * _HOUR_US
        for request in self._catalog.grants.requests(waiting=True):
            if request.created_us < oldest_us:
                body: Body = {"request": request.id, "why": "lapsed"}
                self._ledger.append(EntryKind.REQUEST_ENDED, body)
                self._catalog.grants.end_request(request.id, RequestState.LAPSED)

    def _suspend(self, grant: Grant) -> None:
        """Nobody has reviewed it in time: whoever broke the glass is out until that is done."""
        person = self._catalog.people.get(grant.person_id)
        late = self._clock.wall_us() - grant.granted_us >= self._settings.review_hours * _HOUR_US
        if not late or person.disabled:
            return
        body: Body = {
            "what": "suspended",
            "subject": person.id,
            "subject_name": person.name,
            "why": "a broken glass was not reviewed",
            "grant": grant.id,
        }
        self._ledger.append(EntryKind.PERSON_CHANGED, body)
        self._catalog.people.set_disabled(person.id, True)
        self._catalog.sessions.delete_of(person.id)

    def _told(self, grant: Grant) -> Alarm:
        name = self._catalog.people.get(grant.person_id).name
        message = f"{name} saw originals without a second person ({grant.id}); not reviewed yet"
        return Alarm(Kind.GLASS_BROKEN, message, grant.granted_us)
