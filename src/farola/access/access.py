"""The desks of access over one set of checks."""

from dataclasses import dataclass
from typing import Protocol

from farola.access.accounts import (
    Accounts,
    Acts,
    GroupStore,
    PasskeyStore,
    Seals,
    SessionStore,
)
from farola.access.checks import Checks
from farola.access.factors import Factors
from farola.access.identities import Identities
from farola.access.oidc_edge import Provider
from farola.access.passwords import Passwords
from farola.access.people import PeopleDesk
from farola.access.sign_in import SignIn
from farola.access.throttle import Throttle
from farola.base import Clock
from farola.config import Identity, Sessions


class Rows(Protocol):
    """The catalogue, as far as access knows it."""

    @property
    def people(self) -> Accounts: ...

    @property
    def sessions(self) -> SessionStore: ...

    @property
    def passkeys(self) -> PasskeyStore: ...

    @property
    def groups(self) -> GroupStore: ...


@dataclass(frozen=True, slots=True)
class Access:
    """Signing in, what one signs in with, and who may."""

    sign_in: SignIn
    factors: Factors
    people: PeopleDesk
    identities: Identities | None = None

    @classmethod
    def over(
        cls,
        rows: Rows,
        seals: Seals,
        clock: Clock,
        settings: Sessions,
        acts: Acts,
        *,
        identity: Identity | None = None,
        passwords: Passwords | None = None,
        throttle: Throttle | None = None,
    ) -> "Access":
        """With an `identity` that names an issuer people sign in there as well."""
        provider = Provider(identity, clock) if identity and identity.issuer else None
        passwords = passwords or Passwords()
        throttle = throttle or Throttle(clock)
        people, sessions, passkeys = rows.people, rows.sessions, rows.passkeys
        checks = Checks(people, passkeys, seals, clock, passwords, throttle)
        sign_in = SignIn(
            checks,
            people,
            sessions,
            passkeys,
            clock,
            hours=settings.hours,
            proof_minutes=settings.proof_minutes,
            second_factor=settings.second_factor,
            acts=acts,
        )
        return cls(
            sign_in,
            Factors(
                checks,
                people,
                sessions,
                passkeys,
                seals,
                clock,
                second_factor=settings.second_factor,
                acts=acts,
            ),
            PeopleDesk(
                people,
                sessions,
                passkeys,
                rows.groups,
                passwords,
                issuer=provider.issuer if provider else None,
                acts=acts,
            ),
            Identities(provider, sign_in, people, clock) if provider else None,
        )
