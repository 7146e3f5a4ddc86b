"""RTP packets to access units: what H.264 and H.265 have in common, and the hot loop."""

from abc import abstractmethod
from struct import Struct
from typing import ClassVar

from farola.base import Error, Kind
from farola.rtsp.assembly import NEVER, Assembly, Shape
from farola.rtsp.rtp import MAX_DROPOUT, Sequence, parse_rtp, unwrap

MAX_UNUSABLE = 64  # consecutive packets that cannot be used, before the run is given up

_PLAIN = 0xFF7FFFFF  # of a packet's first eight bytes: all after the length, but not the marker
_MARKER = 0x800000


class Depacketiser(Assembly):
    """Takes interleaved frames (RFC 2326, 10.12) of one RTP channel and appends access units."""

    # '$', channel, length, V/P/X/CC, M/PT, sequence as one number; time stamp and SSRC as a second;
    # the fragment's payload header. Two comparisons of integers then tell that a packet is the
    # expected middle fragment.
    _fast: ClassVar[Struct]
    _head: ClassVar[int]  # bytes of `_fast`: 4 of framing, 12 of RTP and the fragment's header

    def __init__(
        self,
        codec: str,
        *,
        payload_type: int,
        channel: int,
        parameter_sets: tuple[bytes, ...],
        max_unit_bytes: int,
    ) -> None:
        super().__init__(codec, parameter_sets)
        self.sequence = Sequence()
        self.ssrc = NEVER
        self.bytes = 0
        self.malformed = 0
        self._payload_type = payload_type
        self._magic = 0x2400 | channel
        self._plain = (0x8000 | payload_type) << 16
        self._max_unit_bytes = max_unit_bytes
        self._unusable = 0
        self._stamp = 0
        self._ended_stamp = NEVER
        self._marker_trusted = True
        # What the next packet must begin with to take the fast path.
        self._expect = NEVER
        self._expect_source = NEVER
        self._expect_head = b""
        self._expect_step = 0

    def feed(self, view: memoryview, position: int, end: int, arrival_us: int) -> int:
        """Consume whole frames of this channel; returns where something else or a part begins."""
        self._arrival_us = arrival_us
        unpack, head, magic = self._fast.unpack_from, self._head, self._magic
        sequence, plain = self.sequence, self._plain
        begin = position
        last_head = end - head
        while True:
            buffer, expect, step = self.buffer, self._expect, self._expect_step
            source, middle, before = self._expect_source, self._expect_head, expect
            # Not beyond this read, nor beyond sequence 65535, where `expect` would overflow.
            last = min(end - step, position + step * (0xFFFF - (expect & 0xFFFF)))
            # The hot loop: some 300 of a camera's 350 packets a second are middle fragments.
            while position <= last_head:
                first, second, third = unpack(view, position)
                if first != expect or second != source or third != middle or position > last:
                    break
                buffer += view[position + head : position + step]
                position += step
                expect += 1
            else:
                first = NEVER
            if expect != before:
                self._advance(expect - before)
            if first == NEVER:
                position = self._short(view, position, end)
                break
            following = position + 4 + (first >> 32 & 0xFFFF)
            if first >> 48 != magic or following > end:
                break
            if (
                first & _PLAIN == plain | sequence.expected
                and second & 0xFFFFFFFF == self.ssrc
                and following > position + head
            ):
                self._in_order(view, position, following, first, second, third)
            else:
                self._packet(view, position + 4, following)
            position = following
        self.bytes += position - begin
        if len(self.buffer) - self._start > self._max_unit_bytes:
            raise Error(
                Kind.PROTOCOL_VIOLATION,
                "a picture is larger than allowed",
                limit=self._max_unit_bytes,
            )
        return position

    def _short(self, view: memoryview, position: int, end: int) -> int:
        """Frames at the end of a read that are too short to be looked at by the fast path."""
        while position + 4 <= end and int.from_bytes(view[position : position + 2]) == self._magic:
            following = position + 4 + int.from_bytes(view[position + 2 : position + 4])
            if following > end:
                break
            self._packet(view, position + 4, following)
            position = following
        return position

    def _advance(self, count: int) -> None:
        """The fast path took `count` packets, the last of them numbered at most 65535."""
        sequence = self.sequence
        self._expect += count
        sequence.received += count
        sequence.expected += count
        if sequence.expected > 0xFFFF:
            sequence.expected = 0
            sequence.cycles += 0x10000
            self._expect = NEVER

    def _in_order(
        self, view: memoryview, position: int, end: int, first: int, second: int, third: bytes
    ) -> None:
        """What `_packet` does, for the next packet of the source with a header of 12 bytes."""
        sequence = self.sequence
        sequence.received += 1
        number = first & 0xFFFF
        if number != 0xFFFF:
            sequence.expected = number + 1
        else:
            sequence.expected = 0
            sequence.cycles += 0x10000
        self._unusable = 0
        stamp = second >> 32
        if stamp != self._stamp:
            if self._has_picture or self._damaged or self._fragment >= 0:
                self._finish_unit()
            self._stamp = stamp
            self.ticks = unwrap(stamp, self.ticks)
        elif stamp == self._ended_stamp:
            self._distrust_marker()
        shape = self._shape(third)
        if shape is None:
            self._payload(view, position + 16, end)
        else:
            self._gather(shape, view, position + self._head, end)
        if first & _MARKER:
            first ^= _MARKER
            if self._has_picture and self._marker_trusted:
                self._ended_stamp = stamp
                self._finish_unit()
        if shape is not None and self._fragment >= 0 and number != 0xFFFF:
            # Expect a fragment of the same length to follow.
            self._expect = first + 1
            self._expect_source = second
            self._expect_head = shape.middle
            self._expect_step = end - position
        else:
            self._expect = NEVER

    def _packet(self, view: memoryview, start: int, end: int) -> None:
        """Any packet, whatever its header and its number."""
        self._expect = NEVER
        packet = parse_rtp(view, start, end)
        if packet is None:
            self.malformed += 1
            self._count_unusable("malformed RTP packets")
            return
        marker, payload_type, number, stamp, ssrc, position, limit = packet
        if ssrc != self.ssrc:
            if self.ssrc != NEVER:
                self._count_unusable("packets of another RTP source")
                return
            self.ssrc = ssrc
            self._stamp = stamp
            self.ticks = stamp + (1 << 32)
        lost = self.sequence.accept(number)
        if lost < 0:
            return
        if payload_type != self._payload_type:
            self._count_unusable("packets of another payload type")
            return
        self._unusable = 0
        if lost:
            self._lose(lost, stamp)
        if stamp != self._stamp:
            self._finish_unit()
            self._stamp = stamp
            self.ticks = unwrap(stamp, self.ticks)
            if lost and (limit == position or not self._begins_unit(view, position, limit)):
                self._damaged = True
        elif stamp == self._ended_stamp:
            self._distrust_marker()
        if limit > position:
            self._payload(view, position, limit)
        if marker and self._has_picture and self._marker_trusted:
            self._ended_stamp = stamp
            self._finish_unit()

    def _distrust_marker(self) -> None:
        """The marker came before the unit's end: from now on only the time stamp ends one."""
        self._marker_trusted = False
        self._damaged = True
        self._ended_stamp = NEVER

    def _count_unusable(self, what: str) -> None:
        self._unusable += 1
        if self._unusable > MAX_UNUSABLE:
            raise Error(Kind.PROTOCOL_VIOLATION, f"nothing but {what}")

    def _lose(self, count: int, stamp: int) -> None:
        """Packets are missing before the one with this time stamp."""
        self._lost += min(count, MAX_DROPOUT)
        if self._fragment >= 0:
            del self.buffer[self._fragment :]
            self._fragment = NEVER
            self._damaged = True
        elif self._has_picture or stamp == self._stamp != self._ended_stamp:
            self._damaged = True

    @abstractmethod
    def _payload(self, view: memoryview, start: int, end: int) -> None:
        """Take apart one packet's payload, which is not empty."""

    @abstractmethod
    def _begins_unit(self, view: memoryview, start: int, end: int) -> bool:
        """Whether a payload is certainly the beginning of an access unit."""

    @staticmethod
    @abstractmethod
    def _shape(head: bytes) -> Shape | None:
        """What a packet is that begins so (`_fast`), None if it is no fragment."""
