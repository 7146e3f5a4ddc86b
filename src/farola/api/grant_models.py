"""Requests for originals, decisions and grants as JSON."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field, StringConstraints

from farola.api.fields import Answer, Body, Micros
from farola.base import Error, Kind
from farola.model import Asked, Grant, Reason, Request, RequestState, Span, Spot

_ID = r"^[a-z0-9-]{1,64}$"
_LINE = r"^[^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
RequestId = Annotated[str, Path(pattern=_ID, description="A request's id, such as `req-…`")]
GrantId = Annotated[str, Path(pattern=_ID, description="A grant's id, such as `grn-…`")]
GrantQuery = Annotated[
    str | None,
    Query(pattern=_ID, description="The grant under which the original is looked at"),
]
Line = Annotated[str, StringConstraints(max_length=120, strip_whitespace=True, pattern=_LINE)]
Why = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=_TEXT),
]


class SpotBody(Body):
    """Where one thing is in the picture of that instant, in fractions of width and height."""

    at_us: Micros
    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]


class SpotAnswer(Answer):
    """As in the request, rounded to four digits."""

    at_us: Micros
    x: float
    y: float


class RequestBody(Body):
    """A recorded span (`start_us`, `end_us`), or live for so many minutes.

    With `spots`, one camera and at most ten minutes: only the person or the vehicle that they point
    at, each for as long as it can be told from all others; everything else stays covered.
    """

    camera_ids: Annotated[
        list[Annotated[str, StringConstraints(pattern=_ID)]], Field(min_length=1, max_length=20)
    ]
    start_us: Micros | None = None
    end_us: Micros | None = None
    live_minutes: Annotated[int, Field(ge=1, le=1_440)] | None = None
    reason: Annotated[Reason, Field(strict=False)]
    text: Why
    reference: Line = ""
    incident: Line = ""
    spots: list[SpotBody] = Field(default_factory=list, max_length=10)

    def asked(self) -> Asked:
        """Raises INVALID_INPUT unless it is one of the two."""
        return Asked(
            camera_ids=tuple(self.camera_ids),
            span=self._span(),
            live_minutes=self.live_minutes,
            reason=self.reason,
            text=self.text,
            reference=self.reference,
            incident=self.incident,
            spots=tuple(Spot(each.at_us, each.x, each.y) for each in self.spots),
        )

    def _span(self) -> Span | None:
        if self.live_minutes is not None:
            if self.start_us is not None or self.end_us is not None:
                raise Error(Kind.INVALID_INPUT, "ask for a span or for live, not for both")
            return None
        if self.start_us is None or self.end_us is None or self.end_us <= self.start_us:
            raise Error(Kind.INVALID_INPUT, "the span must end after it starts", field="end_us")
        return Span(self.start_us, self.end_us)


class DecisionBody(Body):
    """`digest` is the request's, so that this decides about that request and no other. Without
    `minutes` it is refused.
    """

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    minutes: Annotated[int, Field(ge=1, le=10_080)] | None
    why: Why


class WithdrawalBody(Body):
    why: Why


class ReviewBody(Body):
    justified: bool
    why: Why


class RequestAnswer(Answer):
    """`may_decide`: whether the one who asks this may decide about it."""

    id: str
    person_id: str
    person_name: str
    camera_ids: list[str]
    start_us: Micros | None
    end_us: Micros | None
    live_minutes: int | None
    reason: Reason
    text: str
    reference: str
    incident: str
    spots: list[SpotAnswer]
    created_us: Micros
    digest: str
    state: RequestState
    mine: bool
    may_decide: bool

    @classmethod
    def of(cls, request: Request, name: str, *, mine: bool, may_decide: bool) -> "RequestAnswer":
        asked = request.asked
        return cls(
            id=request.id,
            person_id=request.person_id,
            person_name=name,
            camera_ids=list(asked.camera_ids),
            start_us=asked.span.start_us if asked.span else None,
            end_us=asked.span.end_us if asked.span else None,
            live_minutes=asked.live_minutes,
            reason=asked.reason,
            text=asked.text,
            reference=asked.reference,
            incident=asked.incident,
            spots=[SpotAnswer(at_us=each.at_us, x=each.x, y=each.y) for each in asked.spots],
            created_us=request.created_us,
            digest=request.digest,
            state=request.state,
            mine=mine,
            may_decide=may_decide,
        )


class GrantAnswer(Answer):
    """`lasts`: whether originals can be seen under it now. `glass`: taken in an emergency;
    `decided_by` is then who reviewed it, null before. `one_thing`: what the request's spots point
    at alone.
    """

    id: str
    request_id: str
    person_id: str
    person_name: str
    camera_ids: list[str]
    start_us: Micros | None
    end_us: Micros | None
    reference: str
    granted_us: Micros
    expires_us: Micros
    decided_by: str | None
    withdrawn_us: Micros | None
    glass: bool
    one_thing: bool
    lasts: bool
    mine: bool

    @classmethod
    def of(cls, grant: Grant, name: str, *, lasts: bool, mine: bool) -> "GrantAnswer":
        return cls(
            id=grant.id,
            request_id=grant.request_id,
            person_id=grant.person_id,
            person_name=name,
            camera_ids=list(grant.camera_ids),
            start_us=grant.span.start_us if grant.span else None,
            end_us=grant.span.end_us if grant.span else None,
            reference=grant.reference,
            granted_us=grant.granted_us,
            expires_us=grant.expires_us,
            decided_by=grant.decided_by,
            withdrawn_us=grant.withdrawn_us,
            glass=grant.glass,
            one_thing=bool(grant.spots),
            lasts=lasts,
            mine=mine,
        )


class RequestList(Answer):
    requests: list[RequestAnswer]


class GrantList(Answer):
    """`break_glass`: whether this town allows originals at once in an emergency."""

    grants: list[GrantAnswer]
    break_glass: bool


class DecisionAnswer(Answer):
    """The grant, null where the request was refused."""

    grant: GrantAnswer | None
