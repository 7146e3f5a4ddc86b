"""A ledger on the disk with a key of its own, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from farola.base import Clock, ManualClock
from farola.ledger import Ledger, NoteKey
from farola.model import Body, EntryKind

ORIGIN = "town.example/ledger"
LOOK = EntryKind.LOOK


class Secret:
    """A signer from a seed, so that two processes of one test sign alike."""

    def __init__(self, seed: bytes = b"s" * 32) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


KEY = NoteKey(ORIGIN, Secret())


@contextmanager
def open_ledger(directory: Path, clock: Clock | None = None) -> Iterator[Ledger]:
    ledger = Ledger.open(directory, KEY, clock or ManualClock(), create=True)
    try:
        yield ledger
    finally:
        ledger.close()


def look(number: int) -> Body:
    return {"person": f"per-{number % 3}", "camera": f"cam-{number % 5}", "rendition": "redacted"}


def fill(ledger: Ledger, count: int) -> None:
    ledger.append_all([(LOOK, look(number)) for number in range(count)])
