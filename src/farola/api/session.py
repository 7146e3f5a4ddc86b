"""Signing in and out."""

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from farola.api.fields import Answer, Body, Micros, Name, NewSecret, Secret, problem_of
from farola.api.guard import COOKIE, SignedIn
from farola.api.reach import Reach, Told, off_loop
from farola.api.sockets import OpenSockets
from farola.base import Error, Kind
from farola.model import Session

router = APIRouter(prefix="/api/session", tags=["session"])

# A password hash takes tens of megabytes and a core for tens of milliseconds: more than two at once
# would let a stranger who may not even sign in take the machine from the recorder.
_MOST_HASHES = 2


class SignInBody(Body):
    name: Name
    password: Secret


class PasswordBody(Body):
    current: Secret
    new: NewSecret


class PersonAnswer(Answer):
    id: str
    name: str


class SessionAnswer(Answer):
    person: PersonAnswer
    expires_us: Micros

    @classmethod
    def of(cls, session: Session) -> "SessionAnswer":
        person = PersonAnswer(id=session.person.id, name=session.person.name)
        return cls(person=person, expires_us=session.expires_us)


@router.post("", responses=problem_of(401, 403, 422, 429, 503, body=True))
async def sign_in(
    body: SignInBody, request: Request, response: Response, services: Reach, settings: Told
) -> SessionAnswer:
    """Sign in; the answer sets the session cookie."""
    address = _address(request)
    token, session = await run_sync(
        services.sign_in.sign_in, body.name, body.password, address, limiter=_hashes(request)
    )
    https = request.url.scheme == "https" or (settings.public_url or "").startswith("https://")
    lasting_us = session.expires_us - services.clock.wall_us()
    response.set_cookie(
        COOKIE,
        token,
        max_age=max(0, lasting_us // 1_000_000),
        path="/",
        httponly=True,
        samesite="strict",
        secure=https,
    )
    return SessionAnswer.of(session)


@router.get("", responses=problem_of(401, 503))
async def get_session(signed_in: SignedIn) -> SessionAnswer:
    """Who is signed in, and until when."""
    return SessionAnswer.of(signed_in.session)


@router.delete("", status_code=204, responses=problem_of(401, 403, 503))
async def sign_out(
    signed_in: SignedIn, request: Request, response: Response, services: Reach
) -> None:
    """End this session; its live sockets close."""
    await off_loop(services.sign_in.sign_out, signed_in.token)
    _sockets(request).wake(signed_in.session.person.id)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.put("/password", status_code=204, responses=problem_of(401, 403, 422, 429, 503, body=True))
async def change_password(
    body: PasswordBody, signed_in: SignedIn, request: Request, services: Reach
) -> None:
    """Change one's password; this session stays, one's others end. 403 for a wrong `current`."""
    try:
        await run_sync(
            services.sign_in.change_password,
            signed_in.token,
            body.current,
            body.new,
            _address(request),
            limiter=_hashes(request),
        )
    except Error as error:
        if error.kind is Kind.UNAUTHENTICATED:  # 401 would tell the console that its session ended
            raise Error(Kind.FORBIDDEN, "the current password is wrong") from error
        raise
    _sockets(request).wake(signed_in.session.person.id)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _sockets(request: Request) -> OpenSockets:
    sockets: OpenSockets = request.app.state.sockets
    return sockets


def _hashes(request: Request) -> CapacityLimiter:
    limiter: CapacityLimiter | None = getattr(request.app.state, "hashes", None)
    if limiter is None:
        limiter = request.app.state.hashes = CapacityLimiter(_MOST_HASHES)
    return limiter
