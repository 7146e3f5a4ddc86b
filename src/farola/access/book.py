"""The grants that last, in memory, so that the gate can ask at every picture."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from farola.base import Clock
from farola.model import Grant


@dataclass(frozen=True, slots=True)
class _Lasting:
    grant: Grant
    until_us: int
    """By the clock that only goes forward: a wall clock set back lengthens no grant."""


class GrantBook:
    """Thread-safe, never blocks on a disk."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lasting: dict[str, _Lasting] = {}
        self._lock = threading.Lock()

    def put(self, grants: Iterable[Grant]) -> None:
        """Take in those that last by the wall clock as it stands now."""
        wall_us, now_us = self._clock.wall_us(), self._clock.monotonic_us()
        with self._lock:
            for grant in grants:
                left_us = grant.expires_us - wall_us
                if grant.withdrawn_us is None and left_us > 0:
                    self._lasting[grant.id] = _Lasting(grant, now_us + left_us)

    def find(self, grant_id: str) -> Grant | None:
        """The grant while it lasts; None when it has expired, was withdrawn or never was."""
        with self._lock:
            known = self._lasting.get(grant_id)
        if known is None or self._clock.monotonic_us() >= known.until_us:
            return None
        return known.grant

    def remove(self, grant_id: str) -> None:
        """It was withdrawn."""
        with self._lock:
            self._lasting.pop(grant_id, None)

    def ended(self) -> list[Grant]:
        """Those that have expired since this was asked last."""
        now_us = self._clock.monotonic_us()
        with self._lock:
            over = [each.grant for each in self._lasting.values() if now_us >= each.until_us]
            for grant in over:
                del self._lasting[grant.id]
        return over

    def lasting(self) -> list[Grant]:
        now_us = self._clock.monotonic_us()
        with self._lock:
            return [each.grant for each in self._lasting.values() if now_us < each.until_us]
