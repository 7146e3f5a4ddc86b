"""People who sign in. Never people who were filmed: those have no place in any model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; the password's hash is not part of it."""

    id: str
    name: str
    created_us: int


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: the token itself is never stored, only its SHA-256. `id` is what it is called
    where it is on record.
    """

    person: Person
    created_us: int
    expires_us: int
    id: str = ""


def session_id(token_hash: bytes) -> str:
    """What a session is called where it is listed and on record: tells nothing of its token."""
    return f"ses-{token_hash[:8].hex()}"
