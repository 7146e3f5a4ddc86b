"""Two people behind every original: asking, deciding, ending, and how one might cheat."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from access_acts import Written
from hypothesis import given
from hypothesis import strategies as st
from laid_catalog import lay_catalog

from farola.access import GrantBook, GrantDesk
from farola.access.asking import digest_of, whole_minutes
from farola.base import Error, Kind, ManualClock
from farola.catalog import Catalog
from farola.config.oversight import Grants as GrantSettings
from farola.model import (
    Address,
    Asked,
    Assignment,
    CameraDraft,
    EntryKind,
    Grant,
    Papers,
    Person,
    Reason,
    Request,
    RequestState,
    Role,
    Session,
    Span,
    Spot,
)

MINUTE_US = 60_000_000
SPAN = Span(100 * MINUTE_US, 110 * MINUTE_US)


class Town:
    """A desk over a real catalogue, two cameras and four people."""

    def __init__(self, catalog: Catalog, clock: ManualClock, **settings: Any) -> None:
        self.catalog = catalog
        self.clock = clock
        self.acts = Written()
        self.pointed_at: list[tuple[Any, ...]] = []
        papers = Papers("safety", "by-law 7", "public works")
        address = Address("rtsp", "10.0.0.9", 554, "/main")
        self.camera, self.other = (
            catalog.cameras.add(CameraDraft(name, name, address, None, papers, enabled=True)).id
            for name in ("north", "south")
        )
        self.group = catalog.groups.save(None, "North", [self.camera])
        self.ana = self.person("ana", Assignment(Role.OPERATOR))
        self.eva = self.person("eva", Assignment(Role.SUPERVISOR))
        self.pia = self.person("pia", Assignment(Role.SUPERVISOR))
        self.nora = self.person("nora", Assignment(Role.SUPERVISOR, self.group.id))
        self.settings = GrantSettings(**settings)
        self.desk = self.opened()

    def opened(self) -> GrantDesk:
        catalog = self.catalog
        return GrantDesk(
            catalog.grants,
            catalog.people,
            catalog.cameras.get,
            self.clock,
            self.settings,
            acts=self.acts,
            pointed=self.pointed,
        )

    def pointed(self, camera_id: str, span: Span, spots: Sequence[Spot]) -> None:
        self.pointed_at.append((camera_id, span, *spots))
        if any(each.x > 0.9 for each in spots):
            raise Error(Kind.THING_UNCLEAR, "two stand there")

    def person(self, name: str, *assignments: Assignment) -> Person:
        return self.catalog.people.add(name, "hash", assignments)

    def session(self, person: Person, passkey_id: str | None = None) -> Session:
        now_us = self.clock.wall_us()
        fresh = self.catalog.people.get(person.id)
        return Session(fresh, now_us, now_us + 1, f"ses-{person.name}", passkey_id=passkey_id)

    def ask(self, by: Person | None = None, **changes: Any) -> Request:
        return self.desk.ask(self.session(by or self.ana), replace(self.asked, **changes))

    def decide(
        self, request: Request, by: Person | None = None, minutes: int | None = 30, **more: Any
    ) -> Grant | None:
        session = self.session(by or self.eva, more.pop("passkey_id", None))
        digest = more.pop("digest", request.digest)
        return self.desk.decide(session, request.id, digest, minutes=minutes, why="needed")

    @property
    def asked(self) -> Asked:
        return Asked(
            (self.camera,), SPAN, None, Reason.CRIME, "a theft at the corner", "case 7", ""
        )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_795_500_000_000_000)


@pytest.fixture
def catalog(tmp_path: Path, clock: ManualClock) -> Iterator[Catalog]:
    with Catalog.open(lay_catalog(tmp_path / "catalog.db"), clock=clock) as catalog:
        yield catalog


@pytest.fixture
def town(catalog: Catalog, clock: ManualClock) -> Town:
    return Town(catalog, clock)


def kind_of(call: Any, *args: Any, **more: Any) -> Kind:
    with pytest.raises(Error) as error:
        call(*args, **more)
    return error.value.kind


def granted(town: Town, **changes: Any) -> Grant:
    grant = town.decide(town.ask(**changes))
    assert grant is not None
    return grant


def test_a_grant_is_for_its_person_cameras_and_span_until_it_expires(
    town: Town, clock: ManualClock
) -> None:
    grant = granted(town)
    assert (grant.person_id, grant.decided_by) == (town.ana.id, town.eva.id)
    assert town.desk.book.find(grant.id) == grant
    assert grant.covers(town.camera, SPAN)
    assert not grant.covers(town.other, SPAN)
    assert not grant.covers(town.camera, None)
    assert not grant.covers(town.camera, Span(SPAN.start_us - 1, SPAN.end_us))
    clock.advance(30 * MINUTE_US - 1)
    assert town.desk.book.find(grant.id)
    clock.advance(1)
    assert town.desk.book.find(grant.id) is None
    assert town.acts.kinds() == [EntryKind.ORIGINAL_REQUESTED, EntryKind.GRANTED]


def test_a_refusal_is_on_record_and_gives_nothing(town: Town) -> None:
    request = town.ask()
    assert town.decide(request, minutes=None) is None
    assert town.acts.of(EntryKind.REFUSED)[0]["why"] == "needed"
    assert town.catalog.grants.request(request.id).state is RequestState.REFUSED
    assert kind_of(town.decide, request) is Kind.CONFLICT


def test_nobody_decides_about_their_own_request(town: Town) -> None:
    """Nor from a second session, which is the same person."""
    request = town.ask(town.eva)
    assert kind_of(town.decide, request, town.eva) is Kind.SAME_PERSON
    assert town.decide(request, town.pia)


def test_nobody_decides_with_the_requesters_passkey(town: Town) -> None:
    request = town.desk.ask(town.session(town.ana, "key-1"), town.asked)
    assert kind_of(town.decide, request, passkey_id="key-1") is Kind.SAME_PERSON
    assert town.decide(request, passkey_id="key-2")


def test_no_account_decides_that_the_requester_ever_looked_after(town: Town) -> None:
    town.catalog.people.administered(town.eva.id, town.ana.id)
    request = town.ask()
    assert kind_of(town.decide, request) is Kind.SAME_PERSON
    assert town.decide(request, town.pia)


def test_an_approval_is_good_for_its_request_alone(town: Town) -> None:
    """An approval seen on the wire and sent again names another camera, time or request."""
    first, second = town.ask(), town.ask(camera_ids=(town.other,))
    assert kind_of(town.decide, second, digest=first.digest) is Kind.CONFLICT
    assert town.decide(first)
    assert kind_of(town.decide, first) is Kind.CONFLICT
    assert town.catalog.grants.request(second.id).state is RequestState.WAITING


_CHANGES: list[dict[str, Any]] = [
    {"camera_ids": ("cam-2",)},
    {"span": Span(SPAN.start_us, SPAN.end_us + 1)},
    {"span": None, "live_minutes": 5},
    {"reason": Reason.FIRE},
    {"text": "another text entirely"},
    {"reference": "case 8"},
    {"incident": "inc-1"},
]


@pytest.mark.parametrize("change", _CHANGES)
def test_the_digest_names_everything_that_was_asked_for(change: dict[str, Any]) -> None:
    asked = Asked(("cam-1",), SPAN, None, Reason.CRIME, "a theft at the corner", "case 7", "")
    plain = digest_of("req-1", "per-1", asked)
    assert digest_of("req-1", "per-1", replace(asked, **change)) != plain
    assert digest_of("req-2", "per-1", asked) != plain
    assert digest_of("req-1", "per-2", asked) != plain


def test_an_approver_disabled_in_between_decides_nothing(town: Town) -> None:
    request = town.ask()
    town.catalog.people.set_disabled(town.eva.id, True)
    assert kind_of(town.decide, request) is Kind.FORBIDDEN


def test_a_requester_disabled_in_between_gets_nothing(town: Town) -> None:
    request = town.ask()
    town.catalog.people.set_disabled(town.ana.id, True)
    assert kind_of(town.decide, request) is Kind.NOT_FOUND
    assert town.acts.of(EntryKind.GRANTED) == []


def test_of_two_who_decide_at_once_one_does(town: Town) -> None:
    for _ in range(10):
        request = town.ask()
        together = threading.Barrier(2)
        done: list[object] = []

        def decide(
            by: Person,
            request: Request = request,
            together: threading.Barrier = together,
            done: list[object] = done,
        ) -> None:
            together.wait()
            try:
                done.append(town.decide(request, by))
            except Error as error:
                done.append(error.kind)

        threads = [threading.Thread(target=decide, args=(by,)) for by in (town.eva, town.pia)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Kind.CONFLICT in done
        assert sum(isinstance(each, Grant) for each in done) == 1
    assert len(town.acts.of(EntryKind.GRANTED)) == 10


def test_who_decides_must_be_allowed_to_for_every_camera(town: Town) -> None:
    both = town.ask(camera_ids=(town.camera, town.other))
    assert kind_of(town.decide, both, town.nora) is Kind.FORBIDDEN
    assert town.decide(town.ask(), town.nora)


def test_operators_decide_nothing_and_auditors_ask_for_nothing(town: Town) -> None:
    beto = town.person("beto", Assignment(Role.OPERATOR))
    assert kind_of(town.decide, town.ask(), beto) is Kind.FORBIDDEN
    audit = town.person("audit", Assignment(Role.AUDITOR))
    assert kind_of(town.ask, audit) is Kind.FORBIDDEN
    boss = town.person("boss", Assignment(Role.ADMINISTRATOR))
    assert kind_of(town.ask, boss) is Kind.FORBIDDEN


def test_a_camera_of_other_peoples_groups_cannot_be_asked_for(town: Town) -> None:
    beto = town.person("beto", Assignment(Role.OPERATOR, town.group.id))
    asked = {"camera_ids": (town.camera, town.other)}
    assert kind_of(town.ask, beto, **asked) is Kind.NOT_FOUND
    assert kind_of(town.ask, beto, camera_ids=("cam-none",)) is Kind.NOT_FOUND
    assert town.ask(beto)


@pytest.mark.parametrize(
    "change",
    [
        {"camera_ids": ()},
        {"text": "short"},
        {"text": "    blanks    "},
        {"span": Span(0, 25 * 60 * MINUTE_US)},
        {"span": None, "live_minutes": None},
        {"span": None, "live_minutes": 61},
        {"reference": "x" * 121},
    ],
)
def test_what_is_too_much_or_says_too_little_is_refused(town: Town, change: dict[str, Any]) -> None:
    assert kind_of(town.ask, **change) is Kind.INVALID_INPUT
    assert town.catalog.grants.requests() == ()


SPOT = Spot(105 * MINUTE_US, 0.25, 0.5)


def test_one_thing_is_asked_for_where_it_was_pointed_at(town: Town) -> None:
    spots = (Spot(SPOT.at_us, 0.123456, 0.5), SPOT)
    request = town.ask(spots=spots)
    assert request.asked.spots == (Spot(SPOT.at_us, 0.1235, 0.5), SPOT)
    assert town.pointed_at == [(town.camera, SPAN, *request.asked.spots)]
    (asked,) = town.acts.of(EntryKind.ORIGINAL_REQUESTED)
    assert asked["spots"] == [[SPOT.at_us, 1235, 5000], [SPOT.at_us, 2500, 5000]]
    assert town.catalog.grants.request(request.id) == request
    grant = town.desk.decide(
        town.session(town.eva), request.id, request.digest, minutes=10, why="theirs"
    )
    assert grant is not None
    assert grant.spots == request.asked.spots
    assert [each.spots for each in town.opened().book.lasting()] == [grant.spots]


@pytest.mark.parametrize(
    "change",
    [
        {"span": None, "live_minutes": 5},
        {"span": Span(100 * MINUTE_US, 111 * MINUTE_US)},
        {"spots": (replace(SPOT, at_us=110 * MINUTE_US),)},
        {"spots": (replace(SPOT, at_us=100 * MINUTE_US - 1),)},
        {"spots": (replace(SPOT, x=1.01),)},
        {"spots": (replace(SPOT, y=-0.01),)},
        {"spots": (SPOT,) * 11},
    ],
    ids=["live", "too long", "after", "before", "beside", "above", "too many"],
)
def test_a_spot_lies_in_the_picture_and_in_a_short_span(town: Town, change: dict[str, Any]) -> None:
    with pytest.raises(Error) as refused:
        town.ask(**({"spots": (SPOT,)} | change))
    assert refused.value.kind is Kind.INVALID_INPUT
    assert town.pointed_at == []


def test_one_thing_is_in_one_cameras_picture(town: Town) -> None:
    with pytest.raises(Error) as refused:
        town.ask(spots=(SPOT,), camera_ids=(town.camera, town.other))
    assert refused.value.kind is Kind.INVALID_INPUT


def test_where_no_one_thing_is_nothing_is_asked_for(town: Town) -> None:
    with pytest.raises(Error) as refused:
        town.ask(spots=(replace(SPOT, x=0.95),))
    assert refused.value.kind is Kind.THING_UNCLEAR
    assert town.acts.of(EntryKind.ORIGINAL_REQUESTED) == []


def test_nobody_points_into_a_camera_that_they_may_not_ask_about(town: Town) -> None:
    with pytest.raises(Error) as refused:
        town.ask(by=town.nora, spots=(SPOT,), camera_ids=(town.other,))
    assert refused.value.kind is Kind.NOT_FOUND
    assert town.pointed_at == []


def test_a_grant_lasts_no_longer_than_configured(town: Town) -> None:
    request = town.ask()
    assert kind_of(town.decide, request, minutes=481) is Kind.INVALID_INPUT
    assert town.acts.of(EntryKind.GRANTED) == []
    assert town.decide(request, minutes=480)


def test_live_is_granted_for_the_minutes_that_were_asked_for(
    town: Town, clock: ManualClock
) -> None:
    grant = granted(town, span=None, live_minutes=5)
    assert grant.covers(town.camera, None)
    assert not grant.covers(town.camera, SPAN)
    clock.advance(5 * MINUTE_US)
    assert town.desk.book.find(grant.id) is None


@given(st.integers(0, 1 << 50), st.integers(1, 1 << 40))
def test_a_span_is_widened_to_whole_minutes(start_us: int, length_us: int) -> None:
    asked = Span(start_us, start_us + length_us)
    wide = whole_minutes(asked)
    assert wide.start_us <= asked.start_us < wide.start_us + MINUTE_US
    assert wide.end_us - MINUTE_US < asked.end_us <= wide.end_us
    assert whole_minutes(wide) == wide


@pytest.mark.parametrize("step_us", [-3_600_000_000, 3_600_000_000, -86_400_000_000])
def test_a_stepped_clock_neither_lengthens_nor_ends_a_grant(
    town: Town, clock: ManualClock, step_us: int
) -> None:
    grant = granted(town)
    clock.step_wall(step_us)
    clock.advance(29 * MINUTE_US)
    assert town.desk.book.find(grant.id)
    clock.advance(2 * MINUTE_US)
    assert town.desk.book.find(grant.id) is None


def test_a_server_that_starts_anew_knows_the_grants_that_last(
    town: Town, clock: ManualClock
) -> None:
    grant, gone = granted(town), granted(town)
    town.desk.withdraw(town.session(town.ana), gone.id, "not needed")
    again = town.opened()
    assert again.book.find(grant.id) == grant
    assert again.book.find(gone.id) is None
    clock.advance(31 * MINUTE_US)
    assert town.opened().book.find(grant.id) is None


def test_a_grant_is_withdrawn_by_who_has_it_or_may_decide(town: Town) -> None:
    first, second, third = granted(town), granted(town), granted(town)
    beto = town.person("beto", Assignment(Role.OPERATOR))
    withdraw = town.desk.withdraw
    assert kind_of(withdraw, town.session(beto), first.id, "why") is Kind.NOT_FOUND
    withdraw(town.session(town.ana), first.id, "seen enough")
    withdraw(town.session(town.pia), second.id, "a mistake")
    assert [town.desk.book.find(each.id) for each in (first, second)] == [None, None]
    assert town.desk.book.find(third.id)
    assert kind_of(withdraw, town.session(town.ana), first.id, "again") is Kind.NOT_FOUND
    assert len(town.acts.of(EntryKind.GRANT_ENDED)) == 2


def test_a_withdrawal_counts_also_when_the_ledger_is_full(town: Town) -> None:
    grant = granted(town)
    town.acts.fault = Error(Kind.LEDGER_FAILED, "the disk is full")
    with pytest.raises(Error):
        town.desk.withdraw(town.session(town.pia), grant.id, "a mistake")
    assert town.desk.book.find(grant.id) is None
    assert town.opened().book.find(grant.id) is None


def test_without_an_entry_nothing_is_asked_or_granted(town: Town) -> None:
    request = town.ask()
    town.acts.fault = Error(Kind.LEDGER_FAILED, "the disk is full")
    assert kind_of(town.ask) is Kind.LEDGER_FAILED
    assert kind_of(town.decide, request) is Kind.LEDGER_FAILED
    assert town.catalog.grants.grants() == ()
    assert len(town.catalog.grants.requests()) == 1
    town.acts.fault = None
    assert town.decide(request)


def test_ones_own_request_is_withdrawn_and_nobody_elses(town: Town) -> None:
    request = town.ask()
    withdraw = town.desk.withdraw_request
    assert kind_of(withdraw, town.session(town.eva), request.id) is Kind.NOT_FOUND
    withdraw(town.session(town.ana), request.id)
    assert kind_of(town.decide, request) is Kind.CONFLICT
    assert kind_of(withdraw, town.session(town.ana), request.id) is Kind.CONFLICT


def test_everybody_sees_their_own_and_deciders_what_they_decide(town: Town) -> None:
    mine, other = town.ask(), town.ask(camera_ids=(town.other,))
    seen = {
        each.name: {one.id for one in town.desk.requests(town.session(each))}
        for each in (
            town.ana,
            town.eva,
            town.nora,
            town.person("beto", Assignment(Role.OPERATOR)),
            town.person("audit", Assignment(Role.AUDITOR)),
            town.person("boss", Assignment(Role.ADMINISTRATOR)),
        )
    }
    both = {mine.id, other.id}
    assert seen == {
        "ana": both,
        "eva": both,
        "nora": {mine.id},
        "beto": set(),
        "audit": both,
        "boss": set(),
    }


def test_glass_is_broken_only_where_the_town_allows_it(town: Town) -> None:
    assert kind_of(town.desk.break_glass, town.session(town.ana), town.asked) is Kind.FORBIDDEN


def test_broken_glass_gives_minutes_and_is_reviewed_by_somebody_else(
    catalog: Catalog, clock: ManualClock
) -> None:
    town = Town(catalog, clock, break_glass=True)
    live = replace(town.asked, span=None, live_minutes=60)
    _, grant = town.desk.break_glass(town.session(town.eva), live)
    assert (grant.glass, grant.decided_by) == (True, None)
    assert grant.expires_us - grant.granted_us == 15 * MINUTE_US
    assert town.acts.of(EntryKind.GLASS_BROKEN)[0]["grant"] == grant.id
    review = town.desk.review
    how: dict[str, Any] = {"justified": True, "why": "a fire"}
    assert kind_of(review, town.session(town.eva), grant.id, **how) is Kind.SAME_PERSON
    assert kind_of(review, town.session(town.ana), grant.id, **how) is Kind.FORBIDDEN
    assert kind_of(review, town.session(town.pia), "grn-none", **how) is Kind.NOT_FOUND
    review(town.session(town.pia), grant.id, **how)
    assert kind_of(review, town.session(town.pia), grant.id, **how) is Kind.CONFLICT
    assert town.acts.of(EntryKind.GLASS_REVIEWED)[0]["justified"] is True


def test_the_book_tells_each_end_once(clock: ManualClock) -> None:
    book = GrantBook(clock)
    now_us = clock.wall_us()
    grants = [
        Grant(f"grn-{n}", "req", "per", ("cam",), None, "", now_us, now_us + n * MINUTE_US, None)
        for n in range(3)
    ]
    book.put(grants)
    assert [each.id for each in book.lasting()] == ["grn-1", "grn-2"]
    clock.advance(MINUTE_US)
    assert [each.id for each in book.ended()] == ["grn-1"]
    assert book.ended() == []
