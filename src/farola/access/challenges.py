"""Random challenges that are answered once, soon, and for what they were made for."""

import secrets
import threading
from collections import OrderedDict

from farola.base import Clock

_LASTS_US = 300_000_000
_MOST = 2_000


class Challenges:
    """In memory: a server that starts anew knows none, and whoever was asked is asked again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[bytes, tuple[str, int]] = OrderedDict()
        self._lock = threading.Lock()

    def make(self, purpose: str) -> bytes:
        """32 random bytes for one purpose, such as a session's registering of a passkey."""
        challenge = secrets.token_bytes(32)
        with self._lock:
            self._open[challenge] = (purpose, self._clock.monotonic_us() + _LASTS_US)
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return challenge

    def take(self, challenge: bytes, purpose: str) -> bool:
        """Whether it was made for this and neither answered nor too old; it is answered now."""
        with self._lock:
            known = self._open.pop(challenge, None)
        return known is not None and known[0] == purpose and self._clock.monotonic_us() < known[1]
