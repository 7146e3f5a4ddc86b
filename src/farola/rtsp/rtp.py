"""RTP (RFC 3550): the header, sequence numbers and time stamps. No I/O."""

from struct import Struct

_HEADER = Struct(">BBHII")
_EXTENSION = Struct(">HH")

# RFC 3550, A.1: a larger step is a source that began anew, not a loss.
MAX_DROPOUT = 3_000
MAX_MISORDER = 100

DUPLICATE = -1
LATE = -2


def parse_rtp(
    data: bytes | bytearray | memoryview, start: int, end: int
) -> tuple[bool, int, int, int, int, int, int] | None:
    """(marker, payload type, sequence, time stamp, ssrc, payload's start, payload's end) or None.

    None means that the packet is malformed: wrong version, or lengths beyond its end.
    """
    if end - start < 12:
        return None
    first, second, sequence, stamp, ssrc = _HEADER.unpack_from(data, start)
    if first >> 6 != 2:
        return None
    position = start + 12 + 4 * (first & 15)
    if first & 0x10:
        if position + 4 > end:
            return None
        position += 4 + 4 * _EXTENSION.unpack_from(data, position)[1]
    if first & 0x20 and position < end:
        padding = data[end - 1]
        if padding == 0:
            return None
        end -= padding
    if position > end:
        return None
    return second > 127, second & 127, sequence, stamp, ssrc, position, end


class Sequence:
    """Follows 16-bit sequence numbers over a stream transport.

    On TCP nothing overtakes and nothing is lost on the way, so what is missing was dropped by the
    camera, and what comes late or twice is a camera's fault: it is counted and left out. The fast
    path of the depacketiser moves `expected` and `received` by itself.
    """

    __slots__ = (
        "_missing",
        "cycles",
        "duplicates",
        "expected",
        "late",
        "lost",
        "received",
    )

    def __init__(self) -> None:
        self.expected = -1  # -1 until the first packet
        self.cycles = 0
        self.received = 0
        self.lost = 0
        self.duplicates = 0
        self.late = 0
        self._missing: set[int] = set()

    def accept(self, number: int) -> int:
        """How many packets are missing before this one (0 as a rule), or DUPLICATE, or LATE."""
        expected = self.expected
        if expected < 0:
            expected = number
        ahead = (number - expected) & 0xFFFF
        if ahead >= 0x10000 - MAX_MISORDER:
            return self._behind(number)
        self.received += 1
        if ahead == 0:
            lost = 0
        elif ahead <= MAX_DROPOUT:
            lost = ahead
            self._miss(expected, ahead)
        else:
            # The numbering jumped: something is missing and nobody can tell how much.
            lost = 1
            self._missing.clear()
        self.lost += lost
        following = (number + 1) & 0xFFFF
        if following < expected and ahead <= MAX_DROPOUT:
            self.cycles += 0x10000
        self.expected = following
        return lost

    def _behind(self, number: int) -> int:
        if number in self._missing:
            self._missing.discard(number)
            self.late += 1
            return LATE
        self.duplicates += 1
        return DUPLICATE

    def _miss(self, first: int, count: int) -> None:
        if len(self._missing) + count > 4 * MAX_MISORDER:
            self._missing.clear()
        for number in range(first + max(0, count - MAX_MISORDER), first + count):
            self._missing.add(number & 0xFFFF)

    @property
    def highest(self) -> int:
        """The extended highest sequence number received (RFC 3550, 6.4.1), 32 bits."""
        return (self.cycles + self.expected - 1) & 0xFFFFFFFF


def unwrap(stamp: int, ticks: int) -> int:
    """The 32-bit `stamp` as the integer nearest to `ticks`: time stamps wrap every 13.3 hours."""
    return ticks + ((stamp - ticks + 0x80000000) & 0xFFFFFFFF) - 0x80000000
