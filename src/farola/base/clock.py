"""The one place that reads the machine's clocks.

Wall time is UTC in integer microseconds since 1970; it may step. Monotonic time is integer
microseconds from an arbitrary start; it never steps back. No float holds a time stamp.
"""

import time
from typing import Protocol


class Clock(Protocol):
    def wall_us(self) -> int:
        """UTC microseconds since 1970-01-01."""
        ...

    def monotonic_us(self) -> int:
        """Microseconds from an arbitrary start, never going back."""
        ...


class SystemClock:
    def wall_us(self) -> int:
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000


class ManualClock:
    """A clock that tests move by hand."""

    def __init__(self, wall_us: int = 1_700_000_000_000_000, monotonic_us: int = 0) -> None:
        self._wall_us = wall_us
        self._monotonic_us = monotonic_us

    def wall_us(self) -> int:
        return self._wall_us

    def monotonic_us(self) -> int:
        return self._monotonic_us

    def advance(self, us: int) -> None:
        """Let time pass."""
        self._wall_us += us
        self._monotonic_us += us

    def step_wall(self, us: int) -> None:
        """Set the wall clock forward or back, as NTP or a hand does; no time passes."""
        self._wall_us += us
