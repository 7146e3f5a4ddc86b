"""Asking for the original, deciding, and what a grant allows."""

from dataclasses import dataclass
from enum import StrEnum

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
    MAINTENANCE = "maintenance"
    OTHER = "other"


class RequestState(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Nobody decided in time."""


@dataclass(frozen=True, slots=True)
class PickedTrack:
    """One thing in the picture, by where it was at an instant; fractions of the picture.

    No track number: those mean nothing beyond the moment they were made in (RED_LINES).
    """

    at_us: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Request:
    """`span` is what was recorded; None asks for live, for `live_minutes`.

    `digest` is the SHA-256, in hexadecimal digits, of everything that was asked for: an approval
    names it, and is worth nothing for another request. `track` leaves one thing uncovered and all
    else covered.
    """

    id: str
    person_id: str
    camera_ids: tuple[str, ...]
    span: Span | None
    live_minutes: int | None
    reason: Reason
    text: str
    reference: str
    incident: str
    track: PickedTrack | None
    created_us: int
    digest: str
    state: RequestState


@dataclass(frozen=True, slots=True)
class Grant:
    """Originals of these cameras and this span for one person until it expires.

    `span` is None for live. `decided_by` is None for a broken glass, until it is reviewed.
    """

    id: str
    request_id: str
    person_id: str
    camera_ids: tuple[str, ...]
    span: Span | None
    reference: str
    track: PickedTrack | None
    granted_us: int
    expires_us: int
    decided_by: str | None
    withdrawn_us: int | None = None
    glass: bool = False

    def covers(self, camera_id: str, span: Span | None, now_us: int) -> bool:
        """Whether these pictures may be seen now: None is live."""
        if self.withdrawn_us is not None or not self.granted_us <= now_us < self.expires_us:
            return False
        if camera_id not in self.camera_ids or (span is None) != (self.span is None):
            return False
        if span is None or self.span is None:
            return True
        return self.span.start_us <= span.start_us and span.end_us <= self.span.end_us
