"""Waiting times between guesses of a password, in memory."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from farola.base import Clock, Error, Kind

_US = 1_000_000
_MOST_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`free` guesses cost nothing; each further one doubles the wait from 1 s to `most_s`."""

    free: int
    most_s: int


@dataclass(slots=True)
class _Count:
    guesses: int
    last_us: int


class Throttle:
    """Counts guesses by name and address, by address, and by name.

    One address that tries one name is slowed first. One address that tries many names is slowed a
    little later. Many addresses that try one name slow that name for strangers by at most ten
    seconds: enough to make a botnet's guesses few, too little to lock the owner out. A guess is
    counted before the password is checked, so that a hundred at once count as a hundred; a right
    one is forgotten again. Counts fade an hour after the last guess, and the oldest go first when
    there are too many.
    """

    pair = Allowance(free=5, most_s=900)
    address = Allowance(free=20, most_s=900)
    name = Allowance(free=50, most_s=10)
    fades_us = 3600 * _US

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._lock = threading.Lock()

    def guess(self, name_key: str, address: str) -> None:
        """Count a guess, or `Error(RATE_LIMITED)` with `retry_after_s`, which is not counted."""
        now_us = self._clock.monotonic_us()
        keys = self._keys(name_key, address)
        with self._lock:
            wait_us = max(self._wait_us(key, allowed, now_us) for key, allowed in keys)
            if wait_us > 0:
                raise Error(
                    Kind.RATE_LIMITED,
                    "too many wrong passwords; wait before the next attempt",
                    retry_after_s=-(-wait_us // _US),
                )
            for key, _ in keys:
                count = self._counts.setdefault(key, _Count(0, now_us))
                count.guesses += 1
                count.last_us = now_us
                self._counts.move_to_end(key)
            while len(self._counts) > _MOST_KEYS:
                self._counts.popitem(last=False)

    def right(self, name_key: str, address: str) -> None:
        """Take back a guess that was right; the pair's earlier wrong ones are forgiven.

        The address keeps its wrong ones: an owner of one account must not wash away guesses at
        the others.
        """
        (pair, _), *others = self._keys(name_key, address)
        with self._lock:
            self._counts.pop(pair, None)
            for key, _ in others:
                count = self._counts.get(key)
                if count is not None:
                    count.guesses -= 1
                    if count.guesses <= 0:
                        del self._counts[key]

    def _wait_us(self, key: tuple[str, str], allowed: Allowance, now_us: int) -> int:
        count = self._counts.get(key)
        if count is None:
            return 0
        if now_us - count.last_us >= self.fades_us:
            del self._counts[key]
            return 0
        over = count.guesses - allowed.free
        if over < 0:
            return 0
        wait_s = min(1 << min(over, 30), allowed.most_s)
        return count.last_us + wait_s * _US - now_us

    def _keys(self, name_key: str, address: str) -> tuple[tuple[tuple[str, str], Allowance], ...]:
        place = neighbourhood(address)
        name_key = name_key[:120]
        return (
            (((name_key, place)), self.pair),
            (("", place), self.address),
            ((name_key, ""), self.name),
        )


def neighbourhood(address: str) -> str:
    """What counts as one address: an IPv6 customer owns a /64, so that much is one."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return f"{IPv6Address(int(ip) >> 64 << 64)}/64"
    return str(ip)
