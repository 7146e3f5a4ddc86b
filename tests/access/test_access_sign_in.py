"""Signing in, with a real catalogue behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from access_acts import Written
from access_world import access_over
from laid_catalog import lay_catalog

from farola.access import Access, Passwords, SignIn
from farola.base import Error, Kind, ManualClock
from farola.catalog import Catalog
from farola.model import Assignment, EntryKind, Role

PASSWORD = "correct horse battery"
HOUR_US = 3_600_000_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def catalog(tmp_path: Path, clock: ManualClock) -> Iterator[Catalog]:
    with Catalog.open(lay_catalog(tmp_path / "catalog.db"), clock=clock) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def quick() -> Passwords:
    """The real thing with the least parameters."""
    return Passwords(passes=1, memory_kib=8, lanes=1)


@pytest.fixture
def access(catalog: Catalog, clock: ManualClock, quick: Passwords, tmp_path: Path) -> Access:
    access = access_over(catalog, clock, quick, Written(), tmp_path / "keys")
    add(access, "Ana")
    return access


def add(access: Access, name: str, password: str = PASSWORD) -> None:
    access.people.add(None, name, frozenset(), password)


@pytest.fixture
def sign_in(access: Access) -> SignIn:
    return access.sign_in


def refused(sign_in: SignIn, name: str, password: str, address: str = "10.0.0.1") -> Error:
    with pytest.raises(Error) as error:
        sign_in.sign_in(name, password, address)
    return error.value


def test_a_token_opens_its_session_until_the_hours_are_over(
    sign_in: SignIn, clock: ManualClock
) -> None:
    token, session = sign_in.sign_in("ana", PASSWORD, "10.0.0.1")
    assert sign_in.session(token) == session
    assert session.person.name == "Ana"
    clock.advance(12 * HOUR_US - 1)
    assert sign_in.session(token) == session
    clock.advance(1)
    assert sign_in.session(token) is None


def test_a_clock_set_back_does_not_revive_a_session(sign_in: SignIn, clock: ManualClock) -> None:
    token, _ = sign_in.sign_in("ana", PASSWORD, "10.0.0.1")
    clock.step_wall(-2 * HOUR_US)
    assert sign_in.session(token) is None


def test_a_token_ends_with_signing_out(sign_in: SignIn) -> None:
    token, _ = sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    other, _ = sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    sign_in.sign_out(token)
    assert sign_in.session(token) is None
    assert sign_in.session(other) is not None
    sign_in.sign_out("nonsense")


def test_the_token_itself_is_not_stored(sign_in: SignIn, tmp_path: Path) -> None:
    token, _ = sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "ñ" * 43, "\ud800" * 43, "x" * 100_000])
def test_a_foreign_token_opens_nothing(sign_in: SignIn, token: str) -> None:
    assert sign_in.session(token) is None


def test_an_unknown_name_and_a_wrong_password_are_told_apart_by_nothing(sign_in: SignIn) -> None:
    unknown, wrong = refused(sign_in, "Eva", PASSWORD), refused(sign_in, "Ana", "wrong password")
    assert unknown.kind is wrong.kind is Kind.UNAUTHENTICATED
    assert str(unknown) == str(wrong)
    assert unknown.detail == wrong.detail


def test_an_unknown_name_costs_a_hash_too(
    sign_in: SignIn, quick: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    matches = quick.matches

    def counting(password_hash: str | None, password: str) -> bool:
        asked.append(password_hash)
        return matches(password_hash, password)

    monkeypatch.setattr(quick, "matches", counting)
    refused(sign_in, "Eva", PASSWORD)
    assert asked == [None]


@pytest.mark.parametrize("password", ["", "\x00", "\ud800", "x" * 257, "x" * 1_000_000])
def test_absurd_passwords_are_wrong_passwords(sign_in: SignIn, password: str) -> None:
    assert refused(sign_in, "Ana", password).kind is Kind.UNAUTHENTICATED


def test_the_same_letters_typed_otherwise_are_the_same_password(access: Access) -> None:
    add(access, "Eva", "contraseña larga")
    assert access.sign_in.sign_in("Eva", "contrasen\u0303a larga", "10.0.0.1")


def test_a_password_is_changed_and_the_other_sessions_end(access: Access) -> None:
    sign_in, change = access.sign_in, access.factors.change_password
    token, session = sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    other, _ = sign_in.sign_in("Ana", PASSWORD, "10.0.0.2")
    with pytest.raises(Error) as error:
        change(token, session, "wrong", "a new password", "10.0.0.1")
    assert error.value.kind is Kind.UNAUTHENTICATED
    assert sign_in.session(other)
    change(token, session, PASSWORD, "a new password", "10.0.0.1")
    assert sign_in.session(token)
    assert sign_in.session(other) is None
    assert refused(sign_in, "Ana", PASSWORD).kind is Kind.UNAUTHENTICATED
    assert sign_in.sign_in("Ana", "a new password", "10.0.0.1")


def test_a_forgotten_password_is_replaced_on_the_machine(access: Access) -> None:
    token, session = access.sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    access.people.reset(None, session.person.id, "another password")
    assert access.sign_in.session(token) is None
    assert access.sign_in.sign_in("Ana", "another password", "10.0.0.1")
    with pytest.raises(Error) as error:
        access.people.reset(None, "per-none", "another password")
    assert error.value.kind is Kind.NOT_FOUND


@pytest.mark.parametrize("password", ["", "short", "x" * 257, "aaaaaaaaaaaaa", "ana maría pérez"])
def test_weak_passwords_are_refused_for_new_accounts(access: Access, password: str) -> None:
    with pytest.raises(Error) as error:
        add(access, "Ana María Pérez", password)
    assert error.value.kind is Kind.INVALID_INPUT


def test_the_first_start_makes_an_administrator_once(
    catalog: Catalog, clock: ManualClock, quick: Passwords, tmp_path: Path
) -> None:
    access = access_over(catalog, clock, quick, Written(), tmp_path / "keys")
    made = access.people.add_first("admin")
    assert made is not None
    person, password = made
    assert (person.name, len(password)) == ("admin", 24)
    assert person.assignments == {Assignment(Role.ADMINISTRATOR)}
    assert access.sign_in.sign_in("admin", password, "10.0.0.1")
    assert access.people.add_first("admin") is None
    assert catalog.people.count() == 1


def test_an_old_hash_is_renewed_when_its_password_is_known(
    catalog: Catalog, access: Access, clock: ManualClock, tmp_path: Path
) -> None:
    passwords = Passwords(passes=2, memory_kib=16, lanes=1)
    stronger = access_over(catalog, clock, passwords, Written(), tmp_path / "keys").sign_in
    stronger.sign_in("Ana", PASSWORD, "10.0.0.1")
    found = catalog.people.by_name("Ana")
    assert found is not None
    assert found[1].startswith("$argon2id$v=19$m=16,t=2,p=1$")
    stronger.sign_in("Ana", PASSWORD, "10.0.0.1")
    assert catalog.people.by_name("Ana") == found


def test_the_hash_of_a_new_account_has_rfc_9106s_parameters() -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_sessions_that_ended_are_forgotten_at_the_next_sign_in(
    catalog: Catalog, sign_in: SignIn, clock: ManualClock
) -> None:
    sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    clock.advance(13 * HOUR_US)
    sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    assert catalog.sessions.delete_expired(clock.wall_us()) == 0


def test_guesses_are_slowed_and_time_heals(sign_in: SignIn, clock: ManualClock) -> None:
    for _ in range(5):
        assert refused(sign_in, "Ana", "wrong password").kind is Kind.UNAUTHENTICATED
    limited = refused(sign_in, "Ana", PASSWORD)
    assert limited.kind is Kind.RATE_LIMITED
    assert limited.detail["retry_after_s"] == 1
    assert sign_in.sign_in("Ana", PASSWORD, "10.0.0.2")
    clock.advance(1_000_000)
    assert sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")


def test_signing_in_and_out_is_on_record(
    catalog: Catalog, clock: ManualClock, quick: Passwords, tmp_path: Path
) -> None:
    acts = Written()
    access = access_over(catalog, clock, quick, acts, tmp_path / "keys")
    add(access, "Ana")
    sign_in = access.sign_in
    token, session = sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    assert session.id.startswith("ses-")
    assert token[:8] not in session.id
    refused(sign_in, "Ana", "wrong password", "10.0.0.2")
    access.factors.change_password(token, session, PASSWORD, "another good lamp", "10.0.0.1")
    sign_in.sign_out(token)
    assert acts.kinds() == [
        EntryKind.PERSON_CHANGED,
        EntryKind.SIGNED_IN,
        EntryKind.SIGN_IN_REFUSED,
        EntryKind.FACTOR_CHANGED,
        EntryKind.SIGNED_OUT,
    ]
    assert {body["session"] for body in acts.of(EntryKind.SIGNED_IN)} == {session.id}
    assert acts.of(EntryKind.SIGN_IN_REFUSED)[0]["subject_name"] == "Ana"
    assert PASSWORD not in str(acts.entries)
    assert token not in str(acts.entries)


def test_a_password_typed_as_the_name_is_not_on_record(
    catalog: Catalog, clock: ManualClock, quick: Passwords, tmp_path: Path
) -> None:
    acts = Written()
    access = access_over(catalog, clock, quick, acts, tmp_path / "keys")
    add(access, "Ana")
    refused(access.sign_in, PASSWORD, "Ana")
    assert acts.of(EntryKind.SIGN_IN_REFUSED)
    assert PASSWORD not in str(acts.entries)


def test_nobody_gets_in_without_an_entry_and_everybody_gets_out(
    catalog: Catalog, clock: ManualClock, quick: Passwords, tmp_path: Path
) -> None:
    acts = Written()
    access = access_over(catalog, clock, quick, acts, tmp_path / "keys")
    add(access, "Ana")
    sign_in = access.sign_in
    token, session = sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    acts.fault = Error(Kind.LEDGER_FAILED, "the disk is full")
    assert refused(sign_in, "Ana", PASSWORD).kind is Kind.LEDGER_FAILED
    with pytest.raises(Error):
        add(access, "Beto")
    with pytest.raises(Error):
        access.people.reset(None, session.person.id, "another good lamp")
    sign_in.sign_out(token)
    assert sign_in.session(token) is None
    acts.fault = None
    assert sign_in.sign_in("Ana", PASSWORD, "10.0.0.1")
    assert catalog.people.by_name("Beto") is None


def test_a_flood_of_refusals_fills_no_ledger(
    catalog: Catalog, clock: ManualClock, quick: Passwords, tmp_path: Path
) -> None:
    acts = Written()
    sign_in = access_over(catalog, clock, quick, acts, tmp_path / "keys").sign_in
    for number in range(50):
        refused(sign_in, f"nobody {number}", "wrong password", f"10.0.1.{number}")
    assert len(acts.of(EntryKind.SIGN_IN_REFUSED)) == 20
    clock.advance(61_000_000)
    refused(sign_in, "nobody", "wrong password", "10.0.2.1")
    assert acts.of(EntryKind.SIGN_IN_REFUSED)[-1]["more"] == 30
