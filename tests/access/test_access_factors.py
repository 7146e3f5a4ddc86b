"""Second factors: one-time codes, passkeys, and showing once more who one is."""

import base64
import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from access_acts import Written
from access_world import HOST, ORIGIN, Authenticator, access_over
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from hypothesis import given
from hypothesis import strategies as st
from laid_catalog import lay_catalog

from farola.access import Access, Passwords, Site
from farola.access.totp import step_of
from farola.base import Error, Kind, ManualClock
from farola.catalog import Catalog
from farola.model import EntryKind, Method, Session

PASSWORD = "correct horse battery"
HERE = "10.0.0.1"
SITE = Site(ORIGIN, HOST, "Villa Farola")
_US = 1_000_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def acts() -> Written:
    return Written()


@pytest.fixture
def catalog(tmp_path: Path, clock: ManualClock) -> Iterator[Catalog]:
    with Catalog.open(lay_catalog(tmp_path / "catalog.db"), clock=clock) as catalog:
        yield catalog


@pytest.fixture
def access(catalog: Catalog, clock: ManualClock, acts: Written, tmp_path: Path) -> Access:
    """A town that requires a second factor."""
    quick = Passwords(passes=1, memory_kib=8, lanes=1)
    access = access_over(catalog, clock, quick, acts, tmp_path / "keys", second_factor=True)
    access.people.add(None, "Ana", frozenset(), PASSWORD)
    access.people.add(None, "Eva", frozenset(), PASSWORD)
    return access


def kind_of(call: Any, *args: Any, **more: Any) -> Kind:
    with pytest.raises(Error) as error:
        call(*args, **more)
    return error.value.kind


def code_at(secret: str, us: int) -> str:
    padded = secret + "=" * (-len(secret) % 8)
    return TOTP(base64.b32decode(padded), 6, SHA1(), 30).generate(us // _US).decode()


def with_codes(access: Access, clock: ManualClock, name: str = "Ana") -> tuple[str, Session, str]:
    """A person who has set up one-time codes: token, session and secret."""
    token, session = access.sign_in.sign_in(name, PASSWORD, HERE)
    assert session.enrolling
    secret = access.factors.begin_totp(session, "Villa").secret
    access.factors.confirm_totp(token, session, code_at(secret, clock.wall_us()))
    found = access.sign_in.session(token)
    assert found is not None
    clock.advance(90 * _US)
    return token, found, secret


def with_passkey(access: Access, name: str = "Ana") -> tuple[str, Session, Authenticator]:
    token, session = access.sign_in.sign_in(name, PASSWORD, HERE)
    device = Authenticator()
    options = access.factors.ask_passkey(session, SITE)
    access.factors.add_passkey(token, session, SITE, "Phone", device.create(options))
    found = access.sign_in.session(token)
    assert found is not None
    return token, found, device


def test_a_password_alone_opens_nothing_but_the_way_to_a_second_factor(
    access: Access, clock: ManualClock
) -> None:
    _, session, secret = with_codes(access, clock)
    assert not session.enrolling
    sign_in = access.sign_in.sign_in
    assert kind_of(sign_in, "Ana", PASSWORD, HERE) is Kind.CODE_NEEDED
    assert kind_of(sign_in, "Ana", "wrong password", HERE) is Kind.UNAUTHENTICATED
    assert kind_of(sign_in, "Ana", PASSWORD, HERE, code="000000") is Kind.UNAUTHENTICATED
    _, again = sign_in("Ana", PASSWORD, HERE, code=code_at(secret, clock.wall_us()))
    assert (again.method, again.enrolling) == (Method.PASSWORD_TOTP, False)


def test_a_code_is_good_once(access: Access, clock: ManualClock) -> None:
    _, _, secret = with_codes(access, clock)
    code = code_at(secret, clock.wall_us())
    access.sign_in.sign_in("Ana", PASSWORD, HERE, code=code)
    assert kind_of(access.sign_in.sign_in, "Ana", PASSWORD, HERE, code=code) is Kind.UNAUTHENTICATED
    older = code_at(secret, clock.wall_us() - 30 * _US)
    again = kind_of(access.sign_in.sign_in, "Ana", PASSWORD, HERE, code=older)
    assert again is Kind.UNAUTHENTICATED


def test_of_two_who_show_one_code_at_once_one_gets_in(access: Access, clock: ManualClock) -> None:
    _, _, secret = with_codes(access, clock)
    code = code_at(secret, clock.wall_us())

    def enter(number: int) -> bool:
        try:
            access.sign_in.sign_in("Ana", PASSWORD, f"10.0.0.{number}", code=code)
        except Error:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, range(4))) == [False, False, False, True]


