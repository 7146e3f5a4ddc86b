"""Unusual conduct of people who work with Farola, each finding with the entries that show it.

A finding is a statement to look into, not a judgement and never a score.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

from farola.model import Entry, EntryKind, Shift
from farola.oversight.conduct import conduct
from farola.oversight.reading import cameras, number, text

_HOUR_S = 3_600
_DAY_US = 86_400_000_000
_LEAST_PEERS = 5
_FAR = 3.0  # robust deviations: 1.4826 x the median distance from the median
_ROBUST = 1.4826
_PAIR_LEAST = 10
_PAIR_SHARE = 0.9
_MOST_EVIDENCE = 50


class FindingKind(StrEnum):
    GRANT_WITHOUT_INCIDENT = "grant_without_incident"
    OFF_SHIFT = "off_shift"
    FAR_ABOVE_PEERS = "far_above_peers"
    GLASS_UNREVIEWED = "glass_unreviewed"
    REPEATED_AFTER_REFUSAL = "repeated_after_refusal"
    SAME_PAIR = "same_pair"


@dataclass(frozen=True, slots=True)
class Finding:
    """`entries` are the numbers of the entries that show it, at most fifty; `count` all of them."""

    kind: FindingKind
    person_id: str
    name: str
    count: int
    entries: tuple[int, ...]
    other_name: str = ""


def unusual(
    entries: Sequence[Entry],
    *,
    shifts: Iterable[Shift] = (),
    roles: Mapping[str, frozenset[str]] | None = None,
    zone: ZoneInfo,
    now_us: int,
) -> list[Finding]:
    """What stands out in these entries, which are in order.

    `roles` are the roles of people by id: only who has one in common is a peer. A person without a
    shift is not judged by one.
    """
    return [
        *_without_incident(entries),
        *_off_shift(entries, tuple(shifts), zone),
        *_far_above(entries, roles or {}),
        *_unreviewed(entries, now_us),
        *_repeated(entries),
        *_same_pair(entries),
    ]


def _found(kind: FindingKind, of: Sequence[Entry], who: str = "person", other: str = "") -> Finding:
    name = "subject_name" if who == "subject" else "person_name"
    last = of[-1]
    numbers = tuple(each.index for each in of[-_MOST_EVIDENCE:])
    return Finding(kind, text(last, who), text(last, name), len(of), numbers, other)


def _by(entries: Iterable[Entry], member: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if text(entry, member):
            found[text(entry, member)].append(entry)
    return found


def _without_incident(entries: Sequence[Entry]) -> list[Finding]:
    """Originals that were given for no incident and no case."""
    bare = [
        each
        for each in entries
        if each.kind in {EntryKind.GRANTED, EntryKind.GLASS_BROKEN}
        and not text(each, "incident")
        and not text(each, "reference")
    ]
    kind = FindingKind.GRANT_WITHOUT_INCIDENT
    return [_found(kind, of) for of in _by(bare, "person").values()]


def _off_shift(
    entries: Sequence[Entry], shifts: tuple[Shift, ...], zone: ZoneInfo
) -> list[Finding]:
    own: dict[str, list[Shift]] = defaultdict(list)
    for shift in shifts:
        own[shift.name.casefold()].append(shift)
    off = [
        each
        for each in entries
        if each.kind in {EntryKind.LOOK, EntryKind.EXPORT}
        and (mine := own.get(text(each, "person_name").casefold()))
        and not any(shift.holds(each.ts_us, zone) for shift in mine)
    ]
    return [_found(FindingKind.OFF_SHIFT, of) for of in _by(off, "person").values()]


def _far_above(entries: Sequence[Entry], roles: Mapping[str, frozenset[str]]) -> list[Finding]:
    """Whoever looked, or took out, far more than the middle of those with a role in common."""
    people = conduct(entries).people
    findings = []
    for person in people:
        mine = roles.get(person.person_id, frozenset())
        peers = [
            each
            for each in people
            if each.person_id != person.person_id and mine & roles.get(each.person_id, frozenset())
        ]
        longer = person.seconds >= _HOUR_S and _is_far(
            person.seconds, [each.seconds for each in peers], _HOUR_S
        )
        more = _is_far(person.exports, [each.exports for each in peers], 5)
        if longer or more:
            kinds = {EntryKind.LOOK_ENDED} if longer else set()
            kinds |= {EntryKind.EXPORT} if more else set()
            of = [
                each
                for each in entries
                if each.kind in kinds and text(each, "person") == person.person_id
            ]
            findings.append(_found(FindingKind.FAR_ABOVE_PEERS, of))
    return findings


def _is_far(value: int, peers: Sequence[int], least: int) -> bool:
    """Above the peers' median by three robust deviations, and by `least` at any rate."""
    if len(peers) < _LEAST_PEERS:
        return False
    middle = median(peers)
    spread = median(abs(each - middle) for each in peers) * _ROBUST
    return value - middle > max(_FAR * spread, least)


def _unreviewed(entries: Sequence[Entry], now_us: int) -> list[Finding]:
    reviewed = {text(each, "grant") for each in entries if each.kind is EntryKind.GLASS_REVIEWED}
    late = [
        each
        for each in entries
        if each.kind is EntryKind.GLASS_BROKEN
        and text(each, "grant") not in reviewed
        and now_us - each.ts_us > _DAY_US
    ]
    return [_found(FindingKind.GLASS_UNREVIEWED, of) for of in _by(late, "person").values()]


def _repeated(entries: Sequence[Entry]) -> list[Finding]:
    """Somebody asked again for what had been refused to them."""
    refused: dict[str, list[Entry]] = defaultdict(list)
    again: list[Entry] = []
    for entry in entries:
        if entry.kind is EntryKind.REFUSED:
            refused[text(entry, "subject")].append(entry)
        elif entry.kind is EntryKind.ORIGINAL_REQUESTED and any(
            _overlap(entry, earlier) for earlier in refused[text(entry, "person")]
        ):
            again.append(entry)
    kind = FindingKind.REPEATED_AFTER_REFUSAL
    return [_found(kind, of) for of in _by(again, "person").values()]


def _overlap(one: Entry, other: Entry) -> bool:
    if not set(cameras(one)) & set(cameras(other)):
        return False
    if not number(one, "end_us") or not number(other, "end_us"):
        return not number(one, "end_us") and not number(other, "end_us")
    return number(one, "start_us") < number(other, "end_us") and number(other, "start_us") < number(
        one, "end_us"
    )


def _same_pair(entries: Sequence[Entry]) -> list[Finding]:
    """One person's requests that nearly always the same other person grants."""
    granted = _by((each for each in entries if each.kind is EntryKind.GRANTED), "subject")
    findings = []
    for of in granted.values():
        ((decider, count),) = Counter(text(each, "person") for each in of).most_common(1)
        if count >= _PAIR_LEAST and count >= _PAIR_SHARE * len(of):
            pair = [each for each in of if text(each, "person") == decider]
            other = text(pair[-1], "person_name")
            findings.append(_found(FindingKind.SAME_PAIR, pair, "subject", other))
    return findings
