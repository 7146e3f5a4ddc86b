"""Asking for originals, deciding about it, and ending what was granted.

Two people stand behind every original: who asks and who decides. Every step is on the ledger before
it counts, and one lock makes of two who decide at once one who did.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from farola.access.accounts import Acts
from farola.access.asking import checked, digest_of, told
from farola.access.book import GrantBook
from farola.access.sign_in import subject, who
from farola.base import Clock, Error, Kind, new_id
from farola.config.oversight import Grants as GrantSettings
from farola.model import (
    Act,
    Asked,
    Body,
    Camera,
    EntryKind,
    Grant,
    Person,
    Request,
    RequestState,
    Session,
    Span,
    Spot,
)

_MINUTE_US = 60_000_000


class GrantStore(Protocol):
    """The rows of requests and grants."""

    def add_request(self, request: Request) -> None: ...

    def request(self, request_id: str) -> Request:
        """`Error(NOT_FOUND)`."""
        ...

    def requests(self, *, waiting: bool = False) -> Sequence[Request]: ...

    def end_request(self, request_id: str, state: RequestState) -> bool:
        """Whether it was still waiting."""
        ...

    def add_grant(self, grant: Grant) -> None: ...

    def withdraw(self, grant_id: str, now_us: int) -> None: ...

    def reviewed(self, grant_id: str, by_id: str) -> bool:
        """Whether it was not reviewed before."""
        ...

    def grants(self) -> Sequence[Grant]: ...


class PersonStore(Protocol):
    def get(self, person_id: str) -> Person: ...

    def administrators_of(self, person_id: str) -> frozenset[str]: ...


class GrantDesk:
    """Blocking; `camera` answers the camera of an id or raises NOT_FOUND.

    `pointed` raises THING_UNCLEAR unless each spot points at one thing in that camera's recording.
    """

    def __init__(
        self,
        store: GrantStore,
        people: PersonStore,
        camera: Callable[[str], Camera],
        clock: Clock,
        settings: GrantSettings,
        *,
        acts: Acts,
        pointed: Callable[[str, Span, Sequence[Spot]], None],
    ) -> None:
        self.book = GrantBook(clock)
        self._store = store
        self._people = people
        self._camera = camera
        self._clock = clock
        self._settings = settings
        self._acts = acts
        self._pointed = pointed
        self._deciding = threading.Lock()
        self.book.put(store.grants())

    @property
    def may_break_glass(self) -> bool:
        """Whether the town allows originals at once in an emergency."""
        return self._settings.break_glass

    def ask(self, by: Session, asked: Asked) -> Request:
        """A request that waits for somebody else.

        A recorded span is widened to whole minutes. Raises `Error`: NOT_FOUND for a camera that
        one may not know, FORBIDDEN, INVALID_INPUT, THING_UNCLEAR and what else keeps `pointed`
        from looking, LEDGER_FAILED.
        """
        request = self._request(by, asked)
        self._acts.append(EntryKind.ORIGINAL_REQUESTED, {**who(by), **told(request)})
        self._store.add_request(request)
        return request

    def break_glass(self, by: Session, asked: Asked) -> tuple[Request, Grant]:
        """Originals at once in an emergency: announced, and reviewed by somebody else afterwards.

        Raises as `ask`, and FORBIDDEN where the town does not allow it.
        """
        if not self._settings.break_glass:
            raise Error(Kind.FORBIDDEN, "this town asks for a second person in every case")
        minutes = self._settings.glass_minutes
        if asked.span is None:
            asked = replace(asked, live_minutes=min(asked.live_minutes or minutes, minutes))
        request = self._request(by, asked)
        grant = self._grant(request, minutes, None, glass=True)
        body: Body = {**told(request), "grant": grant.id, "expires_us": grant.expires_us}
        self._acts.append(EntryKind.GLASS_BROKEN, {**who(by), **body})
        self._store.add_request(request)
        self._store.end_request(request.id, RequestState.GRANTED)
        self._store.add_grant(grant)
        self.book.put([grant])
        return request, grant

    def decide(
        self, by: Session, request_id: str, digest: str, *, minutes: int | None, why: str
    ) -> Grant | None:
        """Grant a request for so many minutes (for live: those asked for), or refuse it (None).

        Raises `Error`: SAME_PERSON when requester and decider are not two people; FORBIDDEN when
        the decider may not decide about all of its cameras, or the requester may not ask any more;
        CONFLICT when it was decided already, or `digest` is another request's; LEDGER_FAILED.
        """
        with self._deciding:
            request = self._store.request(request_id)
            requester = self._may_decide(by, request)
            if request.digest != digest:
                raise Error(Kind.CONFLICT, "this decision is about another request")
            if request.state is not RequestState.WAITING:
                raise Error(Kind.CONFLICT, "somebody has decided about this already")
            decided: Body = {**who(by), **subject(requester), **told(request), "why": why}
            if minutes is None:
                self._acts.append(EntryKind.REFUSED, decided)
                self._store.end_request(request_id, RequestState.REFUSED)
                return None
            self._may_ask(requester, request.asked)
            grant = self._grant(request, minutes, by.person.id)
            self._acts.append(
                EntryKind.GRANTED,
                {**decided, "grant": grant.id, "expires_us": grant.expires_us},
            )
            if not self._store.end_request(request_id, RequestState.GRANTED):
                raise Error(Kind.CONFLICT, "somebody has decided about this already")
            self._store.add_grant(grant)
            self.book.put([grant])
            return grant

    def withdraw_request(self, by: Session, request_id: str) -> None:
        """Who asked does not need it any more. Raises `Error`: NOT_FOUND, CONFLICT."""
        with self._deciding:
            request = self._store.request(request_id)
            if request.person_id != by.person.id:
                raise Error(Kind.NOT_FOUND, "there is no such request")
            if request.state is not RequestState.WAITING:
                raise Error(Kind.CONFLICT, "somebody has decided about this already")
            body: Body = {"request": request_id, "why": "withdrawn"}
            self._acts.append(EntryKind.REQUEST_ENDED, {**who(by), **body})
            self._store.end_request(request_id, RequestState.WITHDRAWN)

    def withdraw(self, by: Session, grant_id: str, why: str) -> Grant:
        """End a grant before its time: whoever holds it, or may decide about its cameras.

        What is open under it ends at once; also when the ledger takes no entry, since ending is
        always allowed. Raises `Error(NOT_FOUND)`.
        """
        grant = self.book.find(grant_id)
        if grant is None or not (grant.person_id == by.person.id or self._decides(by, grant)):
            raise Error(Kind.NOT_FOUND, "there is no such grant, or it has ended")
        self.book.remove(grant_id)
        self._store.withdraw(grant_id, self._clock.wall_us())
        body: Body = {"grant": grant_id, "request": grant.request_id, "why": why}
        self._acts.append(EntryKind.GRANT_ENDED, {**who(by), **body})
        return grant

    def review(self, by: Session, grant_id: str, *, justified: bool, why: str) -> None:
        """Somebody else looks at a broken glass.

        Raises `Error`: NOT_FOUND, FORBIDDEN, SAME_PERSON, CONFLICT.
        """
        found = next((each for each in self._store.grants() if each.id == grant_id), None)
        if found is None or not found.glass:
            raise Error(Kind.NOT_FOUND, "there is no such grant")
        with self._deciding:
            requester = self._may_decide(by, self._store.request(found.request_id))
            if found.decided_by is not None:
                raise Error(Kind.CONFLICT, "somebody has reviewed this already")
            body: Body = {"grant": grant_id, "justified": justified, "why": why}
            self._acts.append(EntryKind.GLASS_REVIEWED, {**who(by), **subject(requester), **body})
            self._store.reviewed(grant_id, by.person.id)

    def requests(self, by: Session) -> list[Request]:
        """One's own, those that one may decide about, and for auditors all; the newest first."""
        return [
            each
            for each in self._store.requests()
            if each.person_id == by.person.id
            or by.person.may_everywhere(Act.AUDIT)
            or self._may_for_all(by.person, Act.DECIDE, each.asked.camera_ids)
        ]

    def grants(self, by: Session) -> list[Grant]:
        """As `requests`."""
        return [
            each
            for each in self._store.grants()
            if each.person_id == by.person.id
            or by.person.may_everywhere(Act.AUDIT)
            or self._decides(by, each)
        ]

    def _request(self, by: Session, asked: Asked) -> Request:
        self._may_ask(by.person, asked)
        asked = checked(asked, self._settings)
        if asked.spots and asked.span is not None:
            self._pointed(asked.camera_ids[0], asked.span, asked.spots)
        request_id = new_id("req")
        return Request(
            id=request_id,
            person_id=by.person.id,
            asked=asked,
            created_us=self._clock.wall_us(),
            digest=digest_of(request_id, by.person.id, asked),
            passkey_id=by.passkey_id,
        )

    def _grant(
        self, request: Request, minutes: int, decided_by: str | None, *, glass: bool = False
    ) -> Grant:
        asked = request.asked
        lasting = minutes if asked.span is not None else (asked.live_minutes or minutes)
        if not 1 <= lasting <= self._settings.longest_minutes:
            most = self._settings.longest_minutes
            raise Error(Kind.INVALID_INPUT, f"a grant lasts {most} minutes at most")
        now_us = self._clock.wall_us()
        return Grant(
            id=new_id("grn"),
            request_id=request.id,
            person_id=request.person_id,
            camera_ids=asked.camera_ids,
            span=asked.span,
            reference=asked.reference,
            granted_us=now_us,
            expires_us=now_us + lasting * _MINUTE_US,
            decided_by=decided_by,
            glass=glass,
            spots=asked.spots,
        )

    def _may_ask(self, person: Person, asked: Asked) -> None:
        """Every camera is loaded and asked about. Raises NOT_FOUND, FORBIDDEN."""
        for camera_id in asked.camera_ids:
            groups = self._camera(camera_id).groups
            if not person.may(Act.SEE_CAMERAS, groups):
                raise Error(Kind.NOT_FOUND, "no such camera")
            if not person.may(Act.REQUEST, groups):
                raise Error(Kind.FORBIDDEN, "this role asks for no originals")

    def _may_decide(self, by: Session, request: Request) -> Person:
        """Who asked, when whoever decides is somebody else in every respect that can be told."""
        if not self._may_for_all(by.person, Act.DECIDE, request.asked.camera_ids):
            raise Error(Kind.FORBIDDEN, "your roles do not allow this")
        same_key = by.passkey_id is not None and by.passkey_id == request.passkey_id
        looks_after = request.person_id in self._people.administrators_of(by.person.id)
        if request.person_id == by.person.id or same_key or looks_after:
            raise Error(Kind.SAME_PERSON, "who asks and who decides must be two independent people")
        return self._people.get(request.person_id)

    def _decides(self, by: Session, grant: Grant) -> bool:
        return self._may_for_all(by.person, Act.DECIDE, grant.camera_ids)

    def _may_for_all(self, person: Person, act: Act, camera_ids: Sequence[str]) -> bool:
        if person.may_everywhere(act):
            return True
        return person.may_somewhere(act) and all(
            person.may(act, self._camera(each).groups) for each in camera_ids
        )
