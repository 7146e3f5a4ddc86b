"""Accounts and groups of cameras, for who looks after them; auditors read along."""

from fastapi import APIRouter, Request

from farola.api.access_models import (
    GroupAnswer,
    GroupBody,
    GroupId,
    GroupList,
    NewPersonAnswer,
    NewPersonBody,
    PeopleAnswer,
    PersonAnswer,
    PersonBody,
    PersonId,
    ResetAnswer,
)
from farola.api.door import sockets_of
from farola.api.fields import problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, off_loop, require, require_proof
from farola.model import Act

router = APIRouter(prefix="/api", tags=["people"])


@router.get("/people", responses=problem_of(401, 403, 503))
async def list_people(signed_in: SignedIn, services: Reach) -> PeopleAnswer:
    """Everybody with an account, by name."""
    require(signed_in, Act.MANAGE_PEOPLE, Act.AUDIT)
    desk = services.access.people

    def told() -> list[PersonAnswer]:
        return [PersonAnswer.of(each, desk.identity_of(each)) for each in desk.list()]

    return PeopleAnswer(people=await off_loop(told))


@router.post(
    "/people", status_code=201, responses=problem_of(401, 403, 404, 409, 422, 503, body=True)
)
async def add_person(body: NewPersonBody, signed_in: SignedIn, services: Reach) -> NewPersonAnswer:
    """A new account; its first password is told this once."""
    require(signed_in, Act.MANAGE_PEOPLE)
    require_proof(services, signed_in)
    roles = frozenset(each.model() for each in body.assignments)
    add = services.access.people.add
    person, password = await off_loop(add, signed_in.session, body.name, roles)
    return NewPersonAnswer(person=PersonAnswer.of(person), password=password)


@router.put("/people/{person_id}", responses=problem_of(401, 403, 404, 409, 422, 503, body=True))
async def change_person(
    person_id: PersonId, body: PersonBody, signed_in: SignedIn, request: Request, services: Reach
) -> PersonAnswer:
    """Replace somebody's roles, disable or enable the account; nobody changes their own."""
    require(signed_in, Act.MANAGE_PEOPLE)
    require_proof(services, signed_in)
    person = await off_loop(
        services.access.people.change,
        signed_in.session,
        person_id,
        frozenset(each.model() for each in body.assignments),
        disabled=body.disabled,
        identity=body.identity,
    )
    sockets_of(request).wake(person_id)
    identity = await off_loop(services.access.people.identity_of, person)
    return PersonAnswer.of(person, identity)


@router.post("/people/{person_id}/reset", responses=problem_of(401, 403, 404, 422, 503))
async def reset_person(
    person_id: PersonId, signed_in: SignedIn, request: Request, services: Reach
) -> ResetAnswer:
    """A new password for who lost theirs; second factors and sessions go."""
    require(signed_in, Act.MANAGE_PEOPLE)
    require_proof(services, signed_in)
    password = await off_loop(services.access.people.reset, signed_in.session, person_id)
    sockets_of(request).wake(person_id)
    return ResetAnswer(password=password)


@router.get("/groups", responses=problem_of(401, 403, 503))
async def list_groups(signed_in: SignedIn, services: Reach) -> GroupList:
    """Groups of cameras, by name."""
    require(signed_in, Act.MANAGE_PEOPLE, Act.AUDIT)
    groups = await off_loop(services.access.people.groups)
    return GroupList(groups=[GroupAnswer.of(each) for each in groups])


@router.post(
    "/groups", status_code=201, responses=problem_of(401, 403, 404, 409, 422, 503, body=True)
)
async def add_group(body: GroupBody, signed_in: SignedIn, services: Reach) -> GroupAnswer:
    """A new group of cameras."""
    require(signed_in, Act.MANAGE_PEOPLE)
    require_proof(services, signed_in)
    save = services.access.people.save_group
    return GroupAnswer.of(await off_loop(save, signed_in.session, None, body.name, body.camera_ids))


@router.put("/groups/{group_id}", responses=problem_of(401, 403, 404, 409, 422, 503, body=True))
async def change_group(
    group_id: GroupId, body: GroupBody, signed_in: SignedIn, request: Request, services: Reach
) -> GroupAnswer:
    """Replace a group's name and cameras; whoever may no longer watch one stops at once."""
    require(signed_in, Act.MANAGE_PEOPLE)
    require_proof(services, signed_in)
    save = services.access.people.save_group
    group = await off_loop(save, signed_in.session, group_id, body.name, body.camera_ids)
    sockets_of(request).wake_all()
    return GroupAnswer.of(group)


@router.delete(
    "/groups/{group_id}", status_code=204, responses=problem_of(401, 403, 404, 409, 422, 503)
)
async def remove_group(
    group_id: GroupId, signed_in: SignedIn, request: Request, services: Reach
) -> None:
    """Remove a group that nobody's role is for; its cameras stay."""
    require(signed_in, Act.MANAGE_PEOPLE)
    require_proof(services, signed_in)
    await off_loop(services.access.people.remove_group, signed_in.session, group_id)
    sockets_of(request).wake_all()
