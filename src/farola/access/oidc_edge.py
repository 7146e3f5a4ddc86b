"""The one file that speaks OpenID Connect: where a browser is sent, and whose word comes back.

The authorization code flow (OpenID Connect Core 1.0, 3.1) with PKCE (RFC 7636, S256), state and
nonce. Blocking: the provider is asked for its metadata, its keys and the ID token.
"""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from farola.base import Clock, Error, Kind, ask_outside, get_logger
from farola.config import Identity

_ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"]
_MOST_BYTES = 1 << 20
_KEPT_US = 3_600_000_000
_AGAIN_US = 30_000_000
_AWAY_US = 10_000_000
_LEEWAY_SECONDS = 60
_MOST_SUBJECT = 255
_log = get_logger("access")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser was sent to the provider with. `since_s` is when, in seconds since 1970;
    `anew`: the person has to sign in there once more, whoever is signed in.
    """

    url: str
    redirect: str
    state: str
    nonce: str
    verifier: str
    since_s: int
    anew: bool


class Provider:
    """The town's identity provider. Thread-safe; needs an issuer in its settings.

    One that is not there is left alone for a while, so that not everybody who comes waits for it.
    """

    def __init__(self, settings: Identity, clock: Clock) -> None:
        assert settings.issuer is not None
        self.issuer: str = settings.issuer
        self._client_id = settings.client_id
        secret = settings.client_secret
        self._secret = secret.get_secret_value() if secret else None
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._metadata_us = -_KEPT_US
        self._keys: KeySet | None = None
        self._keys_us = -_KEPT_US
        self._away_until_us = 0

    def ask(self, redirect: str, *, anew: bool) -> Asked:
        """Where to send the browser. Raises UNAVAILABLE when the provider cannot be reached."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if anew:
            asked |= {"prompt": "login", "max_age": "0"}
        endpoint = self._endpoint("authorization_endpoint")
        url = f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"
        return Asked(url, redirect, state, nonce, verifier, self._now_s(), anew)

    def subject(self, asked: Asked, code: str) -> str:
        """Whom the provider names for this code.

        Raises UNAVAILABLE when it cannot be asked, UNAUTHENTICATED when its answer is not right.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect,
            "code_verifier": asked.verifier,
        }
        answer = self._ask(self._endpoint("token_endpoint"), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("the provider gave no ID token")
        return self._checked(token, asked)

    def _checked(self, token: str, asked: Asked) -> str:
        try:
            claims = self._decoded(token)
        except (JoseError, ValueError) as error:
            raise _refused("the ID token is not signed as it must be") from error
        now_s = self._now_s()
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        if claims.get("iss") != self.issuer:
            raise _refused("the ID token is another provider's")
        if not isinstance(audiences, list) or self._client_id not in audiences:
            raise _refused("the ID token is for somebody else")
        if claims.get("azp", self._client_id) != self._client_id or (
            len(audiences) > 1 and "azp" not in claims
        ):
            raise _refused("the ID token was given to somebody else")
        if not secrets.compare_digest(str(claims.get("nonce", "")), asked.nonce):
            raise _refused("the ID token answers another question")
        if not _number(claims, "exp") > now_s - _LEEWAY_SECONDS:
            raise _refused("the ID token is no longer valid")
        if abs(_number(claims, "iat") - now_s) > 10 * _LEEWAY_SECONDS:
            raise _refused("the ID token is of another time; compare the clocks")
        if asked.anew and _number(claims, "auth_time") < asked.since_s - _LEEWAY_SECONDS:
            raise _refused("the person did not sign in anew")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT:
            raise _refused("the ID token names nobody")
        if not subject.isascii() or not subject.isprintable():
            raise _refused("the ID token names nobody that may be named")
        return subject

    def _decoded(self, token: str) -> dict[str, Any]:
        """The claims, of whose signature a key of the provider is; new keys are asked for once."""
        keys = self._key_set(older_than_us=_KEPT_US)
        try:
            return dict(jwt.decode(token, keys, algorithms=_ALGORITHMS).claims)
        except (JoseError, ValueError):
            fresh = self._key_set(older_than_us=_AGAIN_US)
            if fresh is keys:
                raise
            return dict(jwt.decode(token, fresh, algorithms=_ALGORITHMS).claims)

    def _key_set(self, *, older_than_us: int) -> KeySet:
        with self._lock:
            now_us = self._clock.monotonic_us()
            if self._keys is None or now_us - self._keys_us >= older_than_us:
                found = self._ask(self._endpoint_locked("jwks_uri"))
                try:
                    self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError) as error:
                    raise _refused("the provider's keys cannot be read") from error
                self._keys_us = now_us
            return self._keys

    def _endpoint(self, name: str) -> str:
        with self._lock:
            return self._endpoint_locked(name)

    def _endpoint_locked(self, name: str) -> str:
        now_us = self._clock.monotonic_us()
        if not self._metadata or now_us - self._metadata_us >= _KEPT_US:
            where = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                found = self._ask(where)
                if found.get("issuer") != self.issuer:
                    raise _refused(
                        "the provider calls itself otherwise than [identity] issuer says"
                    )
            except Error:
                self._is_away()
                raise
            self._metadata, self._metadata_us = found, now_us
        endpoint = self._metadata.get(name)
        secure = self.issuer.startswith("https://")
        if not isinstance(endpoint, str) or (secure and not endpoint.startswith("https://")):
            raise _refused(f"the provider names no {name}")
        return endpoint

    def _ask(self, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        if self._clock.monotonic_us() < self._away_until_us:
            raise _unreachable()
        headers, body = {"accept": "application/json"}, None
        if form is not None and self._secret is not None:
            known = f"{_quoted(self._client_id)}:{_quoted(self._secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
        elif form is not None:
            form = form | {"client_id": self._client_id}
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        try:
            status, data = ask_outside(url, body, headers, most_bytes=_MOST_BYTES)
            found = json.loads(data)
        except Error as error:
            if error.kind is Kind.TOO_LARGE:
                raise _refused("the provider's answer is too large") from error
            _log.error("the identity provider cannot be reached", url=url, why=error.message)
            self._is_away()
            raise _unreachable() from error
        except (ValueError, RecursionError) as error:
            raise _refused("the provider's answer cannot be read") from error
        if status != HTTPStatus.OK or not isinstance(found, dict):
            raise _refused(f"the provider answered {status}")
        return found

    def _is_away(self) -> None:
        """Nobody asks it for a while; whoever is turned away meanwhile makes that no longer."""
        now_us = self._clock.monotonic_us()
        if now_us >= self._away_until_us:
            self._away_until_us = now_us + _AWAY_US

    def _now_s(self) -> int:
        return self._clock.wall_us() // 1_000_000


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"the ID token has no {name}")
    return value


def _quoted(text: str) -> str:
    """RFC 6749, 2.3.1: form-encoded before it is put into the Basic header."""
    return urlencode({"": text})[1:]


def _unreachable() -> Error:
    return Error(Kind.UNAVAILABLE, "the identity provider cannot be reached")


def _refused(why: str) -> Error:
    """Why stands in the log: it is for who configures the provider, not for who signs in."""
    _log.error("the identity provider's word does not count", why=why)
    return Error(Kind.UNAUTHENTICATED, "the identity provider did not say who you are")
