"""Which wall time a media time is.

A camera's clock is never trusted. A run is anchored by arrival: the network and the paced reader
can only make a picture come late, so the earliest arrival of the last minute tells best when media
time zero was. The estimate is measured against the monotonic clock and carried to wall time at each
fragment, and it moves by at most `_SLEW_PPM`, so that a camera whose crystal runs fast stays in
step without a jump. A step of this machine's own wall clock is told to the caller, who begins a new
segment. See docs/design/time.md.
"""

from dataclasses import dataclass

_WINDOW_US = 30_000_000  # two windows are kept: the minimum covers 30 to 60 s
_SLEW_PPM = 2_000
_STEP_US = 500_000  # a wall clock that moved this much against the monotonic one was set


@dataclass(frozen=True, slots=True)
class Placed:
    """A fragment's place in wall time; `stepped` when this machine's wall clock was set."""

    start_us: int
    stepped: bool


class WallAnchor:
    """Maps one run's media time (90 kHz ticks) to UTC microseconds."""

    def __init__(self) -> None:
        self._earliest: int | None = None  # least (monotonic arrival - media time) in this window
        self._previous: int | None = None  # the same for the window before
        self._window_start_us = 0
        self._wall_minus_monotonic: int | None = None
        self._placed_offset: int | None = None  # wall - media time, as last handed out
        self._placed_ticks = 0

    def arrived(self, ticks: int, monotonic_us: int) -> None:
        """A unit with media time `ticks` was complete at `monotonic_us`."""
        offset = monotonic_us - ticks * 100 // 9
        if self._earliest is None:
            self._earliest = offset
            self._window_start_us = monotonic_us
            return
        if monotonic_us - self._window_start_us >= _WINDOW_US:
            self._previous = self._earliest
            self._earliest = offset
            self._window_start_us = monotonic_us
        elif offset < self._earliest:
            self._earliest = offset

    def place(self, ticks: int, wall_us: int, monotonic_us: int) -> Placed:
        """The wall time of media time `ticks`, with both clocks as they read now."""
        if self._earliest is None:
            raise ValueError("nothing has arrived yet")
        difference = wall_us - monotonic_us
        stepped = (
            self._wall_minus_monotonic is not None
            and abs(difference - self._wall_minus_monotonic) >= _STEP_US
        )
        self._wall_minus_monotonic = difference
        earliest = self._earliest if self._previous is None else min(self._earliest, self._previous)
        target = earliest + difference
        if self._placed_offset is None or stepped:
            offset = target
        else:
            room = max(1, abs(ticks - self._placed_ticks) * 100 // 9 * _SLEW_PPM // 1_000_000)
            offset = self._placed_offset + max(-room, min(room, target - self._placed_offset))
        self._placed_offset = offset
        self._placed_ticks = ticks
        return Placed(offset + ticks * 100 // 9, stepped)

    def wall_of(self, ticks: int) -> int | None:
        """The wall time of `ticks` by the last placement, None before the first."""
        if self._placed_offset is None:
            return None
        return self._placed_offset + ticks * 100 // 9
