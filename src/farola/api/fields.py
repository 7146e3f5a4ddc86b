"""The bounded, reusable pieces that request and response models are made of."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from farola.base import Error, Kind
from farola.model import Span

LATEST_US = 7_258_118_400_000_000  # the year 2200, and an exact number in JavaScript
_DAY_US = 86_400_000_000
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"  # lines and tabs are welcome


class Body(BaseModel):
    """A request: strict types, no unknown members."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """A response: every member is always there."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone of the IANA database")
    return name


Micros = Annotated[int, Field(ge=0, le=LATEST_US, description="UTC microseconds since 1970")]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True, pattern=_PRINTABLE)
]
Place = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=_PRINTABLE)
]
Prose = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True, pattern=_TEXT)
]
OptionalProse = Annotated[
    str, StringConstraints(max_length=2000, strip_whitespace=True, pattern=_TEXT)
]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]
NewSecret = Annotated[str, StringConstraints(min_length=10, max_length=256)]
Stream = Literal["main", "sub"]
Values = dict[str, str | int | float | bool | None]

CameraId = Annotated[
    str, Path(pattern=r"^[a-z0-9-]{1,64}$", description="A camera's id, such as `cam-7f3k9q2m1x4b`")
]
MediaKey = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,400}$", description="What a playlist named")
]
StreamQuery = Annotated[Stream, Query(description="`main` or `sub`")]
StartQuery = Annotated[Micros, Query(description="First UTC microsecond")]
EndQuery = Annotated[Micros, Query(description="UTC microsecond after the last")]
ZoneQuery = Annotated[
    str,
    Query(
        max_length=64,
        description="An IANA time zone such as `America/Argentina/Buenos_Aires`",
        json_schema_extra={"example": "UTC"},
    ),
    AfterValidator(_zone),
]


def span_of(start_us: int, end_us: int, *, most_days: int) -> Span:
    """The asked span; raises INVALID_INPUT when it is empty, reversed or longer than allowed."""
    if end_us <= start_us:
        raise Error(Kind.INVALID_INPUT, "the span must end after it starts")
    if end_us - start_us > most_days * _DAY_US:
        raise Error(
            Kind.INVALID_INPUT, f"the span is longer than {most_days} days", most_days=most_days
        )
    return Span(start_us, end_us)


def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


_OF_A_BODY = (400, 408, 413)


def problem_of(*statuses: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's declaration of the problem documents that a route may answer with.

    `body`: the request has one, which may be malformed, late or too large.
    """
    declared = {*statuses, *_OF_A_BODY} if body else set(statuses)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANING[status], "content": content} for status in sorted(declared)
    }


_MEANING = {
    400: "The request is malformed",
    401: "Nobody is signed in",
    403: "Refused, for example because another site sent the request",
    404: "There is no such thing",
    405: "The route does not know this method",
    408: "The request's body did not arrive in time",
    409: "It contradicts what is there",
    410: "The keys of this recording were destroyed",
    413: "The request's body, or the file that it asks for, is too large",
    415: "The request's body is not JSON",
    422: "The request does not fit its description",
    429: "Too many attempts; `retry_after_s` tells how long to wait",
    500: "A fault in Farola; it is in the log",
    503: "Not possible at the moment; it may be retried",
    507: "The disk is full",
}
