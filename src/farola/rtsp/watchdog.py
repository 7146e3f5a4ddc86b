"""When a playing stream has been silent for too long, and when it is our turn to speak."""

from dataclasses import dataclass

from farola.base import Error, Kind
from farola.rtsp.target import Limits

REPORT_US = 10_000_000
_LONGEST_CHECK_US = 1_000_000
_LONGEST_KEEP_ALIVE_US = 30_000_000


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is due now: a keep-alive request, a receiver report."""

    keep_alive: bool
    report: bool


class Watchdog:
    """Looks at the counts every second or so; times are the monotonic clock's microseconds."""

    def __init__(self, limits: Limits, *, session_timeout_s: int) -> None:
        self.due_us = 0
        self._limits = limits
        self._interval_us = min(_LONGEST_CHECK_US, limits.stall_us // 4)
        # Twice within the time-out, so that one lost answer does no harm.
        self._keep_alive_us = min(_LONGEST_KEEP_ALIVE_US, session_timeout_s * 1_000_000 * 2 // 5)
        self._started_us = 0
        self._packets = self._units = 0
        self._packets_us = self._units_us = 0
        self._keep_alive_due_us = self._report_due_us = 0

    def start(self, now_us: int) -> None:
        """PLAY is being sent."""
        self._started_us = self._packets_us = self._units_us = now_us
        self.due_us = now_us + self._interval_us
        self._keep_alive_due_us = now_us + self._keep_alive_us
        self._report_due_us = now_us + REPORT_US

    def check(self, now_us: int, *, playing: bool, packets: int, units: int) -> Wishes:
        """Raises Error(TIMED_OUT) without an answer to PLAY, Error(STALLED) without packets,
        Error(PROTOCOL_VIOLATION) with packets that never make a picture."""
        limits = self._limits
        self.due_us = now_us + self._interval_us
        if packets != self._packets:
            self._packets, self._packets_us = packets, now_us
        if units != self._units:
            self._units, self._units_us = units, now_us
        if not playing and packets == 0 and now_us - self._started_us > limits.handshake_us:
            raise Error(Kind.TIMED_OUT, "the camera does not answer PLAY")
        if now_us - self._packets_us > limits.stall_us:
            raise Error(Kind.STALLED, "the camera sends nothing although the connection stands")
        if now_us - self._units_us > limits.stall_us:
            raise Error(Kind.PROTOCOL_VIOLATION, "what the camera sends makes no whole picture")
        wishes = Wishes(
            keep_alive=now_us >= self._keep_alive_due_us, report=now_us >= self._report_due_us
        )
        if wishes.keep_alive:
            self._keep_alive_due_us = now_us + self._keep_alive_us
        if wishes.report:
            self._report_due_us = now_us + REPORT_US
        return wishes
