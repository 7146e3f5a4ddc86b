"""What a simulated camera does wrong, and when.

Written `KIND=AT` or `KIND=AT:AMOUNT`, in a URL's query (`rtsp://host/plaza?stall=10&drop=3:5`) or
after `farola sim --fault`. AT is in seconds after PLAY, with up to three decimals. AMOUNT:

    stall          for how many seconds no data comes while the socket lives (default: for ever)
    drop           how many packets never arrive (default 1)
    sequence       by how much all later sequence numbers are moved, signed (default 1000)
    duplicate      how many packets arrive twice (default 1)
    reorder        how many pairs of neighbouring packets arrive swapped (default 1)
    rtp_jump       seconds, signed, that all later RTP time stamps are moved (default 3600)
    ntp_jump       seconds, signed, that the wall clock in later sender reports moves (default 3600)
    clock_jump     both of the above by the same amount (default 3600)
    resolution     the camera's second file is sent from then on; takes no amount
    close          the connection is closed; takes no amount
    no_key_frame   no key frame is sent from then on; takes no amount
    year_2038      later sender reports carry a clock in January 2038; takes no amount
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from farola.base import Error, Kind


class FaultKind(StrEnum):
    STALL = "stall"
    DROP = "drop"
    SEQUENCE = "sequence"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    RTP_JUMP = "rtp_jump"
    NTP_JUMP = "ntp_jump"
    CLOCK_JUMP = "clock_jump"
    RESOLUTION = "resolution"
    CLOSE = "close"
    NO_KEY_FRAME = "no_key_frame"
    YEAR_2038 = "year_2038"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong `at_us` microseconds after PLAY.

    `amount` is microseconds for kinds counted in time, a number for the others; None where the
    kind takes none, and for a stall without end.
    """

    kind: FaultKind
    at_us: int
    amount: int | None = None


FOR_EVER = None

_SECONDS = {
    FaultKind.STALL: FOR_EVER,
    FaultKind.RTP_JUMP: 3_600_000_000,
    FaultKind.NTP_JUMP: 3_600_000_000,
    FaultKind.CLOCK_JUMP: 3_600_000_000,
}
_COUNTS = {
    FaultKind.DROP: 1,
    FaultKind.SEQUENCE: 1000,
    FaultKind.DUPLICATE: 1,
    FaultKind.REORDER: 1,
}
_MAY_BE_NEGATIVE = {
    FaultKind.SEQUENCE,
    FaultKind.RTP_JUMP,
    FaultKind.NTP_JUMP,
    FaultKind.CLOCK_JUMP,
}
_FAULT = re.compile(
    r"([a-z0-9_]+)=(\d{1,6}(?:\.\d{1,3})?)(?::(-?\d{1,9}(?:\.\d{1,3})?))?", re.ASCII
)
_MOST = 64


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults in the order of their times."""

    items: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    def __add__(self, other: "Faults") -> "Faults":
        return Faults(tuple(sorted(self.items + other.items, key=lambda one: one.at_us)))

    def check(self, *, can_change_resolution: bool) -> None:
        """Raise `Error(INVALID_INPUT)` when a camera without a second file is to switch to it."""
        wanted = any(one.kind is FaultKind.RESOLUTION for one in self.items)
        if wanted and not can_change_resolution:
            raise Error(Kind.INVALID_INPUT, "this camera has no second file to switch to")

    @classmethod
    def parse(cls, query: str) -> "Faults":
        """Faults joined by `&`, as in a URL's query; an empty query means none.

        Raises `Error(INVALID_INPUT)` on anything that this module's docstring does not allow.
        """
        if not query:
            return cls()
        parts = query.split("&")
        if len(parts) > _MOST:
            raise Error(Kind.INVALID_INPUT, f"more than {_MOST} faults")
        return cls() + cls(tuple(_fault(part) for part in parts))


def _fault(text: str) -> Fault:
    match = _FAULT.fullmatch(text)
    if match is None:
        raise Error(Kind.INVALID_INPUT, f"a fault is written KIND=AT[:AMOUNT], not {text[:80]!r}")
    name, at, amount = match.groups()
    if name not in FaultKind:
        raise Error(Kind.INVALID_INPUT, f"no fault is called {name!r}")
    kind = FaultKind(name)
    if amount is None:
        return Fault(kind, _us(at), _SECONDS.get(kind, _COUNTS.get(kind)))
    if kind in _SECONDS:
        value = _us(amount)
    elif kind in _COUNTS and "." not in amount:
        value = int(amount)
    else:
        raise Error(Kind.INVALID_INPUT, f"{name} takes no amount such as {amount!r}")
    if value == 0 or (value < 0 and kind not in _MAY_BE_NEGATIVE):
        raise Error(Kind.INVALID_INPUT, f"{name} cannot be of {amount}")
    return Fault(kind, _us(at), value)


def _us(seconds: str) -> int:
    whole, _, decimals = seconds.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 1_000_000 + sign * int(decimals.ljust(3, "0") or "0") * 1000
