"""Originals come under a grant, for what it covers and as long as it lasts, and never else."""

from collections.abc import Awaitable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from gate_acts import Written
from hypothesis import given
from hypothesis import strategies as st
from test_gate_rules import CAMERA, ROLES, SOMEBODY, SPAN, Sources

from farola.access import GrantBook
from farola.base import Error, Kind, ManualClock
from farola.gate import Footage, Gate, KeyFrame, Look, Looks, Viewer, decide
from farola.model import EntryKind, Grant, Person, Rendition, Span, Spot, StreamKind

MAIN = StreamKind.MAIN
WIDE = Span(0, 60_000_000)
ME = "per-000000000001"


class Originals(Sources):
    rendition = Rendition.ORIGINAL


class OneThings(Sources):
    rendition = Rendition.ONE_THING

    def __init__(self) -> None:
        super().__init__()
        self.grants: list[Grant] = []
        self.fault: Error | None = None

    async def under(self, grant: Grant) -> Sources:
        self.grants.append(grant)
        if self.fault is not None:
            raise self.fault
        return self


class World:
    def __init__(self, grant: Grant) -> None:
        self.clock = ManualClock(1_000_000)
        self.book = GrantBook(self.clock)
        self.book.put([grant])
        self.acts = Written()
        self.covered, self.originals = Sources(), Originals()
        self.one_thing = OneThings()
        self.gate = Gate(
            live={Rendition.REDACTED: self.covered, Rendition.ORIGINAL: self.originals},
            playback={Rendition.REDACTED: self.covered, Rendition.ORIGINAL: self.originals},
            looks=Looks(self.acts, self.clock),
            grants=self.book,
            one_thing=self.one_thing,
        )


def granted(**changes: Any) -> Grant:
    plain = Grant(
        id="grn-1",
        request_id="req-1",
        person_id=ME,
        camera_ids=(CAMERA.id,),
        span=WIDE,
        reference="case 7",
        granted_us=0,
        expires_us=61_000_000,
        decided_by="per-2",
    )
    return replace(plain, **changes)


async def refusal(looking: Awaitable[object]) -> Kind:
    with pytest.raises(Error) as error:
        await looking
    return error.value.kind


async def test_under_a_grant_the_original_plays_and_the_entry_names_it() -> None:
    world = World(granted())
    gate = world.gate
    admitted = [
        await gate.playlist(SOMEBODY, CAMERA, MAIN, SPAN, "grn-1"),
        await gate.part(SOMEBODY, CAMERA, "key", "grn-1"),
        await gate.key_frame(SOMEBODY, CAMERA, MAIN, SPAN.start_us, "grn-1"),
        await gate.init(SOMEBODY, CAMERA, "key", "grn-1"),
        await gate.clip(SOMEBODY, CAMERA, MAIN, SPAN, "grn-1"),
    ]
    assert {each.rendition for each in admitted} == {Rendition.ORIGINAL}
    assert all(each.lasts for each in admitted)
    assert world.covered.asked == []
    (look,) = world.acts.of(EntryKind.LOOK)
    assert (look["grant"], look["rendition"]) == ("grn-1", "original")
    (export,) = world.acts.of(EntryKind.EXPORT)
    assert export["grant"] == "grn-1"


SPOTS = (Spot(SPAN.start_us, 0.5, 0.5),)


async def test_under_a_grant_for_one_thing_nothing_of_the_original_is_asked_for() -> None:
    world = World(granted(spots=SPOTS))
    gate = world.gate
    admitted = [
        await gate.playlist(SOMEBODY, CAMERA, MAIN, SPAN, "grn-1"),
        await gate.part(SOMEBODY, CAMERA, "key", "grn-1"),
        await gate.key_frame(SOMEBODY, CAMERA, MAIN, SPAN.start_us, "grn-1"),
        await gate.init(SOMEBODY, CAMERA, "key", "grn-1"),
        await gate.clip(SOMEBODY, CAMERA, MAIN, SPAN, "grn-1"),
    ]
    assert {each.rendition for each in admitted} == {Rendition.ONE_THING}
    assert world.originals.asked == world.covered.asked == []
    assert {each.id for each in world.one_thing.grants} == {"grn-1"}
    (look,) = world.acts.of(EntryKind.LOOK)
    assert (look["grant"], look["rendition"]) == ("grn-1", "one_thing")
    (export,) = world.acts.of(EntryKind.EXPORT)
    assert (export["grant"], export["rendition"]) == ("grn-1", "one_thing")


@pytest.mark.parametrize("changes", [{"person_id": "per-2"}, {"camera_ids": ("cam-other",)}])
async def test_one_thing_is_as_bound_as_an_original(changes: dict[str, Any]) -> None:
    world = World(granted(spots=SPOTS, **changes))
    for looking in (
        world.gate.part(SOMEBODY, CAMERA, "key", "grn-1"),
        world.gate.live(SOMEBODY, CAMERA, MAIN, "grn-1"),
    ):
        assert await refusal(looking) is Kind.FORBIDDEN
    assert world.one_thing.grants == []


async def test_what_cannot_be_told_from_the_rest_is_not_shown_otherwise() -> None:
    world = World(granted(spots=SPOTS))
    world.one_thing.fault = Error(Kind.THING_UNCLEAR, "two stand there")
    looking = world.gate.part(SOMEBODY, CAMERA, "key", "grn-1")
    assert await refusal(looking) is Kind.THING_UNCLEAR
    assert world.acts.entries == []
    assert world.originals.asked == world.covered.asked == []


