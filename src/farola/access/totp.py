"""One-time codes (RFC 6238: SHA-1, 30 s, six digits), which every authenticator app knows."""

import base64
import secrets
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

_STEP_S = 30
_DIGITS = 6
_SECRET_BYTES = 20
_US = 1_000_000
_SKEW = 1  # steps that a phone's clock may be off


@dataclass(frozen=True, slots=True)
class NewTotp:
    """What a person's app is told: the secret in base32, the address, and its QR code's rows.

    Each row is a text of 0 and 1, 1 for a dark square; the quiet zone is not part of it.
    """

    secret: str
    address: str
    qr: tuple[str, ...]


def new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def describe(secret: bytes, issuer: str, name: str) -> NewTotp:
    """For the person to put into an app."""
    text = base64.b32encode(secret).decode("ascii")
    more = urlencode({"secret": text, "issuer": issuer}, quote_via=quote)
    address = f"otpauth://totp/{quote(issuer)}:{quote(name)}?{more}"
    code = segno.make(address, error="m", micro=False)
    rows = tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)
    return NewTotp(text, address, rows)


def step_of(secret: bytes, code: str, now_us: int) -> int | None:
    """The time step whose code this is, now or one step beside; None when it is none."""
    if len(code) != _DIGITS or not (code.isascii() and code.isdecimal()):
        return None
    totp = TOTP(secret, _DIGITS, SHA1(), _STEP_S)  # noqa: S303 - what RFC 6238's apps speak
    now = now_us // _US // _STEP_S
    for step in range(max(0, now - _SKEW), now + _SKEW + 1):
        if secrets.compare_digest(totp.generate(step * _STEP_S), code.encode("ascii")):
            return step
    return None
