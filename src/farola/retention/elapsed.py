"""Time that has really passed, whatever was done to the clock.

Recordings are named by the wall clock, and that may be set: by an hour for summer, by a day by
mistake. What retention counts is how long ago something was recorded, so it counts time that
passed: the monotonic clock's while the program runs, and the wall clock's while it does not. A
program that finds more than a day gone since it was last seen believes the first day at once and
the rest after it has run for an hour, so that a clock that is wrong at start destroys nothing that
is put right within that hour.
"""

from dataclasses import dataclass, replace

_HOUR_US = 3_600_000_000
BELIEVED_US = 24 * _HOUR_US
PATIENCE_US = _HOUR_US


@dataclass(frozen=True, slots=True)
class Elapsed:
    """`now_us` grows with the time that passes; it began as the wall clock's.

    `doubted_us` is what the wall clock claims besides and is not believed yet, until
    `patience_us` have passed. `began_us` is what it was at the program's start, and `believed_us`
    what the last tick believed at once: whatever was dated since the start is younger than that.
    """

    now_us: int
    wall_us: int
    monotonic_us: int
    began_us: int = 0
    doubted_us: int = 0
    patience_us: int = 0
    believed_us: int = 0

    @classmethod
    def begin(cls, kept: tuple[int, int] | None, wall_us: int, monotonic_us: int) -> "Elapsed":
        """At the program's start; `kept` are the last `now_us` and `wall_us` of the one before."""
        if kept is None:
            return cls(wall_us, wall_us, monotonic_us, wall_us)
        gone = max(0, wall_us - kept[1])
        believed = min(gone, BELIEVED_US)
        now_us = kept[0] + believed
        return cls(now_us, wall_us, monotonic_us, now_us, gone - believed, PATIENCE_US)

    def tick(self, wall_us: int, monotonic_us: int) -> "Elapsed":
        """A moment later."""
        passed = max(0, monotonic_us - self.monotonic_us)
        stepped = wall_us - self.wall_us - passed
        doubted = max(0, self.doubted_us + min(0, stepped)) if self.doubted_us else 0
        patience = max(0, self.patience_us - passed)
        believed = doubted if not patience else 0
        return replace(
            self,
            now_us=self.now_us + passed + believed,
            wall_us=wall_us,
            monotonic_us=monotonic_us,
            doubted_us=doubted - believed,
            patience_us=patience,
            believed_us=believed,
        )

    def redated(self, at_us: int) -> int:
        """An instant that was dated before this tick, as it is to be dated from now on."""
        return at_us + self.believed_us if at_us >= self.began_us else at_us
