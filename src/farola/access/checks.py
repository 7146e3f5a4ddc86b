"""Whether what somebody shows is theirs: password, one-time code, passkey. Blocking."""

import unicodedata
from typing import Any

from farola.access import totp, webauthn_edge
from farola.access.accounts import Accounts, PasskeyStore, Seals
from farola.access.challenges import Challenges
from farola.access.passwords import Passwords
from farola.access.throttle import Throttle
from farola.access.webauthn_edge import Answered, Site
from farola.base import Clock, Error, Kind
from farola.model import Person


class Checks:
    """Each raises Error(UNAUTHENTICATED) for what is wrong, without saying what of it."""

    def __init__(
        self,
        accounts: Accounts,
        passkeys: PasskeyStore,
        seals: Seals,
        clock: Clock,
        passwords: Passwords,
        throttle: Throttle,
    ) -> None:
        self.passwords = passwords
        self.challenges = Challenges(clock)
        self._accounts = accounts
        self._passkeys = passkeys
        self._seals = seals
        self._clock = clock
        self._throttle = throttle

    def password(
        self, name: str, password: str, code: str | None, address: str
    ) -> tuple[Person, str, bool]:
        """The person, the hash, and whether a code was shown as well.

        Raises UNAUTHENTICATED, the same for an unknown name, a wrong password, a wrong code and a
        disabled account; RATE_LIMITED with `retry_after_s`; CODE_NEEDED when all was right but a
        code is missing.
        """
        person, password_hash = self._guess(name, password, address)
        has_code = self._accounts.sealed_totp(person.id) is not None
        if has_code:
            if code is None:
                # The guess stays counted: only a whole sign-in takes it back.
                raise Error(Kind.CODE_NEEDED, "the code of the authenticator app is needed, too")
            self.code(person, code)
        self._throttle.right(_key(name), address)
        return person, password_hash, has_code

    def password_alone(self, name: str, password: str, address: str) -> None:
        """The password of who is signed in already."""
        self._guess(name, password, address)
        self._throttle.right(_key(name), address)

    def _guess(self, name: str, password: str, address: str) -> tuple[Person, str]:
        self._throttle.guess(_key(name), address)
        found = self._accounts.by_name(name)
        stored = found[1] if found and found[1] else None
        if not self.passwords.matches(stored, password) or found is None or found[0].disabled:
            raise refused()
        return found

    def code(self, person: Person, code: str) -> None:
        """A code is good once."""
        sealed = self._accounts.sealed_totp(person.id)
        if sealed is None:
            raise refused()
        secret = self._seals.unseal(totp_label(person.id), sealed)
        step = totp.step_of(secret, code, self._clock.wall_us())
        if step is None or not self._accounts.use_totp_step(person.id, step):
            raise refused()

    def passkey(
        self, site: Site, credential: dict[str, Any], purpose: str, address: str
    ) -> tuple[Person, Answered]:
        """Whose passkey answered a challenge that was made for this purpose."""
        self._throttle.guess("", address)
        challenge = webauthn_edge.challenge_in(credential)
        known = self._passkeys.get(webauthn_edge.id_in(credential))
        if not self.challenges.take(challenge, purpose) or known is None:
            raise refused()
        found = webauthn_edge.answered(site, credential, challenge, known)
        person = self._accounts.get(known.person_id)
        if person.disabled:
            raise refused()
        self._passkeys.used(known.id, found.sign_count, self._clock.wall_us())
        self._throttle.right("", address)
        return person, found


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def totp_label(person_id: str) -> str:
    """What a person's secret is sealed for."""
    return f"person/{person_id}/totp"


def refused() -> Error:
    return Error(Kind.UNAUTHENTICATED, "the name or the password is wrong")