@pytest.mark.parametrize("spots", [(), SPOTS], ids=["original", "one thing"])
async def test_a_grant_that_ends_while_the_picture_is_fetched_shows_nothing(
    spots: tuple[Spot, ...],
) -> None:
    world = World(granted(spots=spots))
    source = world.one_thing if spots else world.originals
    fetch = source.key_frame

    def slow(camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        world.clock.advance(61_000_000)
        return fetch(camera_id, stream, at_us)

    source.key_frame = slow  # type: ignore[method-assign]
    looking = world.gate.key_frame(SOMEBODY, CAMERA, MAIN, SPAN.start_us, "grn-1")
    assert await refusal(looking) is Kind.GRANT_ENDED


async def test_without_naming_the_grant_everything_stays_covered() -> None:
    world = World(granted())
    part = await world.gate.part(SOMEBODY, CAMERA, "key")
    live = await world.gate.live(SOMEBODY, CAMERA, MAIN)
    assert {part.rendition, live.rendition} == {Rendition.REDACTED}
    assert world.originals.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"person_id": "per-somebody-else"},
        {"camera_ids": ("cam-other",)},
        {"span": Span(0, SPAN.start_us + 1)},
        {"span": Span(SPAN.start_us + 1, WIDE.end_us)},
        {"span": None},
    ],
)
async def test_a_grant_for_something_else_gives_nothing(changes: dict[str, Any]) -> None:
    world = World(granted(**changes))
    gate = world.gate
    assert await refusal(gate.part(SOMEBODY, CAMERA, "key", "grn-1")) is Kind.FORBIDDEN
    assert await refusal(gate.clip(SOMEBODY, CAMERA, MAIN, SPAN, "grn-1")) is Kind.FORBIDDEN
    assert world.acts.entries == []


async def test_an_ended_or_unknown_grant_shows_nothing_in_its_place() -> None:
    world = World(granted())
    gate = world.gate
    assert await refusal(gate.part(SOMEBODY, CAMERA, "key", "grn-2")) is Kind.GRANT_ENDED
    world.clock.advance(60_000_000)
    for looking in (
        gate.part(SOMEBODY, CAMERA, "key", "grn-1"),
        gate.playlist(SOMEBODY, CAMERA, MAIN, SPAN, "grn-1"),
        gate.key_frame(SOMEBODY, CAMERA, MAIN, SPAN.start_us, "grn-1"),
        gate.live(SOMEBODY, CAMERA, MAIN, "grn-1"),
    ):
        assert await refusal(looking) is Kind.GRANT_ENDED
    assert world.originals.asked == []


async def test_who_lost_the_role_sees_nothing_under_an_old_grant() -> None:
    world = World(granted())
    nobody = Viewer(Person(ME, "ana", 1))
    off = Viewer(Person(ME, "ana", 1, ROLES, disabled=True))
    for viewer in (nobody, off):
        assert await refusal(world.gate.part(viewer, CAMERA, "k", "grn-1")) is Kind.FORBIDDEN


async def test_a_live_grant_is_for_live_and_its_stream_ends_with_it() -> None:
    world = World(granted(span=None))
    admitted = await world.gate.live(SOMEBODY, CAMERA, MAIN, "grn-1")
    assert admitted.rendition is Rendition.ORIGINAL
    assert await anext(aiter(admitted.media))
    assert await refusal(world.gate.part(SOMEBODY, CAMERA, "k", "grn-1")) is Kind.FORBIDDEN
    world.book.remove("grn-1")
    assert not admitted.lasts
    assert await refusal(anext(aiter(admitted.media))) is Kind.GRANT_ENDED


async def test_recorded_bytes_break_off_when_the_grant_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(granted())
    closed: list[bool] = []

    def chunks() -> Iterator[bytes]:
        try:
            yield from (b"one", b"two", b"three")
        finally:
            closed.append(True)

    footage = Footage(CAMERA.id, SPAN, chunks())
    monkeypatch.setattr(world.originals, "part", lambda camera_id, key: footage)
    admitted = await world.gate.part(SOMEBODY, CAMERA, "key", "grn-1")
    given_out = admitted.media.chunks
    assert next(given_out) == b"one"
    world.book.remove("grn-1")
    with pytest.raises(Error) as error:
        next(given_out)
    assert error.value.kind is Kind.GRANT_ENDED
    assert closed == [True]


@given(
    spans=st.tuples(st.integers(0, 100), st.integers(1, 100)),
    grants=st.tuples(st.integers(0, 100), st.integers(1, 100)),
    mine=st.booleans(),
    here=st.booleans(),
    live=st.booleans(),
    grant_live=st.booleans(),
)
def test_the_original_exactly_where_a_grant_covers_it(
    spans: tuple[int, int],
    grants: tuple[int, int],
    mine: bool,
    here: bool,
    live: bool,
    grant_live: bool,
) -> None:
    span = None if live else Span(spans[0], sum(spans))
    wide = None if grant_live else Span(grants[0], sum(grants))
    grant = granted(
        span=wide,
        person_id=ME if mine else "per-2",
        camera_ids=(CAMERA.id if here else "cam-2",),
    )
    look = Look(SOMEBODY, CAMERA, span, grant=grant)
    if span is None or wide is None:
        inside = span is None and wide is None
    else:
        inside = wide.start_us <= span.start_us and span.end_us <= wide.end_us
    if mine and here and inside:
        assert decide(look) is Rendition.ORIGINAL
    else:
        with pytest.raises(Error) as error:
            decide(look)
        assert error.value.kind is Kind.FORBIDDEN
