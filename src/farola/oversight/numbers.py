"""The town's public numbers by month: no names, and no count that would point at somebody."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from farola.model import UNDER_GRANT, Entry, EntryKind, Reason
from farola.oversight.reading import number, text

SMALL = 5
"""Counts from 1 to 4 of what people did are not told."""

_HOUR_US = 3_600_000_000

type PublicCount = int | None
"""None is a count that is too small to be told: 1 to 4."""


@dataclass(frozen=True, slots=True)
class CameraMonth:
    """How long a camera was to record in a month and how long of it nothing was, by the gaps."""

    month: str
    wanted_us: int
    missing_us: int


@dataclass(frozen=True, slots=True)
class Month:
    """`month` is such as `2026-11`, on the town's clocks. Reasons are those of the requests.

    The reasons, and the access requests among them, are told once the month is over and empty
    until then; what people did in all, also before. `incidents` are the different ones for which
    originals were asked for or taken, `originals` the looks at them, also at one thing alone, both
    as the ledger has them. `availability` is per mille of the time in
    which cameras were to record, None without any.
    """

    month: str
    finished: bool
    cameras: int
    availability: int | None
    events: int
    incidents: PublicCount
    requests: PublicCount
    granted: PublicCount
    refused: PublicCount
    glass: PublicCount
    reasons: Mapping[str, PublicCount]
    looks: PublicCount
    originals: PublicCount
    exports: PublicCount
    holds: PublicCount
    access_requests: PublicCount
    shredded_hours: int


@dataclass(slots=True)
class _Counts:
    of: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    incidents: set[str] = field(default_factory=set)
    shredded_us: int = 0


_COUNTED = {
    EntryKind.GRANTED: "granted",
    EntryKind.REFUSED: "refused",
    EntryKind.GLASS_BROKEN: "glass",
    EntryKind.LOOK_ENDED: "looks",
    EntryKind.EXPORT: "exports",
    EntryKind.HOLD_PLACED: "holds",
}


def month_of(us: int, zone: ZoneInfo) -> str:
    """The month that the instant lies in on the town's clocks."""
    local = datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(zone)
    return f"{local.year:04}-{local.month:02}"


def months(
    entries: Iterable[Entry],
    cameras: Iterable[CameraMonth],
    events: Mapping[str, int],
    zone: ZoneInfo,
    now_us: int,
) -> list[Month]:
    """The newest first. `cameras` has one line for each camera and month, `events` counts by month.

    What people did is counted from the ledger alone.
    """
    counted: dict[str, _Counts] = {}
    for entry in entries:
        counts = counted.setdefault(month_of(entry.ts_us, zone), _Counts())
        _count(entry, counts)
    lines: dict[str, list[CameraMonth]] = {}
    for line in cameras:
        lines.setdefault(line.month, []).append(line)
    this = month_of(now_us, zone)
    told = sorted({*counted, *lines, *events, this}, reverse=True)
    return [
        _month(each, counted.get(each, _Counts()), lines.get(each, []), events.get(each, 0), this)
        for each in told
    ]


def suppressed(counts: Mapping[str, int]) -> tuple[dict[str, PublicCount], PublicCount]:
    """A breakdown without its small counts, and its total.

    Where only one is left out, the smallest of the others are left out as well, all that are equal:
    else the total would tell it, and a choice among equals which of those left out it is. Where all
    that were left out are as small, or as large, as they may be, the total and their number would
    tell them: then the total is not told either.
    """
    small = {name for name, count in counts.items() if 0 < count < SMALL}
    if len(small) == 1:
        others = [name for name, count in counts.items() if count >= SMALL]
        if others:
            least = min(counts[name] for name in others)
            small |= {name for name in others if counts[name] == least}
    told = {name: None if name in small else count for name, count in counts.items()}
    hidden = sum(counts[name] for name in small)
    plain = small and hidden in {len(small), (SMALL - 1) * len(small)}
    return told, None if plain else _told(sum(counts.values()))


def _told(count: int) -> PublicCount:
    return None if 0 < count < SMALL else count


def _count(entry: Entry, counts: _Counts) -> None:
    member = _COUNTED.get(entry.kind)
    if member is not None:
        counts.of[member] += 1
    if entry.kind is EntryKind.LOOK_ENDED and text(entry, "rendition") in UNDER_GRANT:
        counts.of["originals"] += 1
    if entry.kind is EntryKind.KEY_DESTROYED:
        counts.shredded_us += max(0, number(entry, "end_us") - number(entry, "start_us"))
    if entry.kind is EntryKind.ORIGINAL_REQUESTED:
        reason = text(entry, "reason")
        counts.reasons[reason if reason in set(Reason) else Reason.OTHER.value] += 1
    if entry.kind in {EntryKind.ORIGINAL_REQUESTED, EntryKind.GLASS_BROKEN}:
        counts.incidents |= {text(entry, "incident").strip().casefold()} - {""}


def _month(month: str, counts: _Counts, lines: list[CameraMonth], events: int, this: str) -> Month:
    wanted_us = sum(each.wanted_us for each in lines)
    missing_us = sum(min(each.missing_us, each.wanted_us) for each in lines)
    of = counts.of
    finished = month < this
    by_reason = {reason.value: counts.reasons[reason.value] for reason in Reason}
    reasons, requests = suppressed(by_reason)
    if not finished:
        # Made anew all the time: whoever keeps two copies would know the one that came between.
        reasons, requests = {}, _told(sum(by_reason.values()))
    # Refusals and grants add up to what was decided, so they are told or not told together.
    decided, _ = suppressed({"granted": of["granted"], "refused": of["refused"]})
    return Month(
        month=month,
        finished=finished,
        cameras=sum(1 for each in lines if each.wanted_us),
        availability=1000 * (wanted_us - missing_us) // wanted_us if wanted_us else None,
        events=events,
        incidents=_told(len(counts.incidents)),
        requests=requests,
        granted=decided["granted"],
        refused=decided["refused"],
        glass=_told(of["glass"]),
        reasons=reasons,
        looks=_told(of["looks"]),
        originals=_told(of["originals"]),
        exports=_told(of["exports"]),
        holds=_told(of["holds"]),
        access_requests=reasons.get(Reason.ACCESS_REQUEST.value),
        shredded_hours=counts.shredded_us // _HOUR_US,
    )
