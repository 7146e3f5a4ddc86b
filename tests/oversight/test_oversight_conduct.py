"""Patterns of conduct and what stands out, each with the entries that show it."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oversight_entries import HOUR_US, Diary

from farola.model import Entry, EntryKind, Shift, parse_shift
from farola.oversight import FindingKind, conduct, unusual

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")


def kinds(diary: Diary, **more: Any) -> list[FindingKind]:
    more.setdefault("now_us", diary.now_us)
    return [each.kind for each in unusual(diary.entries, zone=ZONE, **more)]


def test_looks_are_added_up_by_person_and_by_camera() -> None:
    diary = Diary()
    diary.looked("ana", 60)
    diary.looked("ana", 30, "cam-2", rendition="original")
    diary.looked("eva", 10)
    diary.add(EntryKind.EXPORT, "eva", camera="cam-2", rendition="redacted")
    diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", cameras=["cam-1"])
    diary.add(EntryKind.GRANTED, "eva", subject="per-ana")
    found = conduct(diary.entries)
    ana, eva = found.people
    assert (ana.name, ana.looks, ana.originals, ana.seconds, ana.requests) == ("ana", 2, 1, 90, 1)
    assert (eva.looks, eva.exports, eva.granted) == (1, 1, 1)
    first, second = found.cameras
    assert (first.camera_id, first.seconds, len(first.people)) == ("cam-1", 70, 2)
    assert (second.camera_id, second.originals, second.exports) == ("cam-2", 1, 1)


def test_an_original_for_no_incident_and_no_case_is_pointed_out() -> None:
    diary = Diary()
    diary.add(EntryKind.GRANTED, "eva", incident="", reference="case 7")
    diary.add(EntryKind.GRANTED, "eva", incident="inc-1", reference="")
    assert kinds(diary) == []
    bare = diary.add(EntryKind.GRANTED, "eva", incident="", reference="")
    (finding,) = unusual(diary.entries, zone=ZONE, now_us=diary.now_us)
    assert finding.kind is FindingKind.GRANT_WITHOUT_INCIDENT
    assert (finding.name, finding.entries, finding.count) == ("eva", (bare.index,), 1)


@pytest.mark.parametrize(
    ("local", "off"),
    [("2026-11-24T10:00", False), ("2026-11-24T14:00", True), ("2026-11-28T10:00", True)],
)
def test_looks_off_shift_are_pointed_out_and_people_without_one_are_not(
    local: str, off: bool
) -> None:
    from datetime import datetime

    at = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    diary = Diary(round(at.timestamp()) * 1_000_000)
    diary.add(EntryKind.LOOK, "Ana", camera="cam-1")
    diary.add(EntryKind.LOOK, "eva", camera="cam-1")
    shifts = [parse_shift("ana 1-5 06:00-14:00")]
    expected = [FindingKind.OFF_SHIFT] if off else []
    assert kinds(diary, shifts=shifts) == expected


@pytest.mark.parametrize(
    ("local", "holds"),
    [
        ("2026-11-24T22:00", True),
        ("2026-11-25T05:59", True),
        ("2026-11-25T06:00", False),
        ("2026-11-24T21:59", False),
        ("2026-11-29T02:00", False),
    ],
)
def test_a_night_shift_goes_on_past_midnight(local: str, holds: bool) -> None:
    from datetime import datetime

    at = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    shift = parse_shift("ana 1-5 22:00-06:00")
    assert shift.holds(round(at.timestamp()) * 1_000_000, ZONE) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana 0-5 06:00-14:00",
        "ana 5-1 06:00-14:00",
        "ana 1-5 06:00-06:00",
        "ana 1-5 24:30-14:00",
        "ana 1-5 06:00-24:30",
        "1-5 06:00-14:00",
    ],
)
def test_a_shift_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"shift|like"):
        parse_shift(text)


def test_a_shift_may_end_at_midnight() -> None:
    assert parse_shift("Ana María 6-7 16:00-24:00") == Shift(
        "Ana María", frozenset({6, 7}), 960, 1440
    )


ROLES = {f"per-{name}": frozenset({"operator"}) for name in "abcdefg"}


def test_whoever_looks_far_more_than_their_peers_is_pointed_out() -> None:
    diary = Diary()
    for name in "abcdef":
        diary.looked(name, 3_600 + ord(name))
    assert kinds(diary, roles=ROLES) == []
    diary.looked("g", 9_000)
    (finding,) = unusual(diary.entries, roles=ROLES, zone=ZONE, now_us=diary.now_us)
    assert (finding.kind, finding.name) == (FindingKind.FAR_ABOVE_PEERS, "g")
    assert finding.entries == (6,)


def test_nobody_is_compared_with_too_few_or_with_other_roles() -> None:
    diary = Diary()
    for name in "abcd":
        diary.looked(name, 60)
    diary.looked("g", 90_000)
    assert kinds(diary, roles=ROLES) == []
    for name in "ef":
        diary.looked(name, 60)
    assert kinds(diary, roles=ROLES) == [FindingKind.FAR_ABOVE_PEERS]
    assert kinds(diary, roles=ROLES | {"per-g": frozenset({"supervisor"})}) == []


def test_broken_glass_that_nobody_reviews_is_pointed_out_after_a_day() -> None:
    diary = Diary()
    for grant in ("grn-1", "grn-2"):
        diary.add(EntryKind.GLASS_BROKEN, "ana", grant=grant, incident="inc-1")
    diary.add(EntryKind.GLASS_REVIEWED, "eva", grant="grn-1", justified=True)
    assert kinds(diary, now_us=diary.now_us) == []
    late = unusual(diary.entries, zone=ZONE, now_us=diary.now_us + 25 * HOUR_US)
    assert [(each.kind, each.entries) for each in late] == [(FindingKind.GLASS_UNREVIEWED, (1,))]


def test_asking_again_for_what_was_refused_is_pointed_out() -> None:
    span = {"cameras": ["cam-1"], "start_us": 100, "end_us": 200}
    diary = Diary()
    diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", **span)
    diary.add(EntryKind.REFUSED, "eva", subject="per-ana", **span)
    diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", **(span | {"start_us": 200, "end_us": 300}))
    diary.add(EntryKind.ORIGINAL_REQUESTED, "beto", **span)
    assert kinds(diary) == []
    diary.add(EntryKind.ORIGINAL_REQUESTED, "ana", **(span | {"start_us": 150, "end_us": 300}))
    assert kinds(diary) == [FindingKind.REPEATED_AFTER_REFUSAL]


def test_a_pair_that_always_decides_for_each_other_is_pointed_out() -> None:
    diary = Diary()
    for _ in range(9):
        diary.add(EntryKind.GRANTED, "eva", subject="per-ana", subject_name="ana", incident="i")
    assert kinds(diary) == []
    diary.add(EntryKind.GRANTED, "eva", subject="per-ana", subject_name="ana", incident="i")
    (finding,) = unusual(diary.entries, zone=ZONE, now_us=diary.now_us)
    assert (finding.kind, finding.name, finding.other_name) == (
        FindingKind.SAME_PAIR,
        "ana",
        "eva",
    )


# A small alphabet: the table of all letters takes seconds to make on a fresh machine.
_TEXTS = st.text("a<&=\0\u202e\ud800", max_size=8)
_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)
_MEMBERS = st.sampled_from(
    [
        "person",
        "person_name",
        "camera",
        "cameras",
        "seconds",
        "rendition",
        "grant",
        "subject",
        "start_us",
        "end_us",
        "incident",
        "reference",
        "reason",
        "justified",
    ]
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(EntryKind), st.none() | st.dictionaries(_MEMBERS, _ODD, max_size=6)
        ),
        max_size=12,
    )
)
def test_erased_and_odd_bodies_harm_nothing(made: list[tuple[EntryKind, Any]]) -> None:
    entries = [
        Entry(index, index * 1_000_000, kind, b"{}", body)
        for index, (kind, body) in enumerate(made)
    ]
    conduct(entries)
    unusual(entries, zone=ZONE, now_us=1 << 50, shifts=[parse_shift("a 1 06:00-14:00")])
