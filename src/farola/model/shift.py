"""When somebody is on duty, as a town writes it down. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_TEXT = re.compile(r"(.+) ([1-7])(?:-([1-7]))? ([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Shift:
    """`days` are ISO weekdays on which it begins, 1 for Monday; minutes of the local day. One that
    ends before it starts goes on past midnight.
    """

    name: str
    days: frozenset[int]
    start_minute: int
    end_minute: int

    def holds(self, us: int, zone: ZoneInfo) -> bool:
        """Whether the instant lies in it, on the town's clocks."""
        local = datetime.fromtimestamp(us / 1_000_000, UTC).astimezone(zone)
        minute = local.hour * 60 + local.minute
        if self.start_minute < self.end_minute:
            return local.isoweekday() in self.days and (
                self.start_minute <= minute < self.end_minute
            )
        before = local.isoweekday() - 1 or 7
        return (local.isoweekday() in self.days and minute >= self.start_minute) or (
            before in self.days and minute < self.end_minute
        )


def parse_shift(text: str) -> Shift:
    """Such as `operadora 1-5 06:00-14:00`. Raises ValueError."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError("must be like 'NAME 1-5 06:00-14:00', weekdays from 1 for Monday to 7")
    name, first, last, *times = found.groups()
    start, end = int(times[0]) * 60 + int(times[1]), int(times[2]) * 60 + int(times[3])
    if int(last or first) < int(first) or end > 24 * 60 or start == end:
        raise ValueError("the days or the times of this shift make no sense")
    days = frozenset(range(int(first), int(last or first) + 1))
    return Shift(name, days, start, end)
