"""How routes reach the services and run what blocks in threads."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Depends
from fastapi.requests import HTTPConnection

from farola.api.guard import SignedInSession
from farola.api.services import Services
from farola.api.settings import ApiSettings
from farola.model import Body, Camera, EntryKind


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


async def camera_of(services: Services, camera_id: str) -> Camera:
    """The camera; raises NOT_FOUND."""
    return await off_loop(services.cameras.get, camera_id)


async def record(
    services: Services, signed_in: SignedInSession, kind: EntryKind, body: Body
) -> None:
    """Write down what this person is about to do. Raises LEDGER_FAILED: then it is not done.

    What is refused afterwards, for a name in use for instance, stays written down: an entry without
    an act does no harm, an act without an entry does.
    """
    session = signed_in.session
    who: Body = {
        "person": session.person.id,
        "person_name": session.person.name,
        "session": session.id,
    }
    await off_loop(services.acts.append, kind, {**who, **body})
