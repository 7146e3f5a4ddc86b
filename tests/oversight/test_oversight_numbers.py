"""Public numbers: counted from the ledger, and small ones cannot be worked out."""

import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oversight_entries import HOUR_US, Diary

from farola.model import EntryKind, Reason
from farola.oversight import CameraMonth, months, suppressed

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
NOVEMBER_US = 1_795_500_000_000_000


def test_a_month_is_counted_from_the_ledger_and_the_gaps() -> None:
    diary = Diary(NOVEMBER_US)
    for _ in range(6):
        diary.looked("ana", 60)
        diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", reason="crime")
        diary.add(EntryKind.GRANTED, "eva")
    diary.add(EntryKind.KEY_DESTROYED, start_us=0, end_us=HOUR_US)
    lines = [CameraMonth("2026-11", 1_000, 1), CameraMonth("2026-11", 1_000, 99)]
    lines.append(CameraMonth("2026-11", 0, 0))
    (month,) = months(diary.entries, lines, {"2026-11": 12}, ZONE, NOVEMBER_US)
    assert (month.month, month.finished) == ("2026-11", False)
    assert (month.looks, month.requests, month.granted, month.exports) == (6, 6, 6, 0)
    assert (month.cameras, month.availability, month.events) == (2, 950, 12)
    assert month.shredded_hours == 1


def test_incidents_are_counted_once_each_however_often_they_are_named() -> None:
    diary = Diary(NOVEMBER_US)
    for number in range(6):
        for name in (f"Choque {number}", f" choque {number} ", ""):
            diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", reason="crash", incident=name)
    diary.add(EntryKind.GLASS_BROKEN, "ana", reason="fire", incident="Incendio")
    (month,) = months(diary.entries, [], {}, ZONE, NOVEMBER_US)
    assert (month.requests, month.incidents) == (18, 7)
    (few,) = months(diary.entries[:9], [], {}, ZONE, NOVEMBER_US)
    assert few.incidents is None


@pytest.mark.parametrize(
    ("rendition", "originals"), [("redacted", 0), ("one_thing", 6), ("original", 6)]
)
def test_looks_under_a_grant_are_told_as_such(rendition: str, originals: int) -> None:
    diary = Diary(NOVEMBER_US)
    for _ in range(6):
        diary.looked("ana", 60, rendition=rendition)
    (month,) = months(diary.entries, [], {}, ZONE, NOVEMBER_US)
    assert (month.looks, month.originals) == (6, originals)


def test_reasons_wait_until_the_month_is_over() -> None:
    """Of two copies of a running month the difference would be what one person asked for."""
    diary = Diary(NOVEMBER_US)
    for _ in range(6):
        diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", reason="access_request")
    (running,) = months(diary.entries, [], {}, ZONE, NOVEMBER_US)
    assert (running.requests, running.access_requests, running.reasons) == (6, None, {})
    told = months(diary.entries, [], {}, ZONE, NOVEMBER_US + 31 * 24 * HOUR_US)
    (over,) = [each for each in told if each.finished]
    assert (over.requests, over.access_requests, over.reasons["access_request"]) == (6, 6, 6)


def test_months_are_the_towns_and_the_newest_comes_first() -> None:
    midnight_us = 1_796_094_000_000_000  # 1 December 2026 in Buenos Aires
    diary = Diary(midnight_us - 1_000_000)
    diary.looked("ana", 60)
    diary.looked("ana", 60)
    found = months(diary.entries, [], {}, ZONE, midnight_us)
    assert [(each.month, each.finished) for each in found] == [
        ("2026-12", False),
        ("2026-11", True),
    ]


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5)])
def test_small_counts_of_what_people_did_are_not_told(count: int, told: int | None) -> None:
    diary = Diary(NOVEMBER_US)
    for _ in range(count):
        diary.add(EntryKind.EXPORT, "ana", camera="cam-1")
    (month,) = months(diary.entries, [], {}, ZONE, NOVEMBER_US)
    assert month.exports == told


def test_no_name_and_no_id_is_among_the_numbers() -> None:
    diary = Diary(NOVEMBER_US)
    diary.looked("Ana Secreta", 60)
    diary.add(EntryKind.ORIGINAL_REQUESTED, "Ana Secreta", reason="Ana Secreta", text="secret")
    told = str(months(diary.entries, [], {}, ZONE, NOVEMBER_US))
    assert "Secreta" not in told
    assert "secret" not in told


@given(st.lists(st.integers(0, 7), min_size=2, max_size=5))
@settings(deadline=None)
def test_no_small_count_can_be_worked_out_of_the_others_and_the_total(counts: list[int]) -> None:
    """Whoever knows the rule and the total still finds two possible values for each gap."""
    told, total = suppressed({str(number): count for number, count in enumerate(counts)})
    hidden = [name for name, value in told.items() if value is None]
    assert {name for name, value in told.items() if value is not None and 0 < value < 5} == set()
    if not hidden or total is None:
        return
    rest = total - sum(value for value in told.values() if value is not None)
    possible: dict[str, set[int]] = {name: set() for name in hidden}
    for guess in itertools.product(range(rest + 1), repeat=len(hidden)):
        if sum(guess) != rest:
            continue
        filled = {name: value for name, value in told.items() if value is not None}
        filled |= dict(zip(hidden, guess, strict=True))
        ordered = {name: filled[name] for name in told}
        if suppressed(ordered) == (told, total):
            for name, value in zip(hidden, guess, strict=True):
                possible[name].add(value)
    assert all(len(values) > 1 for values in possible.values()), (counts, told, possible)


def test_reasons_are_the_closed_list() -> None:
    diary = Diary(NOVEMBER_US)
    diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", reason="none of them")
    told = months(diary.entries, [], {}, ZONE, NOVEMBER_US + 31 * 24 * HOUR_US)
    assert set(told[1].reasons) == {reason.value for reason in Reason}
