"""Password hashes: argon2id, PHC strings, renewed when the parameters grow."""

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from farola.base import Error, Kind

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 256

_AT_ONCE = 2  # each takes 64 MiB and all of a core: guesses must not starve the recorder


class Passwords:
    """argon2id with RFC 9106's second recommended choice (3 passes, 64 MiB, 4 lanes).

    Blocking, about 0.1 s of a core: call it from a thread. At most two run at once, the others
    wait. Passwords are compared in NFC, as RFC 8265 (OpaqueString) asks, so that an ñ typed on one
    keyboard equals the same ñ from another.
    """

    def __init__(self, *, passes: int = 3, memory_kib: int = 65_536, lanes: int = 4) -> None:
        self._hasher = PasswordHasher(passes, memory_kib, lanes)
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """A PHC string with a fresh salt, below 128 characters."""
        with self._turns:
            return self._hasher.hash(_normal(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the hash's; with None it takes as long and is always False.

        So nobody learns from the time of a refusal whether a name exists.
        """
        if len(password) > MOST_CHARACTERS:
            password, password_hash = "", None
        with self._turns:
            try:
                self._hasher.verify(password_hash or self._nobodys, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def check_new(password: str, name: str) -> None:
    """Refuse a password that is too short, too long or the name itself: `Error(INVALID_INPUT)`.

    Length is what counts (NIST SP 800-63B, 3.1.1.2); there are no rules about kinds of characters.
    """
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise Error(
            Kind.INVALID_INPUT,
            f"a password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters",
            field="password",
        )
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise Error(Kind.INVALID_INPUT, "this password is too easy to guess", field="password")


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
