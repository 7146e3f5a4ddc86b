"""Waiting times between guesses, on a clock moved by hand."""

from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.access import Throttle, throttle
from farola.base import Error, Kind, ManualClock

SECOND_US = 1_000_000


def wait_s(throttle: Throttle, name: str, address: str) -> int:
    """Guess once; how long to wait, 0 when the guess was let through."""
    try:
        throttle.guess(name, address)
    except Error as error:
        if error.kind is not Kind.RATE_LIMITED:
            raise
        seconds = error.detail["retry_after_s"]
        assert isinstance(seconds, int)
        return seconds
    return 0


def test_the_wait_doubles_to_a_quarter_of_an_hour() -> None:
    clock = ManualClock()
    guesses = Throttle(clock)
    waits = []
    for _ in range(30):
        waited = wait_s(guesses, "ana", "10.0.0.1")
        if waited:
            waits.append(waited)
            clock.advance(waited * SECOND_US)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_one_address_that_tries_many_names_is_slowed() -> None:
    guesses = Throttle(ManualClock())
    waits = [wait_s(guesses, f"name{n}", "10.0.0.1") for n in range(40)]
    assert waits[:20] == [0] * 20
    assert all(waits[20:])
    assert wait_s(guesses, "name1", "10.0.0.2") == 0


def test_many_addresses_that_try_one_name_slow_it_by_ten_seconds_at_most() -> None:
    clock = ManualClock()
    guesses = Throttle(clock)
    most = 0
    for number in range(300):
        waited = wait_s(guesses, "ana", f"10.0.{number // 250}.{number % 250}")
        most = max(most, waited)
        clock.advance(waited * SECOND_US)
    assert most == 10


def test_a_right_password_forgives_the_pair_but_not_the_address() -> None:
    guesses = Throttle(ManualClock())
    for number in range(19):
        guesses.guess(f"other{number}", "10.0.0.1")
    guesses.guess("ana", "10.0.0.1")
    guesses.right("ana", "10.0.0.1")
    assert wait_s(guesses, "other", "10.0.0.1") == 0
    assert wait_s(guesses, "other", "10.0.0.1") > 0


def test_signing_in_often_is_no_guessing() -> None:
    guesses = Throttle(ManualClock())
    for _ in range(500):
        guesses.guess("ana", "10.0.0.1")
        guesses.right("ana", "10.0.0.1")


def test_counts_fade_after_an_hour() -> None:
    clock = ManualClock()
    guesses = Throttle(clock)
    for _ in range(5):
        guesses.guess("ana", "10.0.0.1")
    assert wait_s(guesses, "ana", "10.0.0.1")
    clock.advance(Throttle.fades_us)
    assert wait_s(guesses, "ana", "10.0.0.1") == 0


def test_guesses_at_once_count_one_by_one() -> None:
    guesses = Throttle(ManualClock())
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: wait_s(guesses, "ana", "10.0.0.1"), range(100)))
    assert waits.count(0) == 5


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_MOST_KEYS", 50)
    guesses = Throttle(ManualClock())
    for number in range(500):
        wait_s(guesses, f"name{number}" * 1000, f"10.0.{number // 250}.{number % 250}")
    assert len(guesses._counts) == 50
    assert max(len(part) for key in guesses._counts for part in key) <= 120


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_whole_ipv6_64_is_one_address(network: int, host: int) -> None:
    one, other = IPv6Address(network << 64 | host), IPv6Address(network << 64)
    if one.ipv4_mapped is None and other.ipv4_mapped is None:
        assert throttle.neighbourhood(str(one)) == throttle.neighbourhood(str(other))


@given(st.text(max_size=200))
def test_any_text_is_an_address_of_bounded_length(address: str) -> None:
    assert len(throttle.neighbourhood(address)) <= 64


def test_an_ipv4_address_inside_ipv6_is_that_address() -> None:
    assert throttle.neighbourhood("::ffff:10.0.0.1") == "10.0.0.1"
