"""One growing media time for a run, whatever the camera's time stamps do."""

_TICKS_PER_SECOND = 90_000
_BACK = _TICKS_PER_SECOND  # pictures are reordered by less than this; further back is a jump
_AHEAD = 5 * _TICKS_PER_SECOND  # stamps may not outrun real time by more than this

FIRST_TICKS = 10 * _TICKS_PER_SECOND
"""Media time of a run's first unit: above zero, so that leading pictures stay positive."""


class MediaClock:
    """Turns unwrapped RTP time into the run's media time and mends jumps.

    A small step forward is believed even when it comes late (a network that held back a second
    of pictures delivers them with the stamps they were taken at). A step back, or one further ahead
    than real time allows, is the camera's clock being set: media time then goes on by what this
    machine's monotonic clock says, and nothing is lost.
    """

    def __init__(self) -> None:
        self.jumps = 0
        self._shift: int | None = None
        self._last = FIRST_TICKS
        self._last_us = 0

    def of(self, ticks: int) -> int | None:
        """The media time of another stamp of this run, such as a sender report's."""
        return None if self._shift is None else ticks + self._shift

    def follow(self, ticks: int, monotonic_us: int) -> int:
        """The media time of a unit stamped `ticks` (unwrapped, 90 kHz) that arrived now."""
        if self._shift is None:
            self._shift = FIRST_TICKS - ticks
            self._last_us = monotonic_us
            return FIRST_TICKS
        media = ticks + self._shift
        step = media - self._last
        if step < -_BACK or step > _AHEAD + (monotonic_us - self._last_us) * 9 // 100:
            self.jumps += 1
            mended = self._last + max(1, (monotonic_us - self._last_us) * 9 // 100)
            self._shift += mended - media
            media = mended
        if media > self._last:
            self._last = media
            self._last_us = monotonic_us
        return media
