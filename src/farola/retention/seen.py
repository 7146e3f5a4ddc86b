"""Until when each epoch was recorded under, in time that really passed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """An epoch by its name, its label's end on the wall clock, and its retention class."""

    name: str
    start_us: int
    end_us: int
    retention_class: str


def observe(
    known: Mapping[str, int], epochs: Iterable[Seen], wall_us: int, now_us: int
) -> dict[str, int]:
    """When each of the epochs was last recorded under, as far as can be told.

    `known` is what was told a moment ago. An epoch that the wall clock stands in is recorded under
    now. One that was never met before ended as long ago as its name says, and not before.
    """
    told = {}
    for epoch in epochs:
        current = epoch.start_us <= wall_us < epoch.end_us
        if current:
            told[epoch.name] = now_us
        elif epoch.name in known:
            told[epoch.name] = known[epoch.name]
        else:
            told[epoch.name] = now_us - max(0, wall_us - epoch.end_us)
    return told
