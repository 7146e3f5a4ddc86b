"""The parameter sets that are in force in a stream, kept by type and identifier."""

from farola.rtsp.sdp import MAX_PARAMETER_SET, MAX_PARAMETER_SETS

# Where the identifier's Exp-Golomb code begins: in an H.264 SPS after profile, constraints and
# level; in an H.265 SPS far behind variable parts, so one SPS at a time is kept there.
_H264 = {7: 4, 8: 1}
_H265 = {32: None, 33: None, 34: 2}


class ParameterSets:
    """Gathers sets as they come by, and tells when a complete group differs from the last known."""

    __slots__ = ("_known", "_positions", "_sets", "_touched")

    def __init__(self, codec: str, known: tuple[bytes, ...]) -> None:
        self._positions: dict[int, int | None] = dict(_H264 if codec == "h264" else _H265)
        self._sets: dict[tuple[int, int], bytes] = {}
        self._known: tuple[bytes, ...] | None = None
        self._touched = False
        for unit in known:
            self.add(unit[0] & 31 if codec == "h264" else unit[0] >> 1 & 63, unit)
        self._known = self.take_changed()

    def add(self, nal_type: int, unit: bytes) -> None:
        """Keep a set; one that is malformed or beyond the bounds is passed over."""
        unit = unit.rstrip(b"\0")
        position = self._positions.get(nal_type, -1)
        if position == -1 or not 3 < len(unit) <= MAX_PARAMETER_SET:
            return
        number = 0 if position is None else _exp_golomb(unit, position)
        key = (nal_type, number)
        before = self._sets.get(key)
        if number < 0 or unit == before:
            return
        if before is None and len(self._sets) >= MAX_PARAMETER_SETS:
            return
        self._sets[key] = unit
        self._touched = True

    def take_changed(self) -> tuple[bytes, ...] | None:
        """The whole group in order of type, if something changed since it was last taken."""
        if not self._touched or len({kind for kind, _ in self._sets}) < len(self._positions):
            return None
        self._touched = False
        current = tuple(self._sets[key] for key in sorted(self._sets))
        if current == self._known:
            return None
        self._known = current
        return current


def _exp_golomb(unit: bytes, position: int) -> int:
    """The ue(v) at a byte position (H.264, 9.1), or -1 if it is absent or larger than 255."""
    bits = int.from_bytes(unit[position : position + 4].ljust(4, b"\0"))
    zeros = 32 - bits.bit_length()
    if zeros > 8 or position >= len(unit):
        return -1
    number = (bits >> (31 - 2 * zeros)) - 1
    return number if number <= 255 else -1