def test_guessing_codes_is_slowed_like_guessing_passwords(
    access: Access, clock: ManualClock
) -> None:
    with_codes(access, clock)
    kinds = [
        kind_of(access.sign_in.sign_in, "Ana", PASSWORD, HERE, code=f"{number:06}")
        for number in range(8)
    ]
    assert kinds[:5] == [Kind.UNAUTHENTICATED] * 5
    assert kinds[-1] is Kind.RATE_LIMITED


def test_a_secret_counts_only_after_its_code_was_shown(access: Access, clock: ManualClock) -> None:
    token, session = access.sign_in.sign_in("Ana", PASSWORD, HERE)
    assert kind_of(access.factors.confirm_totp, token, session, "000000") is Kind.NOT_FOUND
    access.factors.begin_totp(session, "Villa")
    assert kind_of(access.factors.confirm_totp, token, session, "abcdef") is Kind.INVALID_INPUT
    assert not access.factors.list(session).totp


def test_the_secret_lies_sealed_in_the_catalogue(
    access: Access, clock: ManualClock, tmp_path: Path
) -> None:
    _, _, secret = with_codes(access, clock)
    raw = base64.b32decode(secret + "=" * (-len(secret) % 8))
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert raw not in stored
    assert secret.encode() not in stored


@given(st.integers(0, 1 << 50), st.integers(-3, 3), st.binary(min_size=20, max_size=20))
def test_codes_are_good_one_step_beside_and_no_further(
    now_us: int, steps: int, secret: bytes
) -> None:
    at = now_us // _US // 30 + steps
    if at < 0:
        return
    code = TOTP(secret, 6, SHA1(), 30).generate(at * 30).decode()
    found = step_of(secret, code, now_us)
    if abs(steps) <= 1:
        assert found is not None
    else:
        # A code of another step may by chance be one of these as well.
        assert found is None or TOTP(secret, 6, SHA1(), 30).generate(found * 30).decode() == code


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12 456", "\x00" * 6])
def test_what_is_no_code_is_none(code: str) -> None:
    assert step_of(b"k" * 20, code, 10**15) is None


def test_a_passkey_signs_in_without_a_password(access: Access) -> None:
    _, session, device = with_passkey(access)
    assert not session.enrolling
    assert kind_of(access.sign_in.sign_in, "Ana", PASSWORD, HERE) is Kind.SECOND_FACTOR_NEEDED
    answer = device.get(access.sign_in.ask_passkey(SITE))
    _, again = access.sign_in.sign_in_with_passkey(SITE, answer, HERE)
    assert (again.person.name, again.method) == ("Ana", Method.PASSKEY)
    assert again.passkey_id is not None


def test_an_answer_is_good_once(access: Access) -> None:
    _, _, device = with_passkey(access)
    answer = device.get(access.sign_in.ask_passkey(SITE))
    enter = access.sign_in.sign_in_with_passkey
    enter(SITE, answer, HERE)
    assert kind_of(enter, SITE, answer, HERE) is Kind.UNAUTHENTICATED


def test_an_answer_is_good_for_what_was_asked_and_soon(access: Access, clock: ManualClock) -> None:
    token, _, device = with_passkey(access)
    enter = access.sign_in.sign_in_with_passkey
    proof = device.get(access.sign_in.ask_proof(token, SITE))
    assert kind_of(enter, SITE, proof, HERE) is Kind.UNAUTHENTICATED
    late = device.get(access.sign_in.ask_passkey(SITE))
    clock.advance(301 * _US)
    assert kind_of(enter, SITE, late, HERE) is Kind.UNAUTHENTICATED


@pytest.mark.parametrize("what", ["origin", "host", "key", "verification", "counter", "disabled"])
def test_a_wrong_answer_of_a_passkey_opens_nothing(
    access: Access, catalog: Catalog, what: str
) -> None:
    _, session, device = with_passkey(access)
    enter = access.sign_in.sign_in_with_passkey
    enter(SITE, device.get(access.sign_in.ask_passkey(SITE)), HERE)
    match what:
        case "origin":
            device.origin = "https://evil.example"
        case "host":
            device.host = "evil.example"
        case "key":
            device.key = Authenticator().key
        case "verification":
            device.verifies = False
        case "counter":
            device.count = 0  # a copy of the key that has not come as far
        case "disabled":
            catalog.people.set_disabled(session.person.id, True)
    answer = device.get(access.sign_in.ask_passkey(SITE))
    assert kind_of(enter, SITE, answer, HERE) is Kind.UNAUTHENTICATED


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"response": None},
        {"response": {"clientDataJSON": "e30"}},
        {"response": {"clientDataJSON": "!!"}},
        {"response": {"clientDataJSON": 5}, "rawId": []},
        {"rawId": "AA", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUEifQ"}},
    ],
)
def test_nonsense_is_refused_like_any_wrong_answer(access: Access, broken: dict[str, Any]) -> None:
    enter = access.sign_in.sign_in_with_passkey
    assert kind_of(enter, SITE, broken, HERE) is Kind.UNAUTHENTICATED


