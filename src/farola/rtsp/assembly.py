"""NAL units to access units, at the end of one bytearray.

Each NAL unit lies behind four bytes for its length. One that comes in fragments has its length
filled in when it ends, so nothing is ever joined.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from struct import Struct
from typing import ClassVar, NamedTuple

from farola.rtsp.parameter_sets import ParameterSets
from farola.rtsp.unit import AccessUnit

NEVER = -1

_LENGTH = Struct(">I")


class Shape(NamedTuple):
    """What a fragment's payload header tells.

    `opening` is room for the NAL unit's length and then the unit's own header, nothing if its
    forbidden bit says that the camera itself knows it to be broken. `middle` is the payload header
    without the start and end bits.
    """

    begins: bool
    ends: bool
    opening: bytes
    middle: bytes


class Assembly(ABC):
    """The access unit in the making, and those delivered.

    `buffer` may be replaced or shortened inside `on_unit`, and only there; the unit just delivered
    always ends where the buffer ends.
    """

    _shortest: ClassVar[int]  # bytes of a NAL unit that is nothing but its header

    def __init__(self, codec: str, parameter_sets: tuple[bytes, ...]) -> None:
        self.buffer = bytearray()
        self.on_unit: Callable[[AccessUnit], None] = _ignore
        self.ticks = 0
        self.units = 0
        self._sets = ParameterSets(codec, parameter_sets)
        self._arrival_us = 0
        self._start = 0
        self._lost = 0
        self._damaged = False
        self._has_picture = False
        self._key = False
        self._fragment = NEVER  # where the fragmented NAL unit in the making begins

    def _append(self, view: memoryview, start: int, end: int) -> None:
        """A whole NAL unit."""
        if end - start < self._shortest or view[start] & 0x80:
            # The forbidden bit says that the camera itself knows it to be broken.
            self._damaged = True
            return
        buffer = self.buffer
        at = len(buffer)
        buffer += _LENGTH.pack(end - start)
        buffer += view[start:end]
        self._note(at + 4)

    def _gather(self, shape: Shape, view: memoryview, start: int, end: int) -> None:
        """A fragment's bytes behind its payload header."""
        buffer = self.buffer
        if shape.begins:
            if self._fragment >= 0:
                self._end_fragment(whole=False)
            if not shape.opening:
                self._damaged = True
                return
            self._fragment = len(buffer)
            buffer += shape.opening
        elif self._fragment < 0:
            self._damaged = True
            return
        buffer += view[start:end]
        if shape.ends:
            self._end_fragment(whole=True)

    def _end_fragment(self, *, whole: bool) -> None:
        """Fill in the length. Without its end bit the unit is kept but not trusted."""
        at = self._fragment
        self._fragment = NEVER
        _LENGTH.pack_into(self.buffer, at, len(self.buffer) - at - 4)
        if not whole:
            self._damaged = True
        self._note(at + 4)

    def _finish_unit(self) -> None:
        """Deliver what has been gathered, if there is a picture in it."""
        if self._fragment >= 0:
            self._end_fragment(whole=False)
        if not self._has_picture:
            # Parameter sets and SEI that come ahead with a time of their own belong to the next
            # picture; what remains of a picture that was lost belongs to none.
            if self._damaged:
                del self.buffer[self._start :]
                self._damaged = False
            return
        unit = AccessUnit(
            self._start,
            len(self.buffer),
            self.ticks,
            self._key,
            self._lost,
            self._damaged,
            self._sets.take_changed(),
            self._arrival_us,
        )
        self._lost = 0
        self._damaged = self._has_picture = self._key = False
        self.units += 1
        self.on_unit(unit)
        self._start = len(self.buffer)

    def flush(self) -> None:
        """The stream has ended: deliver a unit that only its successor would have ended."""
        self._finish_unit()

    @abstractmethod
    def _note(self, at: int) -> None:
        """Look at the NAL unit that begins at `at` and reaches to the buffer's end."""


def _ignore(unit: AccessUnit) -> None:
    """Nobody listens yet."""
