"""What a request asks for: what may be asked, in which form, and how that is told. Pure."""

import hashlib
import json
from dataclasses import replace

from farola.base import Error, Kind
from farola.config.oversight import Grants as GrantSettings
from farola.model import Asked, Body, Json, Request, Span

_MINUTE_US = 60_000_000
_HOUR_US = 3_600_000_000
_LEAST_TEXT = 10
_MOST_CAMERAS = 20
_MOST_SPOTS = 10
_MOST_SPOTTED_US = 10 * _MINUTE_US
_SPOT_DIGITS = 4


def checked(asked: Asked, settings: GrantSettings) -> Asked:
    """What is asked for, in one form and within the town's bounds. Raises INVALID_INPUT."""
    if not 1 <= len(set(asked.camera_ids)) <= _MOST_CAMERAS:
        raise Error(Kind.INVALID_INPUT, f"a request is for 1 to {_MOST_CAMERAS} cameras")
    if len(asked.text.strip()) < _LEAST_TEXT:
        raise Error(
            Kind.INVALID_INPUT,
            f"say in at least {_LEAST_TEXT} characters what it is needed for",
            field="text",
        )
    cameras = tuple(sorted(set(asked.camera_ids)))
    if asked.spots:
        _check_spots(asked)
    if asked.span is None:
        most = settings.longest_live_minutes
        if asked.live_minutes is None or not 1 <= asked.live_minutes <= most:
            raise Error(
                Kind.INVALID_INPUT, f"live is for 1 to {most} minutes", field="live_minutes"
            )
        return _tidied(asked, cameras, None)
    span = whole_minutes(asked.span)
    if span.end_us - span.start_us > settings.longest_span_hours * _HOUR_US:
        hours = settings.longest_span_hours
        raise Error(Kind.INVALID_INPUT, f"at most {hours} hours may be asked for", field="end_us")
    return _tidied(asked, cameras, span)


def whole_minutes(span: Span) -> Span:
    """The span widened to whole minutes."""
    start, end = span.start_us // _MINUTE_US, -(-span.end_us // _MINUTE_US)
    return Span(start * _MINUTE_US, end * _MINUTE_US)


def _check_spots(asked: Asked) -> None:
    """One thing is in one camera's recording, in a short span."""
    if len(asked.camera_ids) != 1 or asked.span is None or len(asked.spots) > _MOST_SPOTS:
        raise Error(
            Kind.INVALID_INPUT,
            "one thing alone is asked for in one camera's recording, and pointed at some times",
            field="spots",
        )
    span = whole_minutes(asked.span)
    if span.end_us - span.start_us > _MOST_SPOTTED_US:
        minutes = _MOST_SPOTTED_US // _MINUTE_US
        raise Error(
            Kind.INVALID_INPUT,
            f"one thing alone may be asked for in at most {minutes} minutes",
            field="end_us",
        )
    for spot in asked.spots:
        within = span.start_us <= spot.at_us < span.end_us
        if not (within and 0 <= spot.x <= 1 and 0 <= spot.y <= 1):
            raise Error(
                Kind.INVALID_INPUT, "a spot lies in the picture and in the span", field="spots"
            )


def digest_of(request_id: str, person_id: str, asked: Asked) -> str:
    """Names everything that was asked for, so that a decision fits no other request."""
    span: Json = None if asked.span is None else [asked.span.start_us, asked.span.end_us]
    told: list[Json] = [
        request_id,
        person_id,
        list(asked.camera_ids),
        span,
        asked.live_minutes,
        asked.reason.value,
        asked.text,
        asked.reference,
        asked.incident,
    ]
    if asked.spots:
        told.append(_spots(asked))
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def told(request: Request) -> Body:
    """How a request stands in an entry."""
    asked = request.asked
    body: Body = {
        "request": request.id,
        "digest": request.digest,
        "cameras": [*asked.camera_ids],
        "reason": asked.reason.value,
        "text": asked.text,
        "reference": asked.reference,
        "incident": asked.incident,
    }
    if asked.span is None:
        return {**body, "live_minutes": asked.live_minutes}
    if asked.spots:
        body["spots"] = [*_spots(asked)]
    return {**body, "start_us": asked.span.start_us, "end_us": asked.span.end_us}


def _spots(asked: Asked) -> list[Json]:
    """Times, and places in ten-thousandths of the picture's width and height."""
    most = 10**_SPOT_DIGITS
    return [[each.at_us, round(each.x * most), round(each.y * most)] for each in asked.spots]


def _tidied(asked: Asked, cameras: tuple[str, ...], span: Span | None) -> Asked:
    return replace(
        asked,
        camera_ids=cameras,
        span=span,
        live_minutes=asked.live_minutes if span is None else None,
        text=asked.text.strip(),
        reference=asked.reference.strip(),
        incident=asked.incident.strip(),
        spots=tuple(
            replace(each, x=round(each.x, _SPOT_DIGITS), y=round(each.y, _SPOT_DIGITS))
            for each in asked.spots
        ),
    )
