"""Reading bits and Exp-Golomb codes out of a NAL unit's payload, never past its end."""

from farola.base import Error, Kind


def unescape(nal: bytes) -> bytes:
    """The NAL unit without its emulation prevention bytes: `00 00 03` becomes `00 00`.

    H.264 7.4.1.1 and H.265 7.3.1.1. A `00 00 03` at the very end loses its `03` as well, which
    only ever drops a trailing `cabac_zero_word`.
    """
    if b"\x00\x00\x03" not in nal:
        return nal
    # Splitting is exact: after a removed 03 the count of zeros starts anew, as in the standard.
    return b"\x00\x00".join(nal.split(b"\x00\x00\x03"))


class BitReader:
    """Bits from the most significant one on; reading past the end is a protocol violation."""

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes, start_byte: int = 0) -> None:
        self._data = data
        self._end = len(data) * 8
        self._position = start_byte * 8

    def bits(self, count: int) -> int:
        """The next `count` bits as an unsigned number."""
        position = self._position
        end = position + count
        if end > self._end:
            raise Error(Kind.PROTOCOL_VIOLATION, "a parameter set ends too early")
        self._position = end
        last = (end + 7) >> 3
        window = int.from_bytes(self._data[position >> 3 : last])
        return (window >> (last * 8 - end)) & ((1 << count) - 1)

    def flag(self) -> bool:
        return self.bits(1) == 1

    def skip(self, count: int) -> None:
        if self._position + count > self._end:
            raise Error(Kind.PROTOCOL_VIOLATION, "a parameter set ends too early")
        self._position += count

    def unsigned(self, most: int = 0xFFFFFFFE) -> int:
        """ue(v), H.264 9.1; a code above `most` is a protocol violation."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 31:
                raise Error(Kind.PROTOCOL_VIOLATION, "an Exp-Golomb code is too long")
        value = (1 << zeros) - 1 + (self.bits(zeros) if zeros else 0)
        if value > most:
            raise Error(
                Kind.PROTOCOL_VIOLATION,
                f"a parameter set holds {value} where at most {most} may stand",
            )
        return value

    def signed(self) -> int:
        """se(v), H.264 9.1.1."""
        code = self.unsigned()
        return (code + 1) >> 1 if code & 1 else -(code >> 1)
