"""What a stream delivers: one picture with everything that belongs to it, and what was counted."""

from dataclasses import dataclass


@dataclass(slots=True)
class AccessUnit:
    """One picture in decoding order, lying at `start:end` of the stream's buffer.

    The bytes are the camera's NAL units in its order, nothing stripped, each behind its length in
    four bytes. `ticks` is the presentation time in 90 kHz, unwrapped: it grows through the run and
    begins anywhere. `key` means that decoding can begin here. `lost` counts the packets missing
    since the unit before; `damaged` that parts of this unit are among them. `parameter_sets` are
    given when the sets in the stream are complete and differ from what was known. `arrival_us` is
    UTC microseconds of the read that completed the unit.
    """

    start: int
    end: int
    ticks: int
    key: bool
    lost: int
    damaged: bool
    parameter_sets: tuple[bytes, ...] | None
    arrival_us: int


@dataclass(frozen=True, slots=True)
class Counters:
    """What a stream has carried so far. `malformed` packets could not be used."""

    packets: int
    bytes: int
    units: int
    lost: int
    duplicates: int
    reordered: int
    malformed: int
    skipped_bytes: int
