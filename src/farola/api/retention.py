"""What will be destroyed when and why, and what is held back from it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from farola.access import who
from farola.api.fields import Answer, Body, Micros, problem_of
from farola.api.grant_models import Why
from farola.api.guard import SignedIn
from farola.api.reach import Reach, camera_of, off_loop, require, within
from farola.base import Error, Kind
from farola.keys import parse_epoch
from farola.model import Act, Hold, Span
from farola.retention import Why as DestroyedFor

router = APIRouter(prefix="/api", tags=["retention"])

_ID = r"^[a-z0-9-]{1,64}$"
HoldId = Annotated[str, Path(pattern=_ID, description="A hold's id, such as `hld-…`")]


class PlannedAnswer(Answer):
    """An hour of the class's recordings, when its key will be destroyed, and why then."""

    start_us: Micros
    end_us: Micros
    retention_class: str
    at_us: Micros
    why: DestroyedFor


class RetentionAnswer(Answer):
    """`now_us` is the time that really has passed, which `at_us` counts in."""

    hours: int
    now_us: Micros
    free_bytes: int
    short_of_room: bool
    planned: list[PlannedAnswer]


class ClassAnswer(Answer):
    """`until` is the last day of its justification, null where it needs none."""

    name: str
    hours: int
    until: date | None
    justification: str


class ClassList(Answer):
    classes: list[ClassAnswer]


class HoldAnswer(Answer):
    id: str
    camera_ids: list[str]
    start_us: Micros
    end_us: Micros
    reason: str
    reference: str
    placed_us: Micros
    expires_us: Micros

    @classmethod
    def of(cls, hold: Hold) -> "HoldAnswer":
        return cls(
            id=hold.id,
            camera_ids=list(hold.camera_ids),
            start_us=hold.span.start_us,
            end_us=hold.span.end_us,
            reason=hold.reason,
            reference=hold.reference,
            placed_us=hold.placed_us,
            expires_us=hold.expires_us,
        )


class HoldList(Answer):
    holds: list[HoldAnswer]


class HoldBody(Body):
    """Keep a span of some cameras for so many days from now."""

    camera_ids: Annotated[
        list[Annotated[str, StringConstraints(pattern=_ID)]], Field(min_length=1, max_length=100)
    ]
    start_us: Micros
    end_us: Micros
    reason: Why
    reference: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ]
    days: Annotated[int, Field(ge=1, le=3_660)]


class HoldEndBody(Body):
    why: Why


@router.get("/retention", responses=problem_of(401, 403, 503))
async def get_retention(signed_in: SignedIn, services: Reach) -> RetentionAnswer:
    """What will be destroyed, when and why, as of now; the soonest first."""
    require(signed_in, Act.HOLD, Act.AUDIT)
    preview = await off_loop(services.retention.preview)
    return RetentionAnswer(
        hours=preview.hours,
        now_us=preview.now_us,
        free_bytes=preview.free,
        short_of_room=preview.short_of_room,
        planned=[
            PlannedAnswer(
                start_us=(epoch := parse_epoch(each.epoch)).start_us,
                end_us=epoch.end_us,
                retention_class=epoch.retention_class,
                at_us=each.at_us,
                why=each.why,
            )
            for each in preview.planned
        ],
    )


@router.get("/retention/classes", responses=problem_of(401))
async def list_classes(signed_in: SignedIn, services: Reach) -> ClassList:
    """The classes that a camera's papers may name; that of all others comes first."""
    return ClassList(
        classes=[
            ClassAnswer(
                name=each.name,
                hours=each.hours,
                until=each.until,
                justification=each.justification,
            )
            for each in services.retention.classes()
        ]
    )


@router.get("/holds", responses=problem_of(401, 403, 503))
async def list_holds(signed_in: SignedIn, services: Reach) -> HoldList:
    """Holds that last and are of cameras that one may know."""
    require(signed_in, Act.HOLD, Act.AUDIT)
    known = await within(services, signed_in, Act.SEE_CAMERAS)
    holds = await off_loop(services.retention.holds)
    return HoldList(
        holds=[
            HoldAnswer.of(each) for each in holds if known is None or set(each.camera_ids) <= known
        ]
    )


@router.post(
    "/holds", status_code=201, responses=problem_of(401, 403, 404, 410, 422, 503, body=True)
)
async def place_hold(body: HoldBody, signed_in: SignedIn, services: Reach) -> HoldAnswer:
    """Keep a span from being destroyed. 410 when nothing of it can be read any more."""
    require(signed_in, Act.HOLD)
    if body.end_us <= body.start_us:
        raise Error(Kind.INVALID_INPUT, "the span must end after it starts", field="end_us")
    for camera_id in body.camera_ids:
        await camera_of(services, signed_in, camera_id, Act.HOLD)
    by = who(signed_in.session)

    def place() -> Hold:
        span = Span(body.start_us, body.end_us)
        cameras = tuple(sorted(set(body.camera_ids)))
        new = services.retention.new_hold(cameras, span, body.reason, body.reference, body.days)
        return services.retention.place(new, by)

    return HoldAnswer.of(await off_loop(place))


@router.post(
    "/holds/{hold_id}/end",
    status_code=204,
    responses=problem_of(401, 403, 404, 422, 503, body=True),
)
async def end_hold(
    hold_id: HoldId, body: HoldEndBody, signed_in: SignedIn, services: Reach
) -> None:
    """End a hold: what only it kept is destroyed at once."""
    require(signed_in, Act.HOLD)
    holds = await off_loop(services.retention.holds)
    found = next((each for each in holds if each.id == hold_id), None)
    if found is None:
        raise Error(Kind.NOT_FOUND, "there is no such hold")
    for camera_id in found.camera_ids:
        await camera_of(services, signed_in, camera_id, Act.HOLD)
    await off_loop(services.retention.end, hold_id, body.why, who(signed_in.session))
