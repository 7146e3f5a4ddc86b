"""What a camera asks of its clients: Basic and Digest authentication (RFC 7617, RFC 7616)."""

import hashlib
import hmac
import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from enum import StrEnum
from secrets import token_hex

REALM = "Farola simulator"


class Scheme(StrEnum):
    """How a password may be proven. Plain Digest means MD5, as most cameras have it."""

    BASIC = "basic"
    DIGEST = "digest"
    DIGEST_SHA256 = "digest-sha256"


@dataclass(frozen=True, slots=True)
class Login:
    """The one account of a camera and the schemes it offers, the preferred one first."""

    username: str
    password: str = field(repr=False)
    schemes: tuple[Scheme, ...] = (Scheme.DIGEST,)


_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_ALGORITHMS = {Scheme.DIGEST: "MD5", Scheme.DIGEST_SHA256: "SHA-256"}
_PAIR = re.compile(r'([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')


class Door:
    """One connection's view of a login: it hands out a nonce and checks answers to it.

    MD5 challenges carry no `qop`, as on cameras that follow RFC 2069; SHA-256 ones ask for `auth`.
    """

    def __init__(self, login: Login) -> None:
        self._login = login
        self._nonce = token_hex(16)

    def challenges(self) -> list[str]:
        """The values of the WWW-Authenticate lines."""
        return [self._challenge(scheme) for scheme in self._login.schemes]

    def _challenge(self, scheme: Scheme) -> str:
        if scheme is Scheme.BASIC:
            return f'Basic realm="{REALM}"'
        challenge = f'Digest realm="{REALM}", nonce="{self._nonce}"'
        if scheme is Scheme.DIGEST_SHA256:
            challenge += ', algorithm=SHA-256, qop="auth"'
        return challenge

    def admits(self, method: str, url: str, authorization: str | None) -> bool:
        """Whether an Authorization header proves the password for this request."""
        scheme, _, rest = (authorization or "").partition(" ")
        if scheme.lower() == "basic":
            return Scheme.BASIC in self._login.schemes and self._basic(rest)
        if scheme.lower() == "digest":
            values = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(rest)}
            return self._digest(method, url, values)
        return False

    def _basic(self, encoded: str) -> bool:
        try:
            given = b64decode(encoded.strip(), validate=True)
        except Base64Error:
            return False
        wanted = f"{self._login.username}:{self._login.password}".encode()
        return hmac.compare_digest(given, wanted)

    def _digest(self, method: str, url: str, values: dict[str, str]) -> bool:
        algorithm = values.get("algorithm", "MD5").upper()
        offered = {_ALGORITHMS[one] for one in self._login.schemes if one in _ALGORITHMS}
        if algorithm not in offered:
            return False
        expected = {"username": self._login.username, "realm": REALM, "nonce": self._nonce}
        if any(values.get(name) != value for name, value in expected.items()):
            return False
        if values.get("uri") != url:
            return False

        def digest(text: str) -> str:
            return _HASHES[algorithm](text.encode()).hexdigest()

        secret = digest(f"{self._login.username}:{REALM}:{self._login.password}")
        request = digest(f"{method}:{url}")
        if "qop" in values:
            middle = f"{self._nonce}:{values.get('nc', '')}:{values.get('cnonce', '')}:auth"
        elif algorithm == "SHA-256":
            return False
        else:
            middle = self._nonce
        wanted = digest(f"{secret}:{middle}:{request}")
        return hmac.compare_digest(values.get("response", "").lower(), wanted)
