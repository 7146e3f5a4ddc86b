"""What looks at the cameras now: the model, its load, and how much of each camera is covered."""

from typing import Literal

from fastapi import APIRouter

from farola.api.fields import Answer, problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, within
from farola.base import Kind
from farola.model import Act

router = APIRouter(prefix="/api/vision", tags=["vision"])


class ModelAnswer(Answer):
    """The detector's model, pinned by its SHA-256."""

    name: str
    sha256: str
    licence: str


class DetectionLoadAnswer(Answer):
    """Over the last five seconds: pictures looked at, left out, and milliseconds each took.

    `fault` is why nothing is detected at present; everything is wholly covered meanwhile.
    """

    per_second: float
    shed_per_second: float
    queue_ms: float
    fault: Kind | None


class LookedAtAnswer(Answer):
    """One camera. Somebody watches it: `covered`, `whole` or `withheld`, with the reason.

    Nobody does: `noticing` for its rules, `idle` when only its key frames are looked at, `off`.
    `asked` to `late` count pictures since it was first looked at.
    """

    camera_id: str
    state: Literal["covered", "whole", "withheld", "noticing", "idle", "off"]
    reason: Kind | None
    asked: int
    done: int
    shed: int
    late: int
    failed: int


class VisionAnswer(Answer):
    model: ModelAnswer
    load: DetectionLoadAnswer
    cameras: list[LookedAtAnswer]


@router.get("", responses=problem_of(401, 403, 503))
async def get_vision(signed_in: SignedIn, services: Reach) -> VisionAnswer:
    """The detector's model and load, and the state of every camera's pictures."""
    known = await within(services, signed_in, Act.SEE_CAMERAS)
    report = services.vision.report()
    return VisionAnswer(
        model=ModelAnswer(name=report.model, sha256=report.sha256, licence=report.licence),
        load=DetectionLoadAnswer(
            per_second=report.per_second,
            shed_per_second=report.shed_per_second,
            queue_ms=report.queue_ms,
            fault=report.fault,
        ),
        cameras=[
            LookedAtAnswer(
                camera_id=each.camera_id,
                state=each.state,
                reason=each.reason,
                asked=each.asked,
                done=each.done,
                shed=each.shed,
                late=each.late,
                failed=each.failed,
            )
            for each in report.cameras
            if known is None or each.camera_id in known
        ],
    )
