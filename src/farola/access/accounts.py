"""What access needs of a catalogue and of a ledger, declared by the one who needs it."""

from typing import Protocol

from farola.model import Body, EntryKind, Person, Session


class Acts(Protocol):
    """Where acts are written before they happen; blocks."""

    def append(self, kind: EntryKind, body: Body) -> object:
        """Durable when it returns. Raises Error: then the act must not happen."""
        ...


class Accounts(Protocol):
    """People with a password; the hash never leaves this package and the catalogue."""

    def count(self) -> int: ...

    def add(self, name: str, password_hash: str) -> Person:
        """`Error(CONFLICT)` when the name, however spelt, is taken."""
        ...

    def by_name(self, name: str) -> tuple[Person, str] | None:
        """The person and the password's hash."""
        ...

    def set_password_hash(self, person_id: str, password_hash: str) -> None: ...


class SessionStore(Protocol):
    """Sessions by the SHA-256 of their token."""

    def add(self, token_hash: bytes, person_id: str, created_us: int, expires_us: int) -> None: ...

    def by_token_hash(self, token_hash: bytes) -> Session | None: ...

    def delete(self, token_hash: bytes) -> None: ...

    def delete_of(self, person_id: str, keep: bytes | None = None) -> int: ...

    def delete_expired(self, now_us: int) -> int: ...
