"""A person who signs in, and the session they hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; the password's hash is not part of it."""

    id: str
    name: str
    created_us: int


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: the token itself is never stored, only its SHA-256."""

    person: Person
    created_us: int
    expires_us: int
