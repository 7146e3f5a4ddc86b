"""Signing in: passwords against accounts, tokens against sessions."""

import hashlib
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import replace

from farola.access.accounts import Accounts, Acts, SessionStore
from farola.access.passwords import Passwords, check_new
from farola.access.refusals import Refusals
from farola.access.throttle import Throttle
from farola.base import Clock, Error, Kind
from farola.model import Body, EntryKind, Person, Session, session_id

_HOUR_US = 3_600_000_000
_TOKEN_BYTES = 32
_TOKEN_CHARACTERS = 43  # base64url of 32 bytes, unpadded


class SignIn:
    """Blocking: call it from threads.

    A token is 32 random bytes; the store knows only its SHA-256, so that whoever reads the
    catalogue cannot sign in with what is there. A session ends after `hours`, used or not.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: SessionStore,
        clock: Clock,
        *,
        hours: int,
        passwords: Passwords | None = None,
        throttle: Throttle | None = None,
        acts: Acts,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self._lasts_us = hours * _HOUR_US
        self._passwords = passwords or Passwords()
        self._throttle = throttle or Throttle(clock)
        self._acts = acts
        self._refusals = Refusals(acts, clock)

    def add_person(self, name: str, password: str) -> Person:
        """A new account. `Error(INVALID_INPUT)` for a weak password, CONFLICT for a taken name."""
        check_new(password, name)
        hashed = self._passwords.hash(password)
        self._acts.append(EntryKind.PERSON_CHANGED, {"what": "added", "subject_name": name})
        return self._accounts.add(name, hashed)

    def add_first_person(self, name: str, password: str | None = None) -> tuple[Person, str] | None:
        """The account that the first start makes, and its password; None when anybody has one.

        Without a password a random one of 80 bits is made, for the operator to read once.
        """
        if self._accounts.count():
            return None
        password = password or "-".join(secrets.token_hex(2) for _ in range(5))
        body: Body = {"what": "added", "subject_name": name, "why": "the first start"}
        self._acts.append(EntryKind.PERSON_CHANGED, body)
        try:
            return self._accounts.add(name, self._passwords.hash(password)), password
        except Error as error:
            if error.kind is Kind.CONFLICT:  # another process was first
                return None
            raise

    def sign_in(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """A new session and its token; `address` is where the request came from.

        Raises `Error`: UNAUTHENTICATED, the same for an unknown name and a wrong password;
        RATE_LIMITED with `retry_after_s`; LEDGER_FAILED when it could not be written down.
        """
        try:
            person, password_hash = self._check(name, password, address)
        except Error as error:
            self._refusals.add(name, address, error.kind)
            raise
        if self._passwords.is_outdated(password_hash):
            self._accounts.set_password_hash(person.id, self._passwords.hash(password))
        now_us = self._clock.wall_us()
        self._sessions.delete_expired(now_us)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(person, now_us, now_us + self._lasts_us, session_id(_hash(token)))
        self._acts.append(EntryKind.SIGNED_IN, {**_who(session), "address": address})
        self._sessions.add(_hash(token), person.id, session.created_us, session.expires_us)
        return token, session

    def session(self, token: str) -> Session | None:
        """The session of a token; None when there is none or it ended."""
        if len(token) != _TOKEN_CHARACTERS:
            return None
        session = self._sessions.by_token_hash(_hash(token))
        now_us = self._clock.wall_us()
        # A clock set back must not lengthen a session beyond its hours.
        if session is None or not session.created_us - _HOUR_US <= now_us < session.expires_us:
            return None
        return replace(session, id=session_id(_hash(token)))

    def sign_out(self, token: str) -> None:
        """End a session; an unknown token is no error. A ledger that fails keeps nobody in."""
        session = self.session(token)
        if session is not None:
            with suppress(Error):
                self._acts.append(EntryKind.SIGNED_OUT, _who(session))
        self._sessions.delete(_hash(token))

    def change_password(self, token: str, current: str, new: str, address: str) -> None:
        """Change the password of a session's person and end their other sessions.

        Raises `Error`: UNAUTHENTICATED when the session or `current` is not right, RATE_LIMITED,
        INVALID_INPUT for a weak new password.
        """
        session = self.session(token)
        if session is None:
            raise _refused()
        check_new(new, session.person.name)
        self._check(session.person.name, current, address)
        self._acts.append(EntryKind.FACTOR_CHANGED, {**_who(session), "what": "password"})
        self._accounts.set_password_hash(session.person.id, self._passwords.hash(new))
        self._sessions.delete_of(session.person.id, keep=_hash(token))

    def set_password(self, name: str, new: str) -> None:
        """Replace a forgotten password, from the machine itself; all sessions end.

        Raises `Error`: NOT_FOUND, INVALID_INPUT for a weak password.
        """
        found = self._accounts.by_name(name)
        if found is None:
            raise Error(Kind.NOT_FOUND, "nobody has this name")
        check_new(new, name)
        hashed = self._passwords.hash(new)
        body: Body = {"subject": found[0].id, "subject_name": found[0].name, "what": "password"}
        self._acts.append(EntryKind.FACTOR_CHANGED, body)
        self._accounts.set_password_hash(found[0].id, hashed)
        self._sessions.delete_of(found[0].id)

    def _check(self, name: str, password: str, address: str) -> tuple[Person, str]:
        key = unicodedata.normalize("NFKC", name).casefold().strip()
        self._throttle.guess(key, address)
        found = self._accounts.by_name(name)
        if not self._passwords.matches(found[1] if found else None, password) or found is None:
            raise _refused()
        self._throttle.right(key, address)
        return found


def _refused() -> Error:
    return Error(Kind.UNAUTHENTICATED, "the name or the password is wrong")


def _who(session: Session) -> Body:
    return {
        "person": session.person.id,
        "person_name": session.person.name,
        "session": session.id,
    }


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