@given(position=st.integers(0, 4000), flip=st.integers(1, 255))
def test_a_changed_answer_is_refused(position: int, flip: int) -> None:
    """Whatever byte of a good answer is changed, the key's signature or its name does not fit."""
    from farola.access import webauthn_edge
    from farola.model import Passkey

    device = Authenticator()
    options = {"challenge": "AAAA"}
    made = device.create(options)
    key_id, public_key, count = webauthn_edge.registered(SITE, made, b"\x00\x00\x00")
    known = Passkey(key_id, "per-1", "Phone", public_key, count, 0)
    answer = copy.deepcopy(device.get(options))
    parts = sorted(answer["response"])
    name = parts[position % len(parts)]
    raw = bytearray(base64.urlsafe_b64decode(answer["response"][name] + "=="))
    raw[position % len(raw)] ^= flip
    answer["response"][name] = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    with pytest.raises(Error) as error:
        webauthn_edge.answered(SITE, answer, b"\x00\x00\x00", known)
    assert error.value.kind is Kind.UNAUTHENTICATED


def test_one_passkey_is_one_persons(access: Access) -> None:
    """A second account cannot be opened with the same key."""
    _, _, device = with_passkey(access, "Ana")
    token, session = access.sign_in.sign_in("Eva", PASSWORD, HERE)
    options = access.factors.ask_passkey(session, SITE)
    answer = device.create(options)
    add = access.factors.add_passkey
    assert kind_of(add, token, session, SITE, "Phone", answer) is Kind.CONFLICT


def test_the_last_second_factor_stays(access: Access, clock: ManualClock) -> None:
    _, session, _ = with_passkey(access)
    (passkey,) = access.factors.list(session).passkeys
    assert kind_of(access.factors.remove_passkey, session, passkey.id) is Kind.CONFLICT
    assert kind_of(access.factors.remove_passkey, session, "none") is Kind.NOT_FOUND
    _, eva, _ = with_codes(access, clock, "Eva")
    assert kind_of(access.factors.remove_totp, eva) is Kind.CONFLICT
    assert kind_of(access.factors.remove_passkey, eva, passkey.id) is Kind.NOT_FOUND


def test_a_proof_lasts_ten_minutes_and_is_renewed(access: Access, clock: ManualClock) -> None:
    token, session, secret = with_codes(access, clock)
    assert access.sign_in.is_proved(session)
    clock.advance(601 * _US)
    assert not access.sign_in.is_proved(session)
    prove = access.sign_in.prove
    assert kind_of(prove, token, PASSWORD, None, HERE) is Kind.CODE_NEEDED
    assert kind_of(prove, token, "wrong password", "000000", HERE) is Kind.UNAUTHENTICATED
    prove(token, PASSWORD, code_at(secret, clock.wall_us()), HERE)
    found = access.sign_in.session(token)
    assert found is not None
    assert access.sign_in.is_proved(found)
    clock.step_wall(-3_600 * _US)
    assert not access.sign_in.is_proved(found)


def test_a_proof_is_ones_own(access: Access, acts: Written) -> None:
    ana, _, _ = with_passkey(access, "Ana")
    other = Authenticator()
    token, session = access.sign_in.sign_in("Eva", PASSWORD, HERE)
    options = access.factors.ask_passkey(session, SITE)
    access.factors.add_passkey(token, session, SITE, "Phone", other.create(options))
    answer = other.get(access.sign_in.ask_proof(ana, SITE))
    prove = access.sign_in.prove_with_passkey
    assert kind_of(prove, ana, SITE, answer, HERE) is Kind.UNAUTHENTICATED
    assert acts.of(EntryKind.PROVED) == []


def test_sessions_are_listed_and_revoked(access: Access) -> None:
    ana, first = access.sign_in.sign_in("Ana", PASSWORD, HERE, client="Firefox")
    _, second = access.sign_in.sign_in("Ana", PASSWORD, "10.0.0.2")
    eva, other = access.sign_in.sign_in("Eva", PASSWORD, "10.0.0.3")
    listed = access.sign_in.sessions(first.person.id)
    assert {(each.id, each.address, each.client) for each in listed} == {
        (first.id, HERE, "Firefox"),
        (second.id, "10.0.0.2", ""),
    }
    assert kind_of(access.sign_in.revoke, first, other.id) is Kind.NOT_FOUND
    assert access.sign_in.session(eva)
    assert access.sign_in.revoke(second, first.id) == first.person.id
    assert access.sign_in.session(ana) is None
