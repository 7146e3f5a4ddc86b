"""The bytes of a playing connection taken apart: RTP, RTCP and RTSP messages (RFC 2326, 10.12)."""

from collections.abc import Callable

from farola.base import Error, Kind
from farola.rtsp.depacketiser import Depacketiser
from farola.rtsp.message import Message, parse_message

MAX_GARBAGE = 65_536  # consecutive bytes that belong to nothing

_DOLLAR, _CR, _LF = 0x24, 0x0D, 0x0A
_GARBAGE = -1
_LONGEST_METHOD = 32
_LOOK_AHEAD = 16  # the framing and the RTP header


class Incoming:
    """Routes what arrives; the caller keeps what `feed` leaves and brings it again with more.

    What is delivered depends on the bytes alone, never on how they were cut.
    """

    def __init__(
        self,
        depacketiser: Depacketiser,
        *,
        channels: tuple[int, int],
        payload_type: int,
        on_message: Callable[[Message], None],
        on_rtcp: Callable[[memoryview, int, int, int], None],
    ) -> None:
        self.skipped_bytes = 0
        self._depacketiser = depacketiser
        self._rtp, self._rtcp = channels
        self._payload_type = payload_type
        self._on_message = on_message
        self._on_rtcp = on_rtcp
        self._garbage = 0
        self._needed = 0
        self._lost_sync = False

    def feed(self, view: memoryview, position: int, end: int, arrival_us: int) -> int:
        """Consume `view[position:end]` as far as it is complete; returns where the rest begins."""
        if end - position < self._needed:
            return position
        self._needed = 0
        while position < end:
            first = view[position]
            if self._lost_sync:
                position, found = self._resynchronise(view, position, end)
                if not found:
                    break
                self._lost_sync = False
                first = _DOLLAR
            if first == _DOLLAR:
                following = self._frame(view, position, end, arrival_us)
            elif first in (_CR, _LF):
                # Some cameras end a body with a line that Content-Length does not count.
                following = position + 1
            else:
                following = self._message(view, position, end)
                if following == _GARBAGE:
                    self._lost_sync = True
                    continue
            if following == position:
                break
            position = following
        return position

    def _frame(self, view: memoryview, position: int, end: int, arrival_us: int) -> int:
        if end - position < 4:
            return position
        channel = view[position + 1]
        if channel == self._rtp:
            following = self._depacketiser.feed(view, position, end, arrival_us)
        else:
            following = position + 4 + int.from_bytes(view[position + 2 : position + 4])
            if following > end:
                return position
            if channel == self._rtcp:
                self._on_rtcp(view, position + 4, following, arrival_us)
            else:
                self.skipped_bytes += following - position
        if following != position:
            self._garbage = 0
        return following

    def _message(self, view: memoryview, position: int, end: int) -> int:
        looks = _looks_like_message(bytes(view[position : position + _LONGEST_METHOD + 1]))
        if looks is None:
            return position
        if not looks:
            return _GARBAGE
        try:
            parsed = parse_message(view, position, end)
        except Error as error:
            raise Error(Kind.PROTOCOL_VIOLATION, error.message) from error
        if isinstance(parsed, int):
            self._needed = parsed
            return position
        message, following = parsed
        self._garbage = 0
        self._on_message(message)
        return following

    def _resynchronise(self, view: memoryview, position: int, end: int) -> tuple[int, bool]:
        """Skip to what looks like a packet of the video (True), or to what may become one."""
        data = bytes(view[position:end])
        mark = bytes((_DOLLAR, self._rtp))
        found = False
        at = data.find(mark)
        while at >= 0 and at + _LOOK_AHEAD <= len(data) and not found:
            found = self._plausible(data, at)
            at = at if found else data.find(mark, at + 1)
        if at < 0:
            at = len(data) - (1 if data[-1] == _DOLLAR else 0)
        self.skipped_bytes += at
        self._garbage += at
        if self._garbage > MAX_GARBAGE:
            raise Error(Kind.PROTOCOL_VIOLATION, "what the camera sends makes no sense")
        return position + at, found

    def _plausible(self, data: bytes, at: int) -> bool:
        ssrc = self._depacketiser.ssrc
        return (
            int.from_bytes(data[at + 2 : at + 4]) >= 12
            and data[at + 4] >> 6 == 2
            and data[at + 5] & 127 == self._payload_type
            and (ssrc < 0 or int.from_bytes(data[at + 12 : at + 16]) == ssrc)
        )


def _looks_like_message(head: bytes) -> bool | None:
    """Whether an RTSP start line begins here; None if too little is there to tell."""
    if b"RTSP/".startswith(head[:5]):
        return True if len(head) >= 5 else None
    for index, byte in enumerate(head[:_LONGEST_METHOD]):
        if byte == 0x20:
            return index > 2
        if not (0x41 <= byte <= 0x5A or byte == 0x5F):
            return False
    return None if len(head) < _LONGEST_METHOD else False
