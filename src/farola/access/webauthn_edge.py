"""The one file that speaks WebAuthn: what a browser is asked, and whether its answer is right."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from farola.base import Error, Kind
from farola.model import Passkey, Person

_TIMEOUT_MS = 120_000


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey belongs: the origin of the console, and the host name in it."""

    origin: str
    host: str
    name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A passkey has answered: which one, and its counter."""

    passkey_id: str
    sign_count: int


def registration(
    site: Site, person: Person, challenge: bytes, known: Sequence[Passkey]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptions as JSON: a key that the person unlocks at the device."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=person.id.encode(),
        user_name=person.name,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=_decoded(each.id)) for each in known],
    )
    return options_to_json_dict(options)


def assertion(site: Site, challenge: bytes, known: Sequence[Passkey] = ()) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptions as JSON; without `known` whichever key the person has."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=_TIMEOUT_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=_decoded(each.id)) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def challenge_in(credential: dict[str, Any]) -> bytes:
    """The challenge that an answer claims to answer. Raises Error(UNAUTHENTICATED)."""
    try:
        told = json.loads(_decoded(credential["response"]["clientDataJSON"]))
        return _decoded(told["challenge"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _refused() from error


def registered(site: Site, credential: dict[str, Any], challenge: bytes) -> tuple[str, bytes, int]:
    """The new key's id, its public key (COSE) and its counter. Raises Error(UNAUTHENTICATED)."""
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _FAULTS as error:
        raise _refused() from error
    return bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count


def id_in(credential: dict[str, Any]) -> str:
    """Which key answered, in base64url. Raises Error(UNAUTHENTICATED)."""
    try:
        return bytes_to_base64url(_decoded(credential["rawId"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _refused() from error


def answered(
    site: Site, credential: dict[str, Any], challenge: bytes, passkey: Passkey
) -> Answered:
    """Whether the key signed this challenge for this site. Raises Error(UNAUTHENTICATED)."""
    try:
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _FAULTS as error:
        raise _refused() from error
    return Answered(passkey.id, found.new_sign_count)


# What a hostile answer makes the library raise; the rest is a fault of ours and stays one.
_FAULTS = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


def _refused() -> Error:
    return Error(Kind.UNAUTHENTICATED, "the passkey's answer is not right")


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
