"""How long to wait before trying again."""

from collections.abc import Callable
from random import SystemRandom

_uniform = SystemRandom().uniform


class Backoff:
    """Doubling waits with jitter, so that a thousand cameras do not return in one instant.

    Each wait is drawn between half and the whole of the current step; the step doubles from
    `first_us` to at most `most_us`. `reset` after something has worked for a while.
    """

    def __init__(
        self,
        first_us: int = 1_000_000,
        most_us: int = 60_000_000,
        uniform: Callable[[float, float], float] = _uniform,
    ) -> None:
        self._first_us = first_us
        self._most_us = most_us
        self._step_us = first_us
        self._uniform = uniform

    def next_us(self) -> int:
        """Microseconds to wait now; the next answer is up to twice as long."""
        step = self._step_us
        self._step_us = min(step * 2, self._most_us)
        return int(self._uniform(step / 2, step))

    def reset(self) -> None:
        self._step_us = self._first_us
