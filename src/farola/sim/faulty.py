"""A player that makes the mistakes it is told to make."""

from farola.base import Clock
from farola.sim import packets
from farola.sim.faults import Fault, FaultKind, Faults
from farola.sim.player import Player
from farola.sim.reel import Reel
from farola.sim.stamp import DIGITS, digits

_JANUARY_2038_US = 2_147_483_640_000_000  # eight seconds before a signed 32-bit time overflows


class Mischief:
    """What is wrong at a moment; it only ever moves forward."""

    def __init__(self, faults: Faults) -> None:
        self._coming = list(faults.items)
        self._silent_until_us: int | None = 0
        self.closed = False
        self.no_key_frame = False
        self.other_reel = False
        self.year_2038_from_us: int | None = None
        self.sequence_shift = 0
        self.tick_shift = 0
        self.wall_shift_us = 0
        self._drop = 0
        self._duplicate = 0
        self._reorder = 0

    def advance(self, elapsed_us: int) -> None:
        """Let every fault begin whose time has come."""
        while self._coming and self._coming[0].at_us <= elapsed_us:
            self._begin(self._coming.pop(0))

    def _begin(self, fault: Fault) -> None:
        amount = fault.amount or 0
        match fault.kind:
            case FaultKind.STALL:
                self._silent_until_us = None if fault.amount is None else fault.at_us + amount
            case FaultKind.DROP:
                self._drop += amount
            case FaultKind.DUPLICATE:
                self._duplicate += amount
            case FaultKind.REORDER:
                self._reorder += amount
            case FaultKind.SEQUENCE:
                self.sequence_shift += amount
            case FaultKind.RTP_JUMP:
                self.tick_shift += amount * 9 // 100
            case FaultKind.NTP_JUMP:
                self.wall_shift_us += amount
            case FaultKind.CLOCK_JUMP:
                self.tick_shift += amount * 9 // 100
                self.wall_shift_us += amount
            case FaultKind.RESOLUTION:
                self.other_reel = True
            case FaultKind.CLOSE:
                self.closed = True
            case FaultKind.NO_KEY_FRAME:
                self.no_key_frame = True
            case FaultKind.YEAR_2038:
                self.year_2038_from_us = fault.at_us

    def silent(self, elapsed_us: int) -> bool:
        return self._silent_until_us is None or elapsed_us < self._silent_until_us

    def mangle(self, blocks: list[bytes]) -> list[bytes]:
        """Drop, swap and repeat packets as far as this unit's number of them allows."""
        dropped = min(self._drop, len(blocks))
        self._drop -= dropped
        blocks = blocks[: len(blocks) - dropped]
        swapped = min(self._reorder, len(blocks) // 2)
        self._reorder -= swapped
        for at in range(0, 2 * swapped, 2):
            blocks[at], blocks[at + 1] = blocks[at + 1], blocks[at]
        repeated = min(self._duplicate, len(blocks))
        self._duplicate -= repeated
        return [one for at, one in enumerate(blocks) for _ in range(2 if at < repeated else 1)]


class FaultyPlayer(Player):
    """Plays for a single listener, with faults counted from `start_us`.

    While nothing goes out its sequence numbers stand still and its time stamps move on, as on a
    camera whose encoder hangs. After a change of resolution both continue without a seam.
    """

    def __init__(
        self,
        reel: Reel,
        clock: Clock,
        start_us: int,
        faults: Faults,
        other: Reel | None,
        *,
        once: bool = False,
    ) -> None:
        super().__init__(reel, clock, start_us, once=once)
        self._mischief = Mischief(faults)
        self._start_us = start_us
        self._other = other
        self._ssrc = reel.ssrc
        self._next_sequence = reel.sequence(0)
        self._tick_base = 0
        self._seeking_key = False

    @property
    def ssrc(self) -> int:
        return self._ssrc

    @property
    def silent(self) -> bool:
        elapsed_us = self._clock.monotonic_us() - self._start_us
        self._mischief.advance(elapsed_us)
        return self._mischief.silent(elapsed_us)

    def ticks_at(self, now_us: int) -> int:
        return super().ticks_at(now_us) + self._tick_base + self._mischief.tick_shift

    def report_wall_us(self) -> int:
        mischief = self._mischief
        if mischief.year_2038_from_us is not None:
            since_us = self._clock.monotonic_us() - self._start_us - mischief.year_2038_from_us
            return _JANUARY_2038_US + since_us + mischief.wall_shift_us
        return super().report_wall_us() + mischief.wall_shift_us

    def send(self, now_us: int) -> int | None:
        if not self.listeners:
            return None
        due_us = self.due_us()
        elapsed_us = due_us - self._start_us
        self._mischief.advance(elapsed_us)
        if self._mischief.closed or self.position == self._end:
            self.listeners[0].finish()
            return None
        if self._mischief.other_reel and self._other is not None:
            self._change_reel(self._other, due_us)
            self._other = None
        self._send_unit(elapsed_us)
        self.position += 1
        return self.due_us()

    def _change_reel(self, reel: Reel, due_us: int) -> None:
        self._tick_base += self.reel.ticks(self.position) - reel.ticks(0)
        self.reel = reel
        self.position = 0
        self._zero_us = due_us
        self._zero_dts = 0
        if self._end is not None:
            self._end = len(reel.units)

    def _send_unit(self, elapsed_us: int) -> None:
        mischief = self._mischief
        unit = self.reel.unit(self.position)
        if mischief.silent(elapsed_us):
            self._seeking_key = True
            return
        if self._seeking_key and not unit.key:
            return
        if mischief.no_key_frame and unit.key:
            return
        self._seeking_key = False
        blob = bytearray(unit.blob)
        sequence = self._next_sequence + mischief.sequence_shift
        ticks = self.reel.ticks(self.position) + self._tick_base + mischief.tick_shift
        packets.renumber(blob, unit.offsets, sequence, ticks)
        packets.set_ssrc(blob, unit.offsets, self._ssrc)
        self._next_sequence += len(unit.offsets)
        if unit.digits_at is not None:
            blob[unit.digits_at : unit.digits_at + DIGITS] = digits(self._clock.wall_us())
        blocks = mischief.mangle(packets.blocks(bytes(blob)))
        self.listeners[0].take(b"".join(blocks), unit)
