"""People who sign in. Never people who were filmed: those have no place in any model."""

from dataclasses import dataclass
from enum import StrEnum

from farola.model.access import Act, Assignment, allows, allows_everywhere, allows_somewhere


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; secrets are not part of it.

    A disabled account signs in to nothing and decides about nothing; its history stays.
    """

    id: str
    name: str
    created_us: int
    assignments: frozenset[Assignment] = frozenset()
    disabled: bool = False

    def may(self, act: Act, groups: frozenset[str]) -> bool:
        """Whether this person may do that to a camera in these groups."""
        return not self.disabled and allows(self.assignments, act, groups)

    def may_somewhere(self, act: Act) -> bool:
        """Whether this person may do that to any camera, or for the town."""
        return not self.disabled and allows_somewhere(self.assignments, act)

    def may_everywhere(self, act: Act) -> bool:
        """Whether this person may do that to every camera of the town."""
        return not self.disabled and allows_everywhere(self.assignments, act)


class Method(StrEnum):
    """How a session was signed in to."""

    PASSWORD = "password"  # noqa: S105 - a method, not a secret
    PASSWORD_TOTP = "password_totp"  # noqa: S105
    PASSKEY = "passkey"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: the token itself is never stored, only its SHA-256. `id` is what it is called
    where it is listed and on record.

    `proved_us` is when the person last showed who they are, at signing in or since; `passkey_id`
    names the passkey that did, None where none did. `enrolling` is a session that may do nothing
    but set up the second factor that its person lacks.
    """

    person: Person
    created_us: int
    expires_us: int
    id: str = ""
    method: Method = Method.PASSWORD
    proved_us: int = 0
    passkey_id: str | None = None
    address: str = ""
    client: str = ""
    enrolling: bool = False


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential: its `id` and `public_key` (COSE) are no secrets."""

    id: str
    person_id: str
    title: str
    public_key: bytes
    sign_count: int
    created_us: int
    used_us: int | None = None


def session_id(token_hash: bytes) -> str:
    """What a session is called where it is listed and on record: tells nothing of its token."""
    return f"ses-{token_hash[:8].hex()}"
