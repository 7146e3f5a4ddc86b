"""What one signs in with: one-time codes and passkeys."""

from fastapi import APIRouter, Request

from farola.api.access_models import (
    CodeBody,
    FactorsAnswer,
    NewPasskeyBody,
    NewTotpAnswer,
    OptionsAnswer,
    PasskeyAnswer,
    PasskeyId,
)
from farola.api.door import site_of, sockets_of
from farola.api.fields import problem_of
from farola.api.guard import SignedIn, SignedInSession
from farola.api.reach import Reach, Told, off_loop, require_proof
from farola.api.services import Services
from farola.base import Error, Kind

router = APIRouter(prefix="/api/factors", tags=["factors"])


@router.get("", responses=problem_of(401, 503))
async def list_factors(signed_in: SignedIn, services: Reach) -> FactorsAnswer:
    """One's second factors."""
    found = await off_loop(services.access.factors.list, signed_in.session)
    return FactorsAnswer(
        totp=found.totp, passkeys=[PasskeyAnswer.of(each) for each in found.passkeys]
    )


@router.post("/totp", responses=problem_of(401, 403, 503))
async def begin_totp(signed_in: SignedIn, services: Reach, settings: Told) -> NewTotpAnswer:
    """A new secret for one's authenticator app; it counts once a code of it was shown."""
    require_proof(services, signed_in)
    begin = services.access.factors.begin_totp
    new = await off_loop(begin, signed_in.session, settings.site_name)
    return NewTotpAnswer(secret=new.secret, address=new.address, qr=list(new.qr))


@router.put("/totp", status_code=204, responses=problem_of(401, 403, 404, 422, 503, body=True))
async def confirm_totp(
    body: CodeBody, signed_in: SignedIn, request: Request, services: Reach
) -> None:
    """Take the new secret into use; one's other sessions end."""
    require_proof(services, signed_in)
    confirm = services.access.factors.confirm_totp
    await off_loop(confirm, signed_in.token, signed_in.session, body.code)
    sockets_of(request).wake(signed_in.session.person.id)


@router.delete("/totp", status_code=204, responses=problem_of(401, 403, 409, 503))
async def remove_totp(signed_in: SignedIn, services: Reach) -> None:
    """Sign in without codes from now on."""
    require_proof(services, signed_in)
    await off_loop(services.access.factors.remove_totp, signed_in.session)


@router.post("/passkeys/options", responses=problem_of(401, 403, 503))
async def ask_for_new_passkey(
    signed_in: SignedIn, request: Request, services: Reach, settings: Told
) -> OptionsAnswer:
    """What a browser needs to make a passkey."""
    require_proof(services, signed_in)
    ask = services.access.factors.ask_passkey
    options = await off_loop(ask, signed_in.session, site_of(request, settings))
    return OptionsAnswer(options=options)


@router.post("/passkeys", status_code=201, responses=problem_of(401, 403, 409, 422, 503, body=True))
async def add_passkey(
    body: NewPasskeyBody, signed_in: SignedIn, request: Request, services: Reach, settings: Told
) -> PasskeyAnswer:
    """Register a passkey; one's other sessions end. 403 for an answer that is not right."""
    require_proof(services, signed_in)
    passkey = await _add(body, signed_in, request, services, settings)
    sockets_of(request).wake(signed_in.session.person.id)
    return passkey


@router.delete(
    "/passkeys/{passkey_id}", status_code=204, responses=problem_of(401, 403, 404, 409, 422, 503)
)
async def remove_passkey(passkey_id: PasskeyId, signed_in: SignedIn, services: Reach) -> None:
    """Forget one of one's passkeys."""
    require_proof(services, signed_in)
    await off_loop(services.access.factors.remove_passkey, signed_in.session, passkey_id)


async def _add(
    body: NewPasskeyBody,
    signed_in: SignedInSession,
    request: Request,
    services: Services,
    settings: Told,
) -> PasskeyAnswer:
    try:
        passkey = await off_loop(
            services.access.factors.add_passkey,
            signed_in.token,
            signed_in.session,
            site_of(request, settings),
            body.title,
            body.credential,
        )
    except Error as error:
        if error.kind is Kind.UNAUTHENTICATED:
            raise Error(Kind.FORBIDDEN, "the passkey's answer is not right") from error
        raise
    return PasskeyAnswer.of(passkey)
