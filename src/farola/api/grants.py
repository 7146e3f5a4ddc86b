"""Asking for originals, deciding, and ending what was granted."""

from fastapi import APIRouter, Request

from farola.api.door import sockets_of
from farola.api.fields import problem_of
from farola.api.grant_models import (
    DecisionAnswer,
    DecisionBody,
    GrantAnswer,
    GrantId,
    GrantList,
    RequestAnswer,
    RequestBody,
    RequestId,
    RequestList,
    ReviewBody,
    WithdrawalBody,
)
from farola.api.guard import SignedIn, SignedInSession
from farola.api.reach import Reach, off_loop, require, require_proof
from farola.api.services import Services
from farola.model import Act, Grant

router = APIRouter(prefix="/api", tags=["grants"])

_CHANGE = problem_of(401, 403, 404, 409, 422, 503, body=True)


@router.get("/requests", responses=problem_of(401, 403, 503))
async def list_requests(signed_in: SignedIn, services: Reach) -> RequestList:
    """One's own requests and those that one may decide about; auditors see all."""
    require(signed_in, Act.REQUEST, Act.DECIDE, Act.AUDIT)
    session = signed_in.session

    def read() -> list[RequestAnswer]:
        names = _names(services)
        return [
            RequestAnswer.of(
                each,
                names.get(each.person_id, ""),
                mine=each.person_id == session.person.id,
                may_decide=each.person_id != session.person.id
                and session.person.may_somewhere(Act.DECIDE),
            )
            for each in services.grants.requests(session)
        ]

    return RequestList(requests=await off_loop(read))


@router.post("/requests", status_code=201, responses=_CHANGE)
async def ask_for_original(
    body: RequestBody, signed_in: SignedIn, services: Reach
) -> RequestAnswer:
    """Ask for originals; somebody else decides. A span is widened to whole minutes."""
    require(signed_in, Act.REQUEST)
    session = signed_in.session
    request = await off_loop(services.grants.ask, session, body.asked())
    return RequestAnswer.of(request, session.person.name, mine=True, may_decide=False)


@router.delete(
    "/requests/{request_id}", status_code=204, responses=problem_of(401, 403, 404, 409, 422, 503)
)
async def withdraw_request(request_id: RequestId, signed_in: SignedIn, services: Reach) -> None:
    """One's own request is not needed any more."""
    require(signed_in, Act.REQUEST)
    await off_loop(services.grants.withdraw_request, signed_in.session, request_id)


@router.post("/requests/{request_id}/decision", responses=_CHANGE)
async def decide_request(
    request_id: RequestId, body: DecisionBody, signed_in: SignedIn, services: Reach
) -> DecisionAnswer:
    """Grant or refuse what somebody else asked for. Needs a fresh proof."""
    require(signed_in, Act.DECIDE)
    require_proof(services, signed_in)
    grant = await off_loop(
        services.grants.decide,
        signed_in.session,
        request_id,
        body.digest,
        minutes=body.minutes,
        why=body.why,
    )
    told = None if grant is None else (await _told(services, signed_in, [grant]))[0]
    return DecisionAnswer(grant=told)


@router.get("/grants", responses=problem_of(401, 403, 503))
async def list_grants(signed_in: SignedIn, services: Reach) -> GrantList:
    """One's own grants and those about whose cameras one decides; auditors see all."""
    require(signed_in, Act.REQUEST, Act.DECIDE, Act.AUDIT)
    found = await off_loop(services.grants.grants, signed_in.session)
    told = await _told(services, signed_in, found)
    return GrantList(grants=told, break_glass=services.grants.may_break_glass)


@router.post("/grants/glass", status_code=201, responses=_CHANGE)
async def break_glass(body: RequestBody, signed_in: SignedIn, services: Reach) -> GrantAnswer:
    """Originals at once in an emergency, where the town allows it: announced and reviewed."""
    require(signed_in, Act.REQUEST)
    require_proof(services, signed_in)
    _, grant = await off_loop(services.grants.break_glass, signed_in.session, body.asked())
    return (await _told(services, signed_in, [grant]))[0]


@router.post("/grants/{grant_id}/withdrawal", status_code=204, responses=_CHANGE)
async def withdraw_grant(
    grant_id: GrantId,
    body: WithdrawalBody,
    signed_in: SignedIn,
    request: Request,
    services: Reach,
) -> None:
    """End a grant before its time; what is open under it ends at once."""
    require(signed_in, Act.REQUEST, Act.DECIDE)
    grant = await off_loop(services.grants.withdraw, signed_in.session, grant_id, body.why)
    sockets_of(request).wake(grant.person_id)


@router.post("/grants/{grant_id}/review", status_code=204, responses=_CHANGE)
async def review_glass(
    grant_id: GrantId, body: ReviewBody, signed_in: SignedIn, services: Reach
) -> None:
    """Say whether a broken glass was justified. Needs a fresh proof."""
    require(signed_in, Act.DECIDE)
    require_proof(services, signed_in)
    await off_loop(
        services.grants.review,
        signed_in.session,
        grant_id,
        justified=body.justified,
        why=body.why,
    )


def _names(services: Services) -> dict[str, str]:
    return {each.id: each.name for each in services.access.people.list()}


async def _told(
    services: Services, signed_in: SignedInSession, grants: list[Grant]
) -> list[GrantAnswer]:
    names = await off_loop(_names, services)
    return [
        GrantAnswer.of(
            each,
            names.get(each.person_id, ""),
            lasts=services.grants.book.find(each.id) is not None,
            mine=each.person_id == signed_in.session.person.id,
        )
        for each in grants
    ]
