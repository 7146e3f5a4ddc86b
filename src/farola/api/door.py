"""What the routes of signing in share: where a request comes from, and the cookie it is given."""

from urllib.parse import urlsplit

from anyio import CapacityLimiter
from fastapi import Request, Response

from farola.access import Site
from farola.api.guard import COOKIE
from farola.api.services import Services
from farola.api.settings import ApiSettings
from farola.api.sockets import OpenSockets
from farola.model import Session

# A password hash takes tens of megabytes and a core for tens of milliseconds: more than two at once
# would let a stranger who may not even sign in take the machine from the recorder.
_MOST_HASHES = 2
# Who may not even sign in shall not take all threads by making the town wait for somebody outside.
_MOST_OUTSIDE = 4
_MOST_CLIENT = 200


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def client_of(request: Request) -> str:
    """What the browser calls itself, for the list of sessions."""
    return request.headers.get("user-agent", "")[:_MOST_CLIENT]


def site_of(request: Request, settings: ApiSettings) -> Site:
    """The site that the request's page belongs to: its Origin, which `OriginGuard` has checked."""
    origin = request.headers.get("origin", "")
    return Site(origin, urlsplit(origin).hostname or "", settings.site_name)


def sockets_of(request: Request) -> OpenSockets:
    sockets: OpenSockets = request.app.state.sockets
    return sockets


def hashes_of(request: Request) -> CapacityLimiter:
    return _limiter(request, "hashes", _MOST_HASHES)


def outside_of(request: Request) -> CapacityLimiter:
    """The threads that strangers may have wait for somebody outside."""
    return _limiter(request, "outside", _MOST_OUTSIDE)


def _limiter(request: Request, name: str, most: int) -> CapacityLimiter:
    limiter: CapacityLimiter | None = getattr(request.app.state, name, None)
    if limiter is None:
        limiter = CapacityLimiter(most)
        setattr(request.app.state, name, limiter)
    return limiter


def is_https(request: Request, settings: ApiSettings) -> bool:
    """Whether browsers reach this town encrypted, also where a proxy does it."""
    return request.url.scheme == "https" or (settings.public_url or "").startswith("https://")


def give_cookie(
    request: Request,
    response: Response,
    services: Services,
    settings: ApiSettings,
    token: str,
    session: Session,
) -> None:
    """The session's token: never readable by a page, never sent along from another site."""
    lasting_us = session.expires_us - services.clock.wall_us()
    response.set_cookie(
        COOKIE,
        token,
        max_age=max(0, lasting_us // 1_000_000),
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request, settings),
    )


def take_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
