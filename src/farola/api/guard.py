"""Who is asking: the session cookie, checked before any route runs.

Everything under `/api/` needs a session unless its method and path stand in `OPEN`, so that a new
route is closed until somebody opens it. Routes read the viewer with `SignedIn`.
"""

from dataclasses import dataclass
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Depends
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyCookie
from starlette.types import ASGIApp, Receive, Scope, Send

from farola.access import SignIn
from farola.api.errors import problem, problem_of_error
from farola.base import Error, Kind
from farola.gate import Viewer
from farola.model import Session

COOKIE = "farola_session"
_MOST_TOKEN_CHARACTERS = 128
_KEY = "farola.signed_in"
OPEN = frozenset(
    {
        ("POST", "/api/session"),
        ("POST", "/api/session/passkey"),
        ("POST", "/api/session/passkey/options"),
        ("GET", "/api/session/identity"),
        ("GET", "/api/session/identity/answer"),
        ("GET", "/api/about"),
    }
)
# All that a session may do whose person still lacks a second factor.
_ENROLLING = ("/api/session", "/api/factors")


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """A valid session and the token that named it."""

    token: str
    session: Session

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.session.person, self.session.id)


class SessionGuard:
    """Looks the session up and refuses what needs one and has none.

    A WebSocket passes on without a session: only its route can close it with a code that a page
    can read.
    """

    def __init__(self, app: ASGIApp, *, sign_in: SignIn) -> None:
        self._app = app
        self._sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or not needs_session(scope):
            await self._app(scope, receive, send)
            return
        try:
            signed_in = await self._look_up(HTTPConnection(scope))
        except Error as error:
            await problem_of_error(error)(scope, receive, send)
            return
        scope[_KEY] = signed_in
        if signed_in is None and scope["type"] == "http" and scope["path"] != "/metrics":
            answer = problem(Kind.UNAUTHENTICATED, "sign in first", status=401)
            await answer(scope, receive, send)
            return
        if signed_in is not None and signed_in.session.enrolling and not _enrols(scope["path"]):
            detail = "set up a passkey or one-time codes first"
            answer = problem(Kind.SECOND_FACTOR_NEEDED, detail, status=403)
            if scope["type"] == "http":
                await answer(scope, receive, send)
                return
            scope[_KEY] = None
        await self._app(scope, receive, send)

    async def _look_up(self, connection: HTTPConnection) -> SignedInSession | None:
        token = connection.cookies.get(COOKIE, "")
        if not token or len(token) > _MOST_TOKEN_CHARACTERS or not token.isascii():
            return None
        session = await run_sync(self._sign_in.session, token)
        return SignedInSession(token, session) if session is not None else None


def _enrols(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in _ENROLLING)


def needs_session(scope: Scope) -> bool:
    """Whether this request is one whose session must be looked up."""
    path = scope["path"]
    if path == "/metrics":
        return True
    if path != "/api" and not path.startswith("/api/"):
        return False
    return (scope.get("method", "GET"), path) not in OPEN


def session_of(connection: HTTPConnection) -> SignedInSession | None:
    """The session that the guard found."""
    found = connection.scope.get(_KEY)
    return found if isinstance(found, SignedInSession) else None


_cookie = APIKeyCookie(
    name=COOKIE,
    scheme_name="session",
    description="Set by signing in; HttpOnly, SameSite=Strict",
    auto_error=False,
)


async def _signed_in(
    connection: HTTPConnection, declared: Annotated[str | None, Depends(_cookie)]
) -> SignedInSession:
    """The guard refused already; this declares the cookie to OpenAPI and refuses once more."""
    found = session_of(connection)
    if found is None:
        raise Error(Kind.UNAUTHENTICATED, "sign in first")
    return found


SignedIn = Annotated[SignedInSession, Depends(_signed_in)]
