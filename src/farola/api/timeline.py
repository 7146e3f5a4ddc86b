"""What was recorded of a camera, what was not, and on which days."""

from datetime import date

from fastapi import APIRouter

from farola.api.fields import (
    Answer,
    CameraId,
    EndQuery,
    Micros,
    StartQuery,
    StreamQuery,
    ZoneQuery,
    problem_of,
    span_of,
    zone_of,
)
from farola.api.guard import SignedIn
from farola.api.reach import Reach, camera_of, off_loop
from farola.base import Kind
from farola.model import StreamKind

router = APIRouter(prefix="/api/cameras/{camera_id}", tags=["timeline"])

_MOST_TIMELINE_DAYS = 32
_MOST_CALENDAR_DAYS = 400


class SpanAnswer(Answer):
    """Half open: `start_us` <= t < `end_us`."""

    start_us: Micros
    end_us: Micros


class GapAnswer(Answer):
    """`end_us` is null while the gap lasts."""

    start_us: Micros
    end_us: Micros | None
    reason: Kind
    detail: str


class TimelineAnswer(Answer):
    spans: list[SpanAnswer]
    gaps: list[GapAnswer]
    now_us: Micros


class DayAnswer(Answer):
    """`day` is a date in the asked zone."""

    day: date
    recorded_us: int


class DaysAnswer(Answer):
    days: list[DayAnswer]


@router.get("/timeline", responses=problem_of(401, 403, 404, 422, 503))
async def get_timeline(
    camera_id: CameraId,
    start_us: StartQuery,
    end_us: EndQuery,
    signed_in: SignedIn,
    services: Reach,
    stream: StreamQuery = "main",
) -> TimelineAnswer:
    """Recorded spans and gaps that touch a span of at most 32 days, in order of time."""
    span = span_of(start_us, end_us, most_days=_MOST_TIMELINE_DAYS)
    await camera_of(services, signed_in, camera_id)
    kind = StreamKind(stream)
    spans = await off_loop(services.timeline.spans, camera_id, kind, span)
    gaps = await off_loop(services.timeline.gaps, camera_id, kind, span)
    return TimelineAnswer(
        spans=[SpanAnswer(start_us=one.start_us, end_us=one.end_us) for one in spans],
        gaps=[
            GapAnswer(
                start_us=gap.start_us, end_us=gap.end_us, reason=gap.reason, detail=gap.detail
            )
            for gap in gaps
        ],
        now_us=services.clock.wall_us(),
    )


@router.get("/days", responses=problem_of(401, 403, 404, 422, 503))
async def get_days(
    camera_id: CameraId,
    start_us: StartQuery,
    end_us: EndQuery,
    signed_in: SignedIn,
    services: Reach,
    tz: ZoneQuery = "UTC",
    stream: StreamQuery = "main",
) -> DaysAnswer:
    """The local days within a span of at most 400 days on which something was recorded."""
    span = span_of(start_us, end_us, most_days=_MOST_CALENDAR_DAYS)
    await camera_of(services, signed_in, camera_id)
    days = await off_loop(services.timeline.days, camera_id, StreamKind(stream), span, zone_of(tz))
    return DaysAnswer(days=[DayAnswer(day=one.day, recorded_us=one.recorded_us) for one in days])
