"""A camera's zones and rules: list, draw, write, try, delete."""

from fastapi import APIRouter

from farola.api.fields import CameraId, problem_of, span_of
from farola.api.guard import SignedIn, SignedInSession
from farola.api.reach import Reach, camera_of, off_loop, record
from farola.api.services import Services
from farola.api.situation_models import (
    RuleAnswer,
    RuleBody,
    RuleId,
    RuleList,
    TrialAnswer,
    TrialBody,
    ZoneAnswer,
    ZoneBody,
    ZoneId,
    ZoneList,
)
from farola.base import Error, Kind
from farola.model import Act, Body, EntryKind

router = APIRouter(prefix="/api/cameras/{camera_id}", tags=["situations"])

_MOST_TRIAL_US = 3_600_000_000


@router.get("/zones", responses=problem_of(401, 403, 404, 422, 503))
async def list_zones(camera_id: CameraId, signed_in: SignedIn, services: Reach) -> ZoneList:
    """The camera's zones, by name."""
    await camera_of(services, signed_in, camera_id)
    zones = await off_loop(services.situations.zones, camera_id)
    return ZoneList(zones=[ZoneAnswer.of(zone) for zone in zones])


@router.post(
    "/zones", status_code=201, responses=problem_of(401, 403, 404, 409, 422, 503, body=True)
)
async def add_zone(
    camera_id: CameraId, body: ZoneBody, signed_in: SignedIn, services: Reach
) -> ZoneAnswer:
    """Draw a zone; a private one is covered from the next picture on."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    await _record(
        services, signed_in, camera_id, {"what": "added", "part": "zone", "name": body.name}
    )
    return ZoneAnswer.of(await off_loop(services.situations.add_zone, camera_id, body.draft()))


@router.put("/zones/{zone_id}", responses=problem_of(401, 403, 404, 409, 422, 503, body=True))
async def update_zone(
    camera_id: CameraId, zone_id: ZoneId, body: ZoneBody, signed_in: SignedIn, services: Reach
) -> ZoneAnswer:
    """Replace a zone; its rules go on with what is drawn now."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    await _record(
        services, signed_in, camera_id, {"what": "changed", "part": "zone", "zone": zone_id}
    )
    zone = await off_loop(services.situations.update_zone, camera_id, zone_id, body.draft())
    return ZoneAnswer.of(zone)


@router.delete(
    "/zones/{zone_id}", status_code=204, responses=problem_of(401, 403, 404, 409, 422, 503)
)
async def delete_zone(
    camera_id: CameraId, zone_id: ZoneId, signed_in: SignedIn, services: Reach
) -> None:
    """Delete a zone that no rule needs; its events and counts stay."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    await _record(
        services, signed_in, camera_id, {"what": "deleted", "part": "zone", "zone": zone_id}
    )
    await off_loop(services.situations.delete_zone, camera_id, zone_id)


@router.get("/rules", responses=problem_of(401, 403, 404, 422, 503))
async def list_rules(camera_id: CameraId, signed_in: SignedIn, services: Reach) -> RuleList:
    """The camera's rules, by name."""
    await camera_of(services, signed_in, camera_id)
    rules = await off_loop(services.situations.rules, camera_id)
    return RuleList(rules=[RuleAnswer.of(rule) for rule in rules])


@router.post(
    "/rules", status_code=201, responses=problem_of(401, 403, 404, 409, 422, 503, body=True)
)
async def add_rule(
    camera_id: CameraId, body: RuleBody, signed_in: SignedIn, services: Reach
) -> RuleAnswer:
    """Write a rule; it is followed at once when it is enabled."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    await _record(
        services, signed_in, camera_id, {"what": "added", "part": "rule", "name": body.name}
    )
    return RuleAnswer.of(await off_loop(services.situations.add_rule, camera_id, body.draft()))


@router.post("/rules/try", responses=problem_of(401, 403, 404, 409, 410, 422, 500, 503, body=True))
async def try_rule(
    camera_id: CameraId, body: TrialBody, signed_in: SignedIn, services: Reach
) -> TrialAnswer:
    """What a rule would have made of recorded video; nothing is stored."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    span = span_of(body.start_us, body.end_us, most_days=1)
    if span.end_us - span.start_us > _MOST_TRIAL_US:
        raise Error(Kind.INVALID_INPUT, "a rule is tried on at most an hour", field="end_us")
    trial = await services.situations.try_rule(camera_id, body.rule.draft(), span)
    return TrialAnswer.of(trial)


@router.put("/rules/{rule_id}", responses=problem_of(401, 403, 404, 409, 422, 503, body=True))
async def update_rule(
    camera_id: CameraId, rule_id: RuleId, body: RuleBody, signed_in: SignedIn, services: Reach
) -> RuleAnswer:
    """Replace a rule; an event that lasts ends."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    await _record(
        services, signed_in, camera_id, {"what": "changed", "part": "rule", "rule": rule_id}
    )
    rule = await off_loop(services.situations.update_rule, camera_id, rule_id, body.draft())
    return RuleAnswer.of(rule)


@router.delete("/rules/{rule_id}", status_code=204, responses=problem_of(401, 403, 404, 422, 503))
async def delete_rule(
    camera_id: CameraId, rule_id: RuleId, signed_in: SignedIn, services: Reach
) -> None:
    """Delete a rule; its events stay."""
    await camera_of(services, signed_in, camera_id, Act.WRITE_RULES)
    await _record(
        services, signed_in, camera_id, {"what": "deleted", "part": "rule", "rule": rule_id}
    )
    await off_loop(services.situations.delete_rule, camera_id, rule_id)


async def _record(
    services: Services, signed_in: SignedInSession, camera_id: str, act: Body
) -> None:
    await record(services, signed_in, EntryKind.RULE_CHANGED, {"camera": camera_id, **act})
