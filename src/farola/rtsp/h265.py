"""H.265 over RTP (RFC 7798): single NAL units, AP and FU, in decoding order, without DONL."""

from functools import lru_cache
from struct import Struct

from farola.rtsp.assembly import Shape
from farola.rtsp.depacketiser import Depacketiser

_LAST_PICTURE = 31  # types 0-31 are slices (H.265, table 7-1)
_FIRST_IRAP, _LAST_IRAP = 16, 21  # BLA, IDR and CRA
_VPS, _PPS, _DELIMITER, _PREFIX_SEI = 32, 34, 35, 39
_AP, _FU = 48, 49


class H265Depacketiser(Depacketiser):
    _fast = Struct(">QQ3s")
    _shortest = 2
    _head = 19

    def _payload(self, view: memoryview, start: int, end: int) -> None:
        kind = view[start] >> 1 & 63
        if kind == _FU:
            shape = self._shape(bytes(view[start : start + 3])) if end - start > 3 else None
            if shape is None:
                self._damaged = True
            else:
                self._gather(shape, view, start + 3, end)
            return
        if self._fragment >= 0:
            self._end_fragment(whole=False)
        if kind < _AP:
            self._append(view, start, end)
        elif kind == _AP:
            self._aggregate(view, start + 2, end)
        else:
            # PACI (50) needs an agreement that was not made; the rest is unspecified.
            self._damaged = True

    def _aggregate(self, view: memoryview, position: int, end: int) -> None:
        """AP (4.4.2): NAL units behind 16-bit sizes."""
        while position + 2 <= end:
            following = position + 2 + int.from_bytes(view[position : position + 2])
            if following > end:
                break
            if following > position + 2:
                self._append(view, position + 2, following)
            position = following
        if position != end:
            self._damaged = True

    def _note(self, at: int) -> None:
        kind = self.buffer[at] >> 1 & 63
        if kind <= _LAST_PICTURE:
            self._has_picture = True
            self._key = self._key or _FIRST_IRAP <= kind <= _LAST_IRAP
        elif kind <= _PPS:
            self._sets.add(kind, bytes(self.buffer[at : at + 4100]))

    def _begins_unit(self, view: memoryview, start: int, end: int) -> bool:
        kind = view[start] >> 1 & 63
        position = start + 2
        if kind == _AP and end - start > 5:
            kind = view[start + 4] >> 1 & 63
            position = start + 6
        elif kind == _FU and end - start > 3:
            if not view[start + 2] & 0x80:
                return False
            kind = view[start + 2] & 63
            position = start + 3
        if kind <= _LAST_PICTURE:
            # first_slice_segment_in_pic_flag is the slice header's first bit.
            return position < end and view[position] & 0x80 != 0
        return _VPS <= kind <= _DELIMITER or kind == _PREFIX_SEI

    @staticmethod
    @lru_cache(maxsize=64)
    def _shape(head: bytes) -> Shape | None:
        if head[0] >> 1 & 63 != _FU:
            return None
        high, low, header = head
        # The unit's own header: the payload's with the type that the FU header names.
        own = high & 0x81 | (header & 63) << 1
        return Shape(
            begins=header & 0x80 != 0,
            ends=header & 0x40 != 0,
            opening=b"" if own & 0x80 else bytes((0, 0, 0, 0, own, low)),
            middle=bytes((high, low, header & 63)),
        )
