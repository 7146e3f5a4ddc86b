"""Signing in and out, the sessions that last, and showing once more who one is."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from farola.access import webauthn_edge
from farola.access.accounts import Accounts, Acts, PasskeyStore, SessionStore
from farola.access.checks import Checks, refused
from farola.access.refusals import Refusals
from farola.access.webauthn_edge import Site
from farola.base import Clock, Error, Kind
from farola.model import Act, Body, EntryKind, Method, Person, Session, session_id

_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000
_TOKEN_BYTES = 32
_TOKEN_CHARACTERS = 43  # base64url of 32 bytes, unpadded


class SignIn:
    """Blocking: call it from threads.

    A token is 32 random bytes; the store knows only its SHA-256, so that whoever reads the
    catalogue cannot sign in with what is there. A session ends after `hours`, used or not. With
    `second_factor` a password alone opens a session that can do nothing but set up a second one.
    """

    def __init__(
        self,
        checks: Checks,
        accounts: Accounts,
        sessions: SessionStore,
        passkeys: PasskeyStore,
        clock: Clock,
        *,
        hours: int,
        proof_minutes: int,
        second_factor: bool,
        acts: Acts,
    ) -> None:
        self._checks = checks
        self._accounts = accounts
        self._sessions = sessions
        self._passkeys = passkeys
        self._clock = clock
        self._lasts_us = hours * _HOUR_US
        self._proof_us = proof_minutes * _MINUTE_US
        self._second_factor = second_factor
        self._acts = acts
        self._refusals = Refusals(acts, accounts, clock)

    def sign_in(
        self, name: str, password: str, address: str, *, code: str | None = None, client: str = ""
    ) -> tuple[str, Session]:
        """A new session and its token; `address` is where the request came from.

        Raises `Error`: UNAUTHENTICATED, the same for an unknown name, a wrong password and a wrong
        code; CODE_NEEDED; SECOND_FACTOR_NEEDED for who has a passkey to sign in with; RATE_LIMITED
        with `retry_after_s`; LEDGER_FAILED when it could not be written down.
        """
        try:
            person, password_hash, has_code = self._checks.password(name, password, code, address)
            if self._second_factor and not has_code and self._passkeys.of(person.id):
                raise Error(Kind.SECOND_FACTOR_NEEDED, "sign in with your passkey")
        except Error as error:
            if error.kind is not Kind.CODE_NEEDED:
                self._refusals.add(name, address, error.kind)
            raise
        if self._checks.passwords.is_outdated(password_hash):
            self._accounts.set_password_hash(person.id, self._checks.passwords.hash(password))
        method = Method.PASSWORD_TOTP if has_code else Method.PASSWORD
        enrolling = self._second_factor and not has_code
        return self._begin(person, method, address, client, enrolling=enrolling)

    def ask_passkey(self, site: Site) -> dict[str, Any]:
        """What a browser's `navigator.credentials.get` is given to sign in with any passkey."""
        return webauthn_edge.assertion(site, self._checks.challenges.make("sign in"))

    def sign_in_with_passkey(
        self, site: Site, credential: dict[str, Any], address: str, *, client: str = ""
    ) -> tuple[str, Session]:
        """A new session and its token. Raises UNAUTHENTICATED, RATE_LIMITED, LEDGER_FAILED."""
        try:
            person, found = self._checks.passkey(site, credential, "sign in", address)
        except Error as error:
            self._refusals.add("", address, error.kind)
            raise
        return self._begin(person, Method.PASSKEY, address, client, passkey_id=found.passkey_id)

    def sign_in_as(
        self, person: Person, method: Method, address: str, *, client: str = ""
    ) -> tuple[str, Session]:
        """A session for whom somebody else has vouched: the town's identity provider."""
        return self._begin(person, method, address, client)

    def refuse(self, address: str, why: Kind) -> None:
        """On record that somebody was refused whom no name is known of."""
        self._refusals.add("", address, why)

    def prove_as(self, token: str, person: Person, method: Method) -> None:
        """A proof that the identity provider vouches for. FORBIDDEN when it is somebody else's."""
        session = self._own(token)
        if person.id != session.person.id:
            raise Error(Kind.FORBIDDEN, "somebody else showed who they are")
        self._acts.append(EntryKind.PROVED, {**who(session), "method": method.value})
        self._sessions.prove(token_hash(token), self._clock.wall_us(), None, enrolled=False)

    def session(self, token: str) -> Session | None:
        """The session of a token; None when there is none, it ended, or the account is disabled."""
        if len(token) != _TOKEN_CHARACTERS:
            return None
        session = self._sessions.by_token_hash(token_hash(token))
        now_us = self._clock.wall_us()
        # A clock set back must not lengthen a session beyond its hours.
        if session is None or not session.created_us - _HOUR_US <= now_us < session.expires_us:
            return None
        return None if session.person.disabled else session

    def is_proved(self, session: Session) -> bool:
        """Whether the person has shown who they are a short time ago."""
        return abs(self._clock.wall_us() - session.proved_us) < self._proof_us

    def prove(self, token: str, password: str, code: str | None, address: str) -> None:
        """Show once more who one is. Raises UNAUTHENTICATED, CODE_NEEDED, RATE_LIMITED."""
        session = self._own(token)
        person, _, has_code = self._checks.password(session.person.name, password, code, address)
        if self._second_factor and not has_code and not session.enrolling:
            raise Error(Kind.SECOND_FACTOR_NEEDED, "show it with your passkey")
        if person.id != session.person.id:
            raise refused()
        self._acts.append(EntryKind.PROVED, {**who(session), "method": "password"})
        self._sessions.prove(token_hash(token), self._clock.wall_us(), None, enrolled=False)

    def ask_proof(self, token: str, site: Site) -> dict[str, Any]:
        """What the browser is given to show it with a passkey; empty `allowCredentials`: none."""
        session = self._own(token)
        known = self._passkeys.of(session.person.id)
        return webauthn_edge.assertion(
            site, self._checks.challenges.make(f"prove {session.id}"), known
        )

    def prove_with_passkey(
        self, token: str, site: Site, credential: dict[str, Any], address: str
    ) -> None:
        """Show once more who one is. Raises UNAUTHENTICATED, RATE_LIMITED."""
        session = self._own(token)
        person, found = self._checks.passkey(site, credential, f"prove {session.id}", address)
        if person.id != session.person.id:
            raise refused()
        self._acts.append(EntryKind.PROVED, {**who(session), "method": "passkey"})
        now_us = self._clock.wall_us()
        self._sessions.prove(token_hash(token), now_us, found.passkey_id, enrolled=False)

    def sign_out(self, token: str) -> None:
        """End a session; an unknown token is no error. A ledger that fails keeps nobody in."""
        session = self.session(token)
        if session is not None:
            with suppress(Error):
                self._acts.append(EntryKind.SIGNED_OUT, who(session))
        self._sessions.delete(token_hash(token))

    def sessions(self, person_id: str | None = None) -> Sequence[Session]:
        """A person's sessions, or everybody's; the newest first."""
        found = self._sessions.list() if person_id is None else self._sessions.of(person_id)
        now_us = self._clock.wall_us()
        return [each for each in found if now_us < each.expires_us]

    def revoke(self, by: Session, name: str) -> str:
        """End a session by its `session_id`, one's own or, for who looks after accounts, anyone's;
        whose it was. `Error(NOT_FOUND)` also for one that is none of theirs.
        """
        for each in self.sessions():
            if each.id == name and (each.person.id == by.person.id or may_manage(by)):
                self._acts.append(
                    EntryKind.SESSION_REVOKED,
                    {**who(by), "revoked": name, **subject(each.person)},
                )
                self._sessions.delete_named(name)
                return each.person.id
        raise Error(Kind.NOT_FOUND, "there is no such session")

    def _own(self, token: str) -> Session:
        session = self.session(token)
        if session is None:
            raise refused()
        return session

    def _begin(
        self,
        person: Person,
        method: Method,
        address: str,
        client: str,
        *,
        passkey_id: str | None = None,
        enrolling: bool = False,
    ) -> tuple[str, Session]:
        now_us = self._clock.wall_us()
        self._sessions.delete_expired(now_us)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(
            person=person,
            created_us=now_us,
            expires_us=now_us + self._lasts_us,
            id=session_id(token_hash(token)),
            method=method,
            proved_us=now_us,
            passkey_id=passkey_id,
            address=address,
            client=client,
            enrolling=enrolling,
        )
        body: Body = {**who(session), "address": address, "method": method.value}
        self._acts.append(EntryKind.SIGNED_IN, body)
        self._sessions.add(token_hash(token), session)
        return token, session


def may_manage(session: Session) -> bool:
    """Whether this session looks after accounts."""
    return session.person.may_somewhere(Act.MANAGE_PEOPLE)


def who(session: Session) -> Body:
    """How a session's person stands in an entry."""
    return {
        "person": session.person.id,
        "person_name": session.person.name,
        "session": session.id,
    }


def subject(person: Person) -> Body:
    """How the person whom an act is about stands in an entry."""
    return {"subject": person.id, "subject_name": person.name}


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
