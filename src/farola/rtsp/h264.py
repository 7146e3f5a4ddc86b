"""H.264 over RTP (RFC 6184): single NAL units, STAP-A and FU-A, in decoding order."""

from functools import lru_cache
from struct import Struct

from farola.rtsp.assembly import Shape
from farola.rtsp.depacketiser import Depacketiser

_SLICE, _PARTITION, _IDR, _SEI, _SPS, _PPS, _DELIMITER = 1, 2, 5, 6, 7, 8, 9
_STAP_A, _FU_A = 24, 28
_RECOVERY_POINT = 6  # SEI payload type (H.264, D.2.8)
_MAX_SEI = 64


class H264Depacketiser(Depacketiser):
    _fast = Struct(">QQ2s")
    _shortest = 1
    _head = 18
    _seen_idr = False

    def _payload(self, view: memoryview, start: int, end: int) -> None:
        kind = view[start] & 31
        if kind == _FU_A:
            shape = self._shape(bytes(view[start : start + 2])) if end - start > 2 else None
            if shape is None:
                self._damaged = True
            else:
                self._gather(shape, view, start + 2, end)
            return
        if self._fragment >= 0:
            self._end_fragment(whole=False)
        if 1 <= kind <= 23:
            self._append(view, start, end)
        elif kind == _STAP_A:
            self._aggregate(view, start + 1, end)
        else:
            # STAP-B, MTAP and FU-B belong to the interleaved mode that was not agreed (5.2).
            self._damaged = True

    def _aggregate(self, view: memoryview, position: int, end: int) -> None:
        """STAP-A (5.7.1): NAL units behind 16-bit sizes."""
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
        kind = self.buffer[at] & 31
        if kind in (_SLICE, _PARTITION):
            self._has_picture = True
        elif kind == _IDR:
            self._has_picture = self._key = self._seen_idr = True
        elif kind in (_SPS, _PPS):
            self._sets.add(kind, bytes(self.buffer[at : at + 4100]))
        elif kind == _SEI and not self._seen_idr:
            # Some encoders never send an IDR and refresh by recovery points instead.
            self._key = self._key or _recovers_at_once(bytes(self.buffer[at + 1 : at + _MAX_SEI]))

    def _begins_unit(self, view: memoryview, start: int, end: int) -> bool:
        kind = view[start] & 31
        position = start
        if kind == _STAP_A and end - start > 3:
            position = start + 3
        elif kind == _FU_A and end - start > 2:
            if not view[start + 1] & 0x80:
                return False
            position = start + 1
        kind = view[position] & 31
        if kind in (_SLICE, _PARTITION, _IDR):
            # first_mb_in_slice 0 is the single bit 1.
            return position + 1 < end and view[position + 1] & 0x80 != 0
        return kind in (_SEI, _SPS, _PPS, _DELIMITER)

    @staticmethod
    @lru_cache(maxsize=64)
    def _shape(head: bytes) -> Shape | None:
        if head[0] & 31 != _FU_A:
            return None
        indicator, header = head
        own = indicator & 0xE0 | header & 0x1F
        return Shape(
            begins=header & 0x80 != 0,
            ends=header & 0x40 != 0,
            opening=b"" if own & 0x80 else bytes((0, 0, 0, 0, own)),
            middle=bytes((indicator, header & 0x1F)),
        )


def _recovers_at_once(sei: bytes) -> bool:
    """Whether an SEI holds a recovery point with recovery_frame_cnt 0 (H.264, D.1.8)."""
    position = 0
    while position + 2 <= len(sei):
        kind = size = 0
        while position < len(sei) and sei[position] == 0xFF:
            kind, position = kind + 255, position + 1
        if position >= len(sei):
            return False
        kind, position = kind + sei[position], position + 1
        while position < len(sei) and sei[position] == 0xFF:
            size, position = size + 255, position + 1
        if position >= len(sei):
            return False
        size, position = size + sei[position], position + 1
        if kind == _RECOVERY_POINT:
            return position < len(sei) and sei[position] & 0x80 != 0
        position += size
    return False
