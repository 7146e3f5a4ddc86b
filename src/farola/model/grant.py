"""Asking for the original, deciding, and what a grant allows."""

from dataclasses import dataclass
from enum import StrEnum

from farola.model.course import Spot
from farola.model.recording import Span


class Reason(StrEnum):
    """Why somebody needs the original; a text says more."""

    CRIME = "crime"
    CRASH = "crash"
    MEDICAL = "medical"
    FIRE = "fire"
    SEARCH = "search"
    COURT_ORDER = "court_order"
    ACCESS_REQUEST = "access_request"
    OTHER = "other"


class RequestState(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Nobody decided in time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see and why. `span` is what was recorded; None asks for live.

    `reference` names the case or the court order, `incident` what happened; either may be empty.
    With `spots` only the one thing that was pointed at is asked for, and all else stays covered.
    """

    camera_ids: tuple[str, ...]
    span: Span | None
    live_minutes: int | None
    reason: Reason
    text: str
    reference: str
    incident: str
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """`digest` is the SHA-256, in hexadecimal digits, of everything that was asked for and by whom:
    a decision names it, and is worth nothing for another request. `passkey_id` is what the
    requester had shown when asking.
    """

    id: str
    person_id: str
    asked: Asked
    created_us: int
    digest: str
    state: RequestState = RequestState.WAITING
    passkey_id: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Originals of these cameras and this span for one person until it expires.

    `span` is None for live. With `spots` it is for the one thing that they point at and not for
    the originals. `glass`: it was not decided by anybody, but taken in an emergency;
    `decided_by` is then who reviewed it, None before.
    """

    id: str
    request_id: str
    person_id: str
    camera_ids: tuple[str, ...]
    span: Span | None
    reference: str
    granted_us: int
    expires_us: int
    decided_by: str | None
    withdrawn_us: int | None = None
    glass: bool = False
    spots: tuple[Spot, ...] = ()

    def covers(self, camera_id: str, span: Span | None) -> bool:
        """Whether these pictures lie in it, wholly; None is live."""
        if camera_id not in self.camera_ids or (span is None) != (self.span is None):
            return False
        if span is None or self.span is None:
            return True
        return self.span.start_us <= span.start_us and span.end_us <= self.span.end_us
