"""What will be destroyed, when, and why: a function of what there is and what time has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from farola.retention.seen import Seen

_HOUR_US = 3_600_000_000


class Why(StrEnum):
    RETENTION = "retention"
    """Its time is over."""
    DISK_PRESSURE = "disk_pressure"
    """The disk is nearly full, and the town allows this hour to go before its time."""


@dataclass(frozen=True, slots=True)
class Destruction:
    """An epoch's key will be destroyed `at_us`, in time that passes as `Elapsed` counts it."""

    epoch: str
    at_us: int
    why: Why


def plan(
    epochs: Sequence[Seen],
    ended: Mapping[str, int],
    hours: Mapping[str, int],
    default_hours: int,
) -> list[Destruction]:
    """Every epoch's end, the earliest first.

    `ended` is `observe`'s; `hours` are those of the classes that are in force. A class that is not
    in force any more keeps what the default keeps.
    """
    found = [
        Destruction(
            epoch.name,
            ended[epoch.name] + hours.get(epoch.retention_class, default_hours) * _HOUR_US,
            Why.RETENTION,
        )
        for epoch in epochs
    ]
    return sorted(found, key=lambda each: (each.at_us, each.epoch))


def due(
    planned: Sequence[Destruction],
    ended: Mapping[str, int],
    now_us: int,
    *,
    short_of_room: bool,
    minimum_hours: int | None,
) -> list[Destruction]:
    """What is to be destroyed now.

    While the disk is short of room, the oldest hour may go before its time: one, so that the next
    look tells whether that was enough, and only if the town gave a minimum that it is beyond.
    """
    now = [each for each in planned if each.at_us <= now_us]
    if now or not short_of_room or minimum_hours is None:
        return now
    oldest = min(planned, key=lambda each: (ended[each.epoch], each.epoch), default=None)
    if oldest is None or ended[oldest.epoch] + minimum_hours * _HOUR_US > now_us:
        return []
    return [Destruction(oldest.epoch, now_us, Why.DISK_PRESSURE)]
