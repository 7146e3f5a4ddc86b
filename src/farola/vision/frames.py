"""Small pictures in shared memory, from the locked-in decoder to the detector without a copy.

A ring is an anonymous file of fixed slots, sealed against growing and shrinking, so that whoever
holds its descriptor can write pixels into it but can never make another's reading fail. Every slot
holds one whole input of the detector: rows of red, green, blue bytes. Who may write a slot and when
it is free again is told over the darkroom's socket, not in the ring.
"""

import fcntl
import mmap
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from farola.base import Error, Kind

MOST_SLOTS = 4_096
MOST_SIDE = 4_096
PADDING = 114
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class Fit(StrEnum):
    """How a picture comes into the detector's input.

    `STRETCH` fills it, whatever the proportions. `LETTERBOX` keeps the proportions, lies in the
    upper left corner and leaves the rest grey (`PADDING`).
    """

    STRETCH = "stretch"
    LETTERBOX = "letterbox"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """The pictures that a detector takes: `height` rows of `width` RGB pixels, 8 bits each."""

    width: int
    height: int
    fit: Fit = Fit.STRETCH

    def __post_init__(self) -> None:
        if not (16 <= self.width <= MOST_SIDE and 16 <= self.height <= MOST_SIDE):
            raise Error(Kind.INVALID_INPUT, "a detector's input has an impossible size")

    @property
    def size(self) -> int:
        """Bytes of one picture."""
        return self.width * self.height * 3

    def placed(self, width: int, height: int) -> tuple[int, int]:
        """The size that a picture of `width` x `height` has inside the input.

        A box in pixels of the input, divided by this, is in fractions of the picture.
        """
        if self.fit is Fit.STRETCH:
            return self.width, self.height
        share = min(self.width / width, self.height / height)
        return max(1, int(width * share)), max(1, int(height * share))


class Ring:
    """`slots` places of `slot_bytes` each (rounded up to whole memory pages) behind one `fd`.

    `slot_bytes` is what was asked for; `view` gives exactly so many.
    """

    def __init__(self, fd: int, slots: int, slot_bytes: int, *, writable: bool = True) -> None:
        """Takes over `fd`. Raises INVALID_INPUT when it is no sealed ring of that size."""
        self.fd = fd
        self.slots = slots
        self.slot_bytes = slot_bytes
        self._stride = _stride(slot_bytes)
        if not (0 < slots <= MOST_SLOTS and 0 < slot_bytes <= MOST_SIDE * MOST_SIDE * 3):
            raise Error(Kind.INVALID_INPUT, "a ring has an impossible size")
        try:
            sealed = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
            if sealed & _SEALS != _SEALS or os.lseek(fd, 0, os.SEEK_END) != slots * self._stride:
                raise Error(Kind.INVALID_INPUT, "a descriptor is not the ring it should be")
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            self._memory = mmap.mmap(fd, slots * self._stride, access=access)
        except OSError as error:
            raise Error(Kind.INVALID_INPUT, f"a ring cannot be mapped: {error}") from error

    @classmethod
    def create(cls, slots: int, slot_bytes: int) -> "Ring":
        """A fresh ring, all zero. Memory is taken only by slots that were written."""
        fd = os.memfd_create("farola-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(fd, slots * _stride(slot_bytes))
            fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
            return cls(fd, slots, slot_bytes)
        except BaseException:
            os.close(fd)
            raise

    def view(self, slot: int) -> memoryview:
        """The slot's bytes, in place. Release views before `close`; raises INVALID_INPUT."""
        if not 0 <= slot < self.slots:
            raise Error(Kind.INVALID_INPUT, "there is no such slot", slot=slot)
        start = slot * self._stride
        return memoryview(self._memory)[start : start + self.slot_bytes]

    def close(self) -> None:
        """Closes the descriptor; the memory goes as soon as no view is left."""
        with suppress(BufferError):  # a view is still held somewhere; the mapping dies with it
            self._memory.close()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture for the detector: the whole of `ring.view(slot)` is an input of it.

    `width` and `height` are those of the picture it was made from, as it is meant to be seen;
    `at_us` is its time in microseconds of its lane, `number` its place among the lane's pictures,
    from 0. The slot is free again once `Detect` has returned: nobody keeps a view.
    """

    ring: Ring
    slot: int
    width: int
    height: int
    at_us: int
    number: int = 0


def _stride(slot_bytes: int) -> int:
    return -(-slot_bytes // mmap.PAGESIZE) * mmap.PAGESIZE
