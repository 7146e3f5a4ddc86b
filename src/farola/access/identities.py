"""Signing in through the town's identity provider, and showing once more who one is."""

import hashlib
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from farola.access.accounts import Accounts
from farola.access.oidc_edge import Asked, Provider
from farola.access.sign_in import SignIn
from farola.base import Clock, Error, Kind
from farola.model import Method, Session

_LASTS_US = 900_000_000
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class _Flow:
    """A browser that was sent off. `token` is the session's that is to be proved, None for signing
    in; `back` the console's page that it comes back to.
    """

    asked: Asked
    token: str | None
    back: str
    until_us: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A browser that came back: with a new session and its token, or after a proof with neither."""

    back: str
    token: str = ""
    session: Session | None = None


class Identities:
    """Blocking. A browser is known again by a secret of its own, so that nobody is signed in by
    following somebody else's link; each answer counts once. Flows are in memory.
    """

    def __init__(
        self, provider: Provider, sign_in: SignIn, accounts: Accounts, clock: Clock
    ) -> None:
        self._provider = provider
        self._sign_in = sign_in
        self._accounts = accounts
        self._clock = clock
        self._flows: OrderedDict[bytes, _Flow] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, redirect: str, back: str, token: str | None = None) -> tuple[str, str]:
        """The browser's secret, and the address to send it to.

        With a session's token the person has to sign in to the provider anew. Raises UNAVAILABLE.
        """
        asked = self._provider.ask(redirect, anew=token is not None)
        secret = secrets.token_urlsafe(32)
        flow = _Flow(asked, token, back, self._clock.monotonic_us() + _LASTS_US)
        with self._lock:
            self._flows[_key(secret)] = flow
            while len(self._flows) > _MOST:
                self._flows.popitem(last=False)
        return secret, asked.url

    def finish(
        self, secret: str, state: str, code: str, address: str, *, client: str = ""
    ) -> Returned:
        """Signs in, or proves.

        Raises UNAUTHENTICATED; IDENTITY_UNKNOWN with `identity` when nobody's account is joined
        with it; FORBIDDEN when the proof is somebody else's; UNAVAILABLE, LEDGER_FAILED.
        """
        with self._lock:
            flow = self._flows.pop(_key(secret), None)
        if (
            flow is None
            or self._clock.monotonic_us() >= flow.until_us
            or not secrets.compare_digest(flow.asked.state.encode(), state.encode())
        ):
            raise Error(Kind.UNAUTHENTICATED, "begin signing in once more")
        try:
            subject = self._provider.subject(flow.asked, code)
            person = self._accounts.by_subject(identity_at(self._provider.issuer, subject))
            if person is None:
                raise Error(
                    Kind.IDENTITY_UNKNOWN, "no account is joined with you", identity=subject
                )
            if person.disabled:
                raise Error(Kind.UNAUTHENTICATED, "this account is disabled")
        except Error as error:
            self._sign_in.refuse(address, error.kind)
            raise
        if flow.token is not None:
            self._sign_in.prove_as(flow.token, person, Method.OIDC)
            return Returned(flow.back)
        token, session = self._sign_in.sign_in_as(person, Method.OIDC, address, client=client)
        return Returned(flow.back, token, session)


def identity_at(issuer: str, subject: str) -> str:
    """How an account is joined: a subject is one provider's, and no other's may stand for it."""
    return f"{issuer} {subject}"


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
