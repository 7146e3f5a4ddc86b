"""Accounts and sessions."""

import pytest
from catalog_rows import NOW_US

from farola.base import Error, Kind
from farola.catalog import Catalog
from farola.model import Person, Session


def test_a_person_is_found_however_the_name_is_typed(catalog: Catalog) -> None:
    person = catalog.people.add("Ana Muñoz", "hash")
    for typed in ("Ana Muñoz", " ana muñoz ", "ANA MUÑOZ", "Ana Mun\u0303oz"):
        assert catalog.people.by_name(typed) == (person, "hash")
    assert catalog.people.by_name("Ana") is None
    assert catalog.people.count() == 1
    assert catalog.people.list() == (person,)


def test_a_name_is_one_persons(catalog: Catalog) -> None:
    catalog.people.add("Ana", "hash")
    with pytest.raises(Error) as error:
        catalog.people.add("ANA", "other")
    assert error.value.kind is Kind.CONFLICT


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\x00", "\ud800"])
def test_a_name_out_of_bounds_is_refused_and_never_found(catalog: Catalog, name: str) -> None:
    with pytest.raises(Error) as error:
        catalog.people.add(name, "hash")
    assert error.value.kind is Kind.INVALID_INPUT
    assert catalog.people.by_name(name) is None


def test_a_hash_is_replaced(catalog: Catalog) -> None:
    person = catalog.people.add("Ana", "old")
    catalog.people.set_password_hash(person.id, "new")
    assert catalog.people.by_name("Ana") == (person, "new")
    with pytest.raises(Error) as error:
        catalog.people.set_password_hash("per-x", "new")
    assert error.value.kind is Kind.NOT_FOUND


def test_a_session_is_found_by_its_hash_until_it_is_deleted(catalog: Catalog) -> None:
    person = catalog.people.add("Ana", "hash")
    catalog.sessions.add(b"\x00" * 32, Session(person, NOW_US, NOW_US + 5))
    session = catalog.sessions.by_token_hash(b"\x00" * 32)
    assert session is not None
    assert (session.person, session.created_us, session.expires_us) == (person, NOW_US, NOW_US + 5)
    catalog.sessions.delete(b"\x00" * 32)
    assert catalog.sessions.by_token_hash(b"\x00" * 32) is None
    catalog.sessions.delete(b"\x00" * 32)


def test_a_persons_other_sessions_end(catalog: Catalog) -> None:
    ana, eva = catalog.people.add("Ana", "hash"), catalog.people.add("Eva", "hash")
    for token, person in ((b"a1", ana), (b"a2", ana), (b"e1", eva)):
        catalog.sessions.add(token, Session(person, NOW_US, NOW_US + 5))
    assert catalog.sessions.delete_of(ana.id, keep=b"a2") == 1
    kept = [token for token in (b"a1", b"a2", b"e1") if catalog.sessions.by_token_hash(token)]
    assert kept == [b"a2", b"e1"]


def test_expired_sessions_are_forgotten(catalog: Catalog) -> None:
    person = catalog.people.add("Ana", "hash")
    for token, end_us in ((b"old", NOW_US), (b"new", NOW_US + 1)):
        catalog.sessions.add(token, Session(person, NOW_US - 9, end_us))
    assert catalog.sessions.delete_expired(NOW_US) == 1
    assert catalog.sessions.by_token_hash(b"old") is None
    assert catalog.sessions.by_token_hash(b"new") is not None


def test_a_session_belongs_to_somebody(catalog: Catalog) -> None:
    with pytest.raises(Error) as error:
        catalog.sessions.add(b"x", Session(Person("per-x", "Eva", NOW_US), NOW_US, NOW_US + 5))
    assert error.value.kind is Kind.CONFLICT
