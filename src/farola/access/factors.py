"""What a person signs in with, changed by that person: password, one-time codes, passkeys."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from farola.access import totp, webauthn_edge
from farola.access.accounts import Accounts, Acts, PasskeyStore, Seals, SessionStore
from farola.access.checks import Checks, refused, totp_label
from farola.access.passwords import check_new
from farola.access.sign_in import token_hash, who
from farola.access.totp import NewTotp
from farola.access.webauthn_edge import Site
from farola.base import Clock, Error, Kind
from farola.model import EntryKind, Passkey, Session

_MOST_PASSKEYS = 10
_MOST_PENDING = 1_000


@dataclass(frozen=True, slots=True)
class FactorList:
    """What a person has."""

    totp: bool
    passkeys: Sequence[Passkey]


class Factors:
    """Blocking. Every change is on the ledger first; what is added must have been shown to work."""

    def __init__(
        self,
        checks: Checks,
        accounts: Accounts,
        sessions: SessionStore,
        passkeys: PasskeyStore,
        seals: Seals,
        clock: Clock,
        *,
        second_factor: bool,
        acts: Acts,
    ) -> None:
        self._checks = checks
        self._accounts = accounts
        self._sessions = sessions
        self._passkeys = passkeys
        self._seals = seals
        self._clock = clock
        self._second_factor = second_factor
        self._acts = acts
        self._pending: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def list(self, session: Session) -> FactorList:
        person_id = session.person.id
        has_totp = self._accounts.sealed_totp(person_id) is not None
        return FactorList(has_totp, self._passkeys.of(person_id))

    def change_password(
        self, token: str, session: Session, current: str, new: str, address: str
    ) -> None:
        """Change one's password and end one's other sessions.

        Raises `Error`: UNAUTHENTICATED when `current` is not right, RATE_LIMITED, INVALID_INPUT
        for a weak new password.
        """
        check_new(new, session.person.name)
        self._checks.password_alone(session.person.name, current, address)
        self._acts.append(EntryKind.FACTOR_CHANGED, {**who(session), "what": "password"})
        self._accounts.set_password_hash(session.person.id, self._checks.passwords.hash(new))
        self._sessions.delete_of(session.person.id, keep=token_hash(token))

    def begin_totp(self, session: Session, issuer: str) -> NewTotp:
        """A secret for one's app; nothing changes before a code of it was shown."""
        secret = totp.new_secret()
        with self._lock:
            self._pending[session.id] = secret
            self._pending.move_to_end(session.id)
            while len(self._pending) > _MOST_PENDING:
                self._pending.popitem(last=False)
        return totp.describe(secret, issuer, session.person.name)

    def confirm_totp(self, token: str, session: Session, code: str) -> None:
        """Take the secret into use; other sessions end. `Error(INVALID_INPUT)` for a wrong code."""
        with self._lock:
            secret = self._pending.get(session.id)
        if secret is None:
            raise Error(Kind.NOT_FOUND, "begin with a new secret")
        step = totp.step_of(secret, code, self._clock.wall_us())
        if step is None:
            raise Error(
                Kind.INVALID_INPUT,
                "this is not the app's present code; is the phone's clock right?",
                field="code",
            )
        person_id = session.person.id
        self._acts.append(EntryKind.FACTOR_CHANGED, {**who(session), "what": "totp"})
        self._accounts.set_totp(person_id, self._seals.seal(totp_label(person_id), secret), step)
        with self._lock:
            self._pending.pop(session.id, None)
        self._enrolled(token, session)

    def remove_totp(self, session: Session) -> None:
        """Raises CONFLICT when it is the only second factor and one is required."""
        if self._second_factor and not self._passkeys.of(session.person.id):
            raise Error(Kind.CONFLICT, "add a passkey first: a second factor is required")
        self._acts.append(EntryKind.FACTOR_CHANGED, {**who(session), "what": "totp removed"})
        self._accounts.set_totp(session.person.id, None)

    def ask_passkey(self, session: Session, site: Site) -> dict[str, Any]:
        """What a browser's `navigator.credentials.create` is given."""
        challenge = self._checks.challenges.make(f"register {session.id}")
        known = self._passkeys.of(session.person.id)
        return webauthn_edge.registration(site, session.person, challenge, known)

    def add_passkey(
        self, token: str, session: Session, site: Site, title: str, credential: dict[str, Any]
    ) -> Passkey:
        """Raises UNAUTHENTICATED for an answer that is not right, CONFLICT for a known key."""
        person_id = session.person.id
        if len(self._passkeys.of(person_id)) >= _MOST_PASSKEYS:
            raise Error(Kind.CONFLICT, f"at most {_MOST_PASSKEYS} passkeys")
        challenge = webauthn_edge.challenge_in(credential)
        if not self._checks.challenges.take(challenge, f"register {session.id}"):
            raise refused()
        key_id, public_key, count = webauthn_edge.registered(site, credential, challenge)
        passkey = Passkey(key_id, person_id, title, public_key, count, self._clock.wall_us())
        self._acts.append(
            EntryKind.FACTOR_CHANGED, {**who(session), "what": "passkey added", "title": title}
        )
        self._passkeys.add(passkey)
        self._enrolled(token, session, key_id)
        return passkey

    def remove_passkey(self, session: Session, passkey_id: str) -> None:
        """Raises NOT_FOUND, and CONFLICT for the last second factor where one is required."""
        mine = self._passkeys.of(session.person.id)
        found = next((each for each in mine if each.id == passkey_id), None)
        if found is None:
            raise Error(Kind.NOT_FOUND, "there is no such passkey")
        has_totp = self._accounts.sealed_totp(session.person.id) is not None
        if self._second_factor and len(mine) == 1 and not has_totp:
            raise Error(Kind.CONFLICT, "add another second factor first: one is required")
        self._acts.append(
            EntryKind.FACTOR_CHANGED,
            {**who(session), "what": "passkey removed", "title": found.title},
        )
        self._passkeys.remove(session.person.id, passkey_id)

    def _enrolled(self, token: str, session: Session, passkey_id: str | None = None) -> None:
        """This session has shown two factors now; whoever only had one is signed out."""
        hashed = token_hash(token)
        self._sessions.prove(hashed, self._clock.wall_us(), passkey_id, enrolled=True)
        self._sessions.delete_of(session.person.id, keep=hashed)
