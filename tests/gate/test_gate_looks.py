"""Every look is written down before its pictures leave, once and not a thousand times."""

import pytest
from gate_acts import Written
from test_gate_rules import CAMERA, LOOKS, SOMEBODY, SPAN, Sources, gate_of, look

from farola.base import Error, Kind, ManualClock
from farola.gate import Looks, Viewer
from farola.model import HOUR_US, EntryKind, Person, Rendition, Span

PICTURES = [each for each in LOOKS if each not in {"playlist", "init"}]  # those hold none
HOUR = Span(0, HOUR_US)


@pytest.mark.parametrize("what", PICTURES)
async def test_pictures_are_on_record(what: str) -> None:
    acts = Written()
    await look(gate_of(Sources(), acts), what, SOMEBODY)
    kind = EntryKind.EXPORT if what == "clip" else EntryKind.LOOK
    (body,) = acts.of(kind)
    assert body["person"] == "per-000000000001"
    assert body["camera"] == CAMERA.id
    assert body["rendition"] == "redacted"
    if what == "live":
        assert body["live"] is True
    elif what != "clip":
        assert (body["start_us"], body["end_us"]) == (HOUR.start_us, HOUR.end_us)
    else:
        assert (body["start_us"], body["end_us"]) == (SPAN.start_us, SPAN.end_us)


@pytest.mark.parametrize("what", PICTURES)
async def test_no_entry_no_pictures(what: str) -> None:
    acts = Written(fault=Error(Kind.LEDGER_FAILED, "the disk is full"))
    with pytest.raises(Error) as refused:
        await look(gate_of(Sources(), acts), what, SOMEBODY)
    assert refused.value.kind is Kind.LEDGER_FAILED


def looks_of(acts: Written) -> tuple[Looks, ManualClock]:
    clock = ManualClock()
    return Looks(acts, clock), clock


def test_an_hour_is_one_look_and_the_next_another() -> None:
    acts = Written()
    looks, _ = looks_of(acts)
    for minute in range(60):
        at = minute * 60_000_000
        looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, Span(at, at + 2_000_000))
    assert acts.kinds() == [EntryKind.LOOK]
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, Span(HOUR_US - 1, HOUR_US + 1))
    assert acts.of(EntryKind.LOOK)[1]["start_us"] == HOUR_US
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, Span(5 * HOUR_US, 5 * HOUR_US + 1))
    assert len(acts.entries) == 3


def test_another_rendition_camera_or_session_is_another_look() -> None:
    acts = Written()
    looks, _ = looks_of(acts)
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, SPAN)
    looks.begin(SOMEBODY, CAMERA, Rendition.ORIGINAL, SPAN)
    assert SOMEBODY.person is not None
    looks.begin(Viewer(SOMEBODY.person, "ses-2"), CAMERA, Rendition.REDACTED, SPAN)
    assert len(acts.of(EntryKind.LOOK)) == 3


def test_an_idle_look_ends_with_what_was_seen() -> None:
    acts = Written()
    looks, clock = looks_of(acts)
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, Span(1_000, 2_000))
    clock.advance(30_000_000)
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, Span(500, 9_000))
    clock.advance(59_000_000)
    looks.sweep()
    assert acts.kinds() == [EntryKind.LOOK]
    clock.advance(2_000_000)
    looks.sweep()
    (ended,) = acts.of(EntryKind.LOOK_ENDED)
    assert (ended["start_us"], ended["end_us"], ended["seconds"]) == (500, 9_000, 30)
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, Span(1_000, 2_000))
    assert len(acts.of(EntryKind.LOOK)) == 2


def test_a_look_lasts_ten_minutes_at_most() -> None:
    acts = Written()
    looks, clock = looks_of(acts)
    for _ in range(61):
        looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, SPAN)
        clock.advance(10_000_000)
        looks.sweep()
    assert len(acts.of(EntryKind.LOOK_ENDED)) == 1
    assert len(acts.of(EntryKind.LOOK)) == 2


def test_live_places_of_one_session_are_one_look() -> None:
    acts = Written()
    looks, clock = looks_of(acts)
    one = looks.begin_live(SOMEBODY, CAMERA, Rendition.REDACTED)
    other = looks.begin_live(SOMEBODY, CAMERA, Rendition.REDACTED)
    clock.advance(5_000_000)
    one.close()
    one.close()
    looks.sweep()
    assert acts.kinds() == [EntryKind.LOOK]
    clock.advance(5_000_000)
    other.close()
    looks.sweep()
    assert acts.of(EntryKind.LOOK_ENDED)[0]["seconds"] == 10


async def test_stopping_ends_every_look() -> None:
    acts = Written()
    looks, _ = looks_of(acts)
    looks.begin_live(SOMEBODY, CAMERA, Rendition.REDACTED)
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, SPAN)
    await looks.stop()
    assert len(acts.of(EntryKind.LOOK_ENDED)) == 2


async def test_closing_a_live_place_closes_both() -> None:
    acts = Written()
    sources = Sources()
    gate = gate_of(sources, acts)
    admitted = await look(gate, "live", SOMEBODY)
    admitted.media.close()  # type: ignore[attr-defined]
    await gate._looks.stop()
    assert acts.kinds() == [EntryKind.LOOK, EntryKind.LOOK_ENDED]


def test_an_end_that_cannot_be_written_disturbs_nobody() -> None:
    acts = Written()
    looks, _ = looks_of(acts)
    looks.begin(SOMEBODY, CAMERA, Rendition.REDACTED, SPAN)
    acts.fault = Error(Kind.LEDGER_FAILED, "the disk is full")
    looks.sweep(every=True)
    assert acts.kinds() == [EntryKind.LOOK]


def test_nobody_without_a_name_has_a_look() -> None:
    looks, _ = looks_of(Written())
    with pytest.raises(AssertionError):
        looks.begin(Viewer(None), CAMERA, Rendition.REDACTED, SPAN)
    assert Viewer(Person("per-1", "ana", 0)).session_id == ""
