"""How routes reach the services and run what blocks in threads."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Depends
from fastapi.requests import HTTPConnection

from farola.access import who
from farola.api.guard import SignedInSession
from farola.api.services import Services
from farola.api.settings import ApiSettings
from farola.base import Error, Kind
from farola.model import Act, Body, Camera, EntryKind


def _services(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


def _settings(connection: HTTPConnection) -> ApiSettings:
    settings: ApiSettings = connection.app.state.settings
    return settings


Reach = Annotated[Services, Depends(_services)]
Told = Annotated[ApiSettings, Depends(_settings)]


async def off_loop[**P, T](call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what may block on a disk, a database or a password hash in a thread."""
    return await run_sync(partial(call, *args, **kwargs))


async def camera_of(
    services: Services, signed_in: SignedInSession, camera_id: str, act: Act = Act.SEE_CAMERAS
) -> Camera:
    """The camera, loaded first and then asked about.

    Raises NOT_FOUND also for a camera of other people's groups, so that nobody learns which there
    are; FORBIDDEN for one that may be known but not this be done to.
    """
    camera = await off_loop(services.cameras.get, camera_id)
    person = signed_in.session.person
    if not person.may(Act.SEE_CAMERAS, camera.groups):
        raise Error(Kind.NOT_FOUND, "no such camera")
    if not person.may(act, camera.groups):
        raise forbidden()
    return camera


async def cameras_of(
    services: Services, signed_in: SignedInSession, act: Act = Act.SEE_CAMERAS
) -> Sequence[Camera]:
    """The cameras to which this person may do that, by name."""
    person = signed_in.session.person
    return [each for each in await off_loop(services.cameras.list) if person.may(act, each.groups)]


async def within(services: Services, signed_in: SignedInSession, act: Act) -> frozenset[str] | None:
    """The ids of those cameras; None where it is all there are."""
    if signed_in.session.person.may_everywhere(act):
        return None
    return frozenset(each.id for each in await cameras_of(services, signed_in, act))


def require(signed_in: SignedInSession, *acts: Act) -> None:
    """Raises FORBIDDEN unless this person may do one of these things somewhere."""
    if not any(signed_in.session.person.may_somewhere(act) for act in acts):
        raise forbidden()


def require_proof(services: Services, signed_in: SignedInSession) -> None:
    """Raises PROOF_NEEDED unless the person has shown a short time ago who they are."""
    if not services.access.sign_in.is_proved(signed_in.session):
        raise Error(Kind.PROOF_NEEDED, "show once more who you are")


def forbidden() -> Error:
    return Error(Kind.FORBIDDEN, "your roles do not allow this")


async def record(
    services: Services, signed_in: SignedInSession, kind: EntryKind, body: Body
) -> None:
    """Write down what this person is about to do. Raises LEDGER_FAILED: then it is not done.

    What is refused afterwards, for a name in use for instance, stays written down: an entry without
    an act does no harm, an act without an entry does.
    """
    await off_loop(services.acts.append, kind, {**who(signed_in.session), **body})
