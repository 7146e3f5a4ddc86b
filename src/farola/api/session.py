"""Signing in and out, showing once more who one is, and the sessions that last."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response

from farola.api.access_models import (
    CredentialBody,
    ListedSession,
    OptionsAnswer,
    PasswordBody,
    ProofBody,
    SessionAnswer,
    SessionList,
    SessionName,
    SignInBody,
)
from farola.api.door import (
    address_of,
    client_of,
    give_cookie,
    hashes_of,
    site_of,
    sockets_of,
    take_cookie,
)
from farola.api.fields import problem_of
from farola.api.guard import SignedIn
from farola.api.reach import Reach, Told, off_loop, require
from farola.base import Error, Kind
from farola.model import Act

router = APIRouter(prefix="/api", tags=["session"])


@router.post("/session", responses=problem_of(401, 403, 422, 429, 503, body=True))
async def sign_in(
    body: SignInBody, request: Request, response: Response, services: Reach, settings: Told
) -> SessionAnswer:
    """Sign in; the answer sets the session cookie. 403 `code_needed`: the app's code is missing."""

    def check() -> tuple[str, SessionAnswer]:
        token, session = services.access.sign_in.sign_in(
            body.name, body.password, address_of(request), code=body.code, client=client_of(request)
        )
        give_cookie(request, response, services, settings, token, session)
        return token, SessionAnswer.of(session, proved=True)

    return (await run_sync(check, limiter=hashes_of(request)))[1]


@router.post("/session/passkey/options", responses=problem_of(403, 503))
async def ask_for_passkey(request: Request, services: Reach, settings: Told) -> OptionsAnswer:
    """What a browser needs to sign in with a passkey; no sign-in."""
    site = site_of(request, settings)
    return OptionsAnswer(options=services.access.sign_in.ask_passkey(site))


@router.post("/session/passkey", responses=problem_of(401, 403, 422, 429, 503, body=True))
async def sign_in_with_passkey(
    body: CredentialBody, request: Request, response: Response, services: Reach, settings: Told
) -> SessionAnswer:
    """Sign in with a passkey; the answer sets the session cookie."""
    token, session = await off_loop(
        services.access.sign_in.sign_in_with_passkey,
        site_of(request, settings),
        body.credential,
        address_of(request),
        client=client_of(request),
    )
    give_cookie(request, response, services, settings, token, session)
    return SessionAnswer.of(session, proved=True)


@router.get("/session", responses=problem_of(401, 503))
async def get_session(signed_in: SignedIn, services: Reach) -> SessionAnswer:
    """Who is signed in, what they may do, and until when."""
    session = signed_in.session
    return SessionAnswer.of(session, proved=services.access.sign_in.is_proved(session))


@router.delete("/session", status_code=204, responses=problem_of(401, 403, 503))
async def sign_out(
    signed_in: SignedIn, request: Request, response: Response, services: Reach
) -> None:
    """End this session; its live sockets close."""
    await off_loop(services.access.sign_in.sign_out, signed_in.token)
    sockets_of(request).wake(signed_in.session.person.id)
    take_cookie(response)


@router.post(
    "/session/proof", status_code=204, responses=problem_of(401, 403, 422, 429, 503, body=True)
)
async def prove_oneself(
    body: ProofBody, signed_in: SignedIn, request: Request, services: Reach
) -> None:
    """Show once more who one is, for acts of consequence. 403 for what is wrong."""
    try:
        await run_sync(
            services.access.sign_in.prove,
            signed_in.token,
            body.password,
            body.code,
            address_of(request),
            limiter=hashes_of(request),
        )
    except Error as error:
        raise _wrong(error, "the password or the code is wrong") from error


@router.post("/session/proof/options", responses=problem_of(401, 403, 503))
async def ask_for_proof(
    signed_in: SignedIn, request: Request, services: Reach, settings: Told
) -> OptionsAnswer:
    """What a browser needs to show it with a passkey."""
    site = site_of(request, settings)
    options = await off_loop(services.access.sign_in.ask_proof, signed_in.token, site)
    return OptionsAnswer(options=options)


@router.post(
    "/session/proof/passkey",
    status_code=204,
    responses=problem_of(401, 403, 422, 429, 503, body=True),
)
async def prove_with_passkey(
    body: CredentialBody, signed_in: SignedIn, request: Request, services: Reach, settings: Told
) -> None:
    """Show once more who one is with a passkey. 403 for an answer that is not right."""
    try:
        await off_loop(
            services.access.sign_in.prove_with_passkey,
            signed_in.token,
            site_of(request, settings),
            body.credential,
            address_of(request),
        )
    except Error as error:
        raise _wrong(error, "the passkey's answer is not right") from error


@router.put(
    "/session/password", status_code=204, responses=problem_of(401, 403, 422, 429, 503, body=True)
)
async def change_password(
    body: PasswordBody, signed_in: SignedIn, request: Request, services: Reach
) -> None:
    """Change one's password; this session stays, one's others end. 403 for a wrong `current`."""
    try:
        await run_sync(
            services.access.factors.change_password,
            signed_in.token,
            signed_in.session,
            body.current,
            body.new,
            address_of(request),
            limiter=hashes_of(request),
        )
    except Error as error:
        raise _wrong(error, "the current password is wrong") from error
    sockets_of(request).wake(signed_in.session.person.id)


@router.get("/sessions", responses=problem_of(401, 403, 422, 503))
async def list_sessions(
    signed_in: SignedIn,
    services: Reach,
    everybody: Annotated[bool, Query(description="Not only one's own")] = False,
) -> SessionList:
    """Sign-ins that last: one's own, or everybody's for who looks after accounts."""
    if everybody:
        require(signed_in, Act.MANAGE_PEOPLE, Act.AUDIT)
    person_id = None if everybody else signed_in.session.person.id
    found = await off_loop(services.access.sign_in.sessions, person_id)
    return SessionList(
        sessions=[
            ListedSession(
                id=each.id,
                person_id=each.person.id,
                person_name=each.person.name,
                method=each.method,
                address=each.address,
                client=each.client,
                created_us=each.created_us,
                expires_us=each.expires_us,
                mine=each.id == signed_in.session.id,
            )
            for each in found
        ]
    )


@router.delete(
    "/sessions/{session_id}", status_code=204, responses=problem_of(401, 403, 404, 422, 503)
)
async def revoke_session(
    session_id: SessionName, signed_in: SignedIn, request: Request, services: Reach
) -> None:
    """End a session at once, its open streams included."""
    person_id = await off_loop(services.access.sign_in.revoke, signed_in.session, session_id)
    sockets_of(request).wake(person_id)


def _wrong(error: Error, detail: str) -> Error:
    """401 would tell the console that its session ended."""
    return Error(Kind.FORBIDDEN, detail) if error.kind is Kind.UNAUTHENTICATED else error
