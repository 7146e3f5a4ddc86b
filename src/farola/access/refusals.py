"""Refused sign-ins on the ledger, in bounded number: a flood of guesses must not fill it."""

import threading
from contextlib import suppress

from farola.access.accounts import Accounts, Acts
from farola.base import Clock, Error, Kind
from farola.model import Body, EntryKind

_MINUTE_US = 60_000_000
_MOST_A_MINUTE = 20


class Refusals:
    """Writes each refusal of a minute up to a number, and with the next one how many more were.

    A name that nobody has is not written down: people type passwords into the wrong field.
    """

    def __init__(self, acts: Acts, accounts: Accounts, clock: Clock) -> None:
        self._acts = acts
        self._accounts = accounts
        self._clock = clock
        self._minute = -1
        self._written = 0
        self._more = 0
        self._lock = threading.Lock()

    def add(self, name: str, address: str, why: Kind) -> None:
        """A ledger that fails keeps nobody from being refused."""
        with self._lock:
            minute = self._clock.monotonic_us() // _MINUTE_US
            if minute != self._minute:
                self._minute, self._written = minute, 0
            if self._written >= _MOST_A_MINUTE:
                self._more += 1
                return
            self._written += 1
            more, self._more = self._more, 0
        body: Body = {"address": address, "reason": why.value}
        if more:
            body["more"] = more
        with suppress(Error):
            found = self._accounts.by_name(name)
            if found is not None:
                body |= {"subject": found[0].id, "subject_name": found[0].name}
            self._acts.append(EntryKind.SIGN_IN_REFUSED, body)
