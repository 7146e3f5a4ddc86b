"""Signing in through the town's identity provider: the browser goes there and comes back.

These are addresses that a browser opens, so what goes wrong is told by the console's own page: it
is opened with `refused` and the kind.
"""

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse

from farola.access import Identities
from farola.api.door import address_of, client_of, give_cookie, is_https, outside_of
from farola.api.fields import problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, Told
from farola.api.services import Services
from farola.api.settings import ApiSettings
from farola.base import Error, Kind

router = APIRouter(prefix="/api/session/identity", tags=["session"])

_COOKIE = "farola_identity"
_ANSWER = "/api/session/identity/answer"
_MINUTES = 15
Back = Annotated[
    str,
    Query(
        max_length=200,
        pattern=r"^/([A-Za-z0-9_-][A-Za-z0-9/_-]*)?$",
        description="The console's page to come back to",
    ),
]


@router.get("", status_code=303, response_class=PlainTextResponse, responses=problem_of(404, 422))
async def begin_identity(
    request: Request, services: Reach, settings: Told, back: Back = "/"
) -> PlainTextResponse:
    """Sends the browser to the identity provider, to sign in; no sign-in."""
    return await _begin(request, services, settings, back, None)


@router.get(
    "/proof", status_code=303, response_class=PlainTextResponse, responses=problem_of(401, 404, 422)
)
async def begin_identity_proof(
    request: Request, signed_in: SignedIn, services: Reach, settings: Told, back: Back = "/"
) -> PlainTextResponse:
    """Sends the browser there to show once more who one is."""
    return await _begin(request, services, settings, back, signed_in.token)


@router.get(
    "/answer", status_code=303, response_class=PlainTextResponse, responses=problem_of(404, 422)
)
async def end_identity(
    request: Request,
    services: Reach,
    settings: Told,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
) -> PlainTextResponse:
    """Where the provider sends the browser back to; sets the session cookie."""
    identities = _identities(services)
    try:
        finish = partial(
            identities.finish,
            request.cookies.get(_COOKIE, "")[:200],
            state,
            code,
            address_of(request),
            client=client_of(request),
        )
        returned = await run_sync(finish, limiter=outside_of(request))
    except Error as error:
        return _refused(error)
    answer = _to(returned.back)
    if returned.session is not None:
        give_cookie(request, answer, services, settings, returned.token, returned.session)
    answer.delete_cookie(_COOKIE, path=_ANSWER, httponly=True, samesite="lax")
    return answer


async def _begin(
    request: Request, services: Services, settings: ApiSettings, back: str, token: str | None
) -> PlainTextResponse:
    identities = _identities(services)
    site = settings.public_url or str(request.base_url)
    try:
        begin = partial(identities.begin, f"{site.rstrip('/')}{_ANSWER}", back, token)
        secret, url = await run_sync(begin, limiter=outside_of(request))
    except Error as error:
        return _refused(error)
    answer = _to(url)
    # Lax, unlike the session's: it is needed when the provider's page leads back.
    answer.set_cookie(
        _COOKIE,
        secret,
        max_age=_MINUTES * 60,
        path=_ANSWER,
        httponly=True,
        samesite="lax",
        secure=is_https(request, settings),
    )
    return answer


def _identities(services: Services) -> Identities:
    if services.access.identities is None:
        raise Error(Kind.NOT_FOUND, "the town has no identity provider")
    return services.access.identities


def _refused(error: Error) -> PlainTextResponse:
    told = {"refused": error.kind.value}
    identity = error.detail.get("identity")
    if isinstance(identity, str):
        told["identity"] = identity
    return _to(f"/?{urlencode(told)}")


def _to(address: str) -> PlainTextResponse:
    """A redirect in one of the kinds of text that the media door lets out."""
    return PlainTextResponse("", 303, {"location": address})
