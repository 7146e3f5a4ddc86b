"""Hold keys: what is held survives its epoch, and nothing survives the hold."""

from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.keys import DataKey, Keystore, parse_epoch

START_US = 1_795_551_300_000_000  # 2026-11-24 20:15 UTC
HOUR_US = 3_600_000_000


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    return Keystore.open(tmp_path / "keys", create=True)


def held(keystore: Keystore, hold: str, key: DataKey) -> int:
    return keystore.hold(hold, [(key.epoch, key.wrapped)])


def refused(keystore: Keystore, key: DataKey) -> Kind:
    with pytest.raises(Error) as raised:
        keystore.unwrap(key.epoch, key.wrapped)
    return raised.value.kind


def test_an_epoch_is_an_hour(keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", START_US)
    assert key.epoch == "2026-11-24T20.standard"
    epoch = parse_epoch(key.epoch)
    assert epoch.start_us <= START_US < epoch.end_us
    assert epoch.end_us - epoch.start_us == HOUR_US
    assert keystore.new_data_key("cam-1", epoch.end_us).epoch == "2026-11-24T21.standard"


def test_a_day_of_the_old_kind_is_still_known(keystore: Keystore) -> None:
    epoch = parse_epoch("2026-11-24.standard")
    assert epoch.end_us - epoch.start_us == 24 * HOUR_US
    keystore.destroy_epoch("2026-11-24.standard")
    assert keystore.destroyed() == {"2026-11-24.standard"}


@pytest.mark.parametrize(
    "name", ["", "2026-11-24T25.standard", "2026-13-01.a", "../x", "2026-11-24T1.a"]
)
def test_what_is_no_epoch_is_refused(name: str) -> None:
    with pytest.raises(Error) as raised:
        parse_epoch(name)
    assert raised.value.kind is Kind.INVALID_INPUT


def test_what_is_held_stays_readable_and_the_rest_does_not(keystore: Keystore) -> None:
    kept, lost = (keystore.new_data_key("cam-1", START_US) for _ in range(2))
    assert held(keystore, "hld-1", kept) == 1
    assert held(keystore, "hld-1", kept) == 0
    keystore.destroy_epoch(kept.epoch)
    assert keystore.unwrap(kept.epoch, kept.wrapped) == kept.secret
    assert refused(keystore, lost) is Kind.KEY_DESTROYED
    again = Keystore.open(keystore.directory, create=False)
    assert again.unwrap(kept.epoch, kept.wrapped) == kept.secret


def test_overlapping_holds_keep_until_the_last_one_ends(keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", START_US)
    held(keystore, "hld-1", key)
    keystore.destroy_epoch(key.epoch)
    held(keystore, "hld-2", key)  # taken over from the other hold
    keystore.end_hold("hld-1")
    keystore.end_hold("hld-1")
    assert keystore.unwrap(key.epoch, key.wrapped) == key.secret
    keystore.end_hold("hld-2")
    assert refused(keystore, key) is Kind.KEY_DESTROYED
    assert keystore.holds() == []


def test_a_hold_that_comes_too_late_keeps_nothing(keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", START_US)
    keystore.destroy_epoch(key.epoch)
    assert held(keystore, "hld-1", key) == 0
    assert refused(keystore, key) is Kind.KEY_DESTROYED


def test_a_line_cut_off_by_a_crash_is_written_again(keystore: Keystore) -> None:
    one, two = (keystore.new_data_key("cam-1", START_US) for _ in range(2))
    held(keystore, "hld-1", one)
    file = keystore.directory / "holds" / "hld-1.held"
    file.write_bytes(file.read_bytes() + b"half a line")
    assert held(keystore, "hld-1", two) == 1
    keystore.destroy_epoch(one.epoch)
    for key in (one, two):
        assert keystore.unwrap(key.epoch, key.wrapped) == key.secret


def test_nothing_of_an_ended_hold_is_left(keystore: Keystore) -> None:
    key = keystore.new_data_key("cam-1", START_US)
    held(keystore, "hld-1", key)
    before = {file.read_bytes() for file in (keystore.directory / "holds").iterdir()}
    keystore.destroy_epoch(key.epoch)
    keystore.end_hold("hld-1")
    everything = b"".join(
        file.read_bytes() for file in keystore.directory.rglob("*") if file.is_file()
    )
    assert key.secret not in everything
    assert not any(data in everything for data in before)


@pytest.mark.parametrize("hold", ["", "../x", "hld-1/2", "HLD-1"])
def test_a_holds_id_is_no_path(keystore: Keystore, hold: str) -> None:
    with pytest.raises(Error):
        keystore.hold(hold, [])
    with pytest.raises(Error):
        keystore.end_hold(hold)
