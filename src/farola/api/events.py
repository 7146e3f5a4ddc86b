"""What was noticed: events to search, and how lively places were hour by hour."""

from fastapi import APIRouter

from farola.api.fields import EndQuery, StartQuery, problem_of, span_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, camera_of, off_loop, require, within
from farola.api.situation_models import (
    ActivityAnswer,
    CameraIdQuery,
    CursorQuery,
    EventAnswer,
    EventId,
    EventList,
    HourAnswer,
    IdQuery,
    LimitQuery,
    SinceQuery,
    UntilQuery,
)
from farola.base import Error, Kind
from farola.model import Act, Condition, EventFilter, Label

router = APIRouter(prefix="/api", tags=["events"])

_MOST_ACTIVITY_DAYS = 32


@router.get("/events", responses=problem_of(401, 403, 422, 503))
async def list_events(
    signed_in: SignedIn,
    services: Reach,
    camera_id: IdQuery = None,
    zone_id: IdQuery = None,
    rule_id: IdQuery = None,
    label: Label | None = None,
    condition: Condition | None = None,
    start_us: SinceQuery = None,
    end_us: UntilQuery = None,
    before: CursorQuery = None,
    limit: LimitQuery = 100,
) -> EventList:
    """Events of one's cameras that fit every given filter, newest first, page by page."""
    require(signed_in, Act.SEE_EVENTS)
    cameras = await within(services, signed_in, Act.SEE_EVENTS)
    asked = EventFilter(camera_id, zone_id, rule_id, label, condition, start_us, end_us, cameras)
    page = await off_loop(services.situations.events, asked, before, limit)
    return EventList(events=[EventAnswer.of(event) for event in page.events], next=page.next)


@router.get("/events/{event_id}", responses=problem_of(401, 403, 404, 422, 503))
async def get_event(event_id: EventId, signed_in: SignedIn, services: Reach) -> EventAnswer:
    """One event."""
    require(signed_in, Act.SEE_EVENTS)
    event = await off_loop(services.situations.event, event_id)
    cameras = await within(services, signed_in, Act.SEE_EVENTS)
    if cameras is not None and event.camera_id not in cameras:
        raise Error(Kind.NOT_FOUND, "no such event")
    return EventAnswer.of(event)


@router.get("/activity", responses=problem_of(401, 403, 404, 422, 503))
async def get_activity(
    camera_id: CameraIdQuery,
    start_us: StartQuery,
    end_us: EndQuery,
    signed_in: SignedIn,
    services: Reach,
    zone_id: IdQuery = None,
) -> ActivityAnswer:
    """Hourly counts of a camera in a span of at most 32 days, in order of time.

    Of one zone where `zone_id` is given, else of the whole picture and of every zone.
    """
    span = span_of(start_us, end_us, most_days=_MOST_ACTIVITY_DAYS)
    await camera_of(services, signed_in, camera_id, Act.SEE_EVENTS)
    hours = await off_loop(services.situations.activity, camera_id, span, zone_id)
    return ActivityAnswer(hours=[HourAnswer.of(hour) for hour in hours])
