"""Backups, restores and new roots of a town that has recorded, kills in between included."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from farola.app import key_care
from farola.app.ledger import begin, open_ledger, origin_of
from farola.app.parts import Parts, open_parts
from farola.app.plans import open_credentials, seal_credentials
from farola.base import Error, Kind, ManualClock
from farola.config import Settings
from farola.keys import DataKey, rotation, unpack_backup
from farola.ledger import EntryFilter
from farola.model import Address, CameraDraft, Credentials, EntryKind, Papers

NOW_US = 1_795_500_000_000_000
HOUR_US = 3_600_000_000
PHRASE = "a lamp on every corner of the town"
LOGIN = Credentials("viewer", "the camera's own")
TOTP = b"t" * 20


class Town:
    """A town on disk: keys of three hours, one destroyed and one held, sealed secrets, a ledger."""

    def __init__(self, folder: Path) -> None:
        self._at(folder)
        papers = Papers("safety", "by-law 7", "public works")
        address = Address("rtsp", "10.0.0.9", 554, "/main")
        camera = CameraDraft("north", "North", address, None, papers, enabled=True)
        with self.parts() as parts, open_ledger(parts) as ledger:
            begin(ledger)
            self.origin = origin_of(parts)
            self.camera_id = parts.catalog.cameras.add(camera).id
            sealed = seal_credentials(parts.keystore, self.camera_id, LOGIN)
            parts.catalog.cameras.set_credentials(self.camera_id, sealed)
            self.person_id = parts.catalog.people.add("ana", "hash").id
            totp = parts.keystore.seal(f"person/{self.person_id}/totp", TOTP)
            parts.catalog.people.set_totp(self.person_id, totp, 7)
            new = parts.keystore.new_data_key
            self.living, self.held, self.gone = (
                new("cam-1", NOW_US + hours * HOUR_US) for hours in range(3)
            )
            parts.keystore.hold("hld-1", [(self.held.epoch, self.held.wrapped)])
            for each in (self.held, self.gone):
                parts.keystore.destroy_epoch(each.epoch)

    def _at(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings.parse(
            {"storage": {"data": folder / "data", "keys": folder / "keys"}}
        )
        self.clock = ManualClock(NOW_US)
        self.keys = self.settings.storage.keys

    def copied(self, folder: Path) -> "Town":
        """The same town on another disk."""
        shutil.copytree(self.folder, folder)
        town = copy.copy(self)
        town._at(folder)
        return town

    def parts(self) -> Any:
        return open_parts(self.settings, self.clock, create=True)

    def assert_whole(self) -> None:
        with self.parts() as parts, open_ledger(parts) as ledger:
            assert origin_of(parts) == self.origin
            assert ledger.size > 0
            self._assert_reads(parts, self.living)
            self._assert_reads(parts, self.held)
            with pytest.raises(Error) as error:
                parts.keystore.unwrap(self.gone.epoch, self.gone.wrapped)
            assert error.value.kind is Kind.KEY_DESTROYED
            sealed = parts.catalog.cameras.sealed_credentials(self.camera_id)
            assert open_credentials(parts.keystore, self.camera_id, sealed) == LOGIN
            totp = parts.catalog.people.sealed_totp(self.person_id)
            assert parts.keystore.unseal(f"person/{self.person_id}/totp", totp) == TOTP
            assert not parts.catalog.people.use_totp_step(self.person_id, 7)

    def _assert_reads(self, parts: Parts, key: DataKey) -> None:
        assert parts.keystore.unwrap(key.epoch, key.wrapped) == key.secret


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("first"))


@pytest.fixture
def town(first: Town, tmp_path: Path) -> Town:
    return first.copied(tmp_path / "town")


def kind_of(call: Any, *args: Any, **more: Any) -> Kind:
    with pytest.raises(Error) as error:
        call(*args, **more)
    return error.value.kind


def backed_up(town: Town, folder: Path, *, with_epochs: bool = False) -> Path:
    path = folder / "keys.backup"
    key_care.backup(town.settings, town.clock, path, PHRASE, with_epochs=with_epochs)
    return path


def test_a_new_root_changes_nothing_but_the_root(town: Town) -> None:
    old = (town.keys / "root.key").read_bytes()
    before, after = key_care.rotate(town.settings, town.clock)
    assert before != after
    town.assert_whole()
    secret = old.split()[1]
    for path in town.keys.parent.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes(), path
    with town.parts() as parts, open_ledger(parts) as ledger:
        asked = EntryFilter(frozenset({EntryKind.KEYS_ROTATED}))
        assert len(ledger.find(asked, None, 10).entries) == 1
        assert key_care.status(parts).rotated_us == NOW_US
    key_care.rotate(town.settings, town.clock)
    town.assert_whole()


class KilledError(BaseException):
    """What a kill is to the code: nothing that it catches."""


def steps(monkeypatch: pytest.MonkeyPatch, last: int) -> Iterator[int]:
    """From now on the rotation dies before its step number `last`."""
    count = 0

    def dying(call: Any) -> Any:
        def step(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == last:
                raise KilledError
            return call(*args, **more)

        return step

    for name in ("create_file", "shred_file", "create_root", "write_check", "_exchange"):
        monkeypatch.setattr(rotation, name, dying(getattr(rotation, name)))
    monkeypatch.setattr(key_care, "_reseal", dying(key_care._reseal))
    monkeypatch.setattr(key_care, "finish_rotation", dying(key_care.finish_rotation))
    yield count


def test_a_kill_at_any_moment_loses_nothing_and_rotating_again_finishes(
    first: Town, tmp_path: Path
) -> None:
    for last in range(1, 60):
        town = first.copied(tmp_path / str(last))
        with pytest.MonkeyPatch.context() as patch:
            next(steps(patch, last))
            try:
                key_care.rotate(town.settings, town.clock)
            except KilledError:
                pass
            else:
                town.assert_whole()
                assert last > 10
                return
        if rotation.interrupted(town.keys):
            assert kind_of(town.parts().__enter__) is Kind.KEY_WRONG
        else:
            town.assert_whole()
        key_care.rotate(town.settings, town.clock)
        town.assert_whole()
        assert not rotation.beside(town.keys).exists()
    raise AssertionError("the rotation never ended")


def test_no_new_root_while_the_town_runs(town: Town) -> None:
    from farola.app.parts import only_recorder

    with only_recorder(town.settings):
        assert kind_of(key_care.rotate, town.settings, town.clock) is Kind.CONFLICT
    town.assert_whole()


def test_a_damaged_key_keeps_the_old_root(town: Town) -> None:
    (path,) = (town.keys / "epochs").glob("*.key")
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert kind_of(key_care.rotate, town.settings, town.clock) is Kind.KEY_WRONG
    path.write_bytes(good)
    town.assert_whole()


def test_a_backup_brings_the_root_back_and_no_hour(town: Town, tmp_path: Path) -> None:
    path = backed_up(town, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    inside = unpack_backup(path.read_bytes(), PHRASE)
    assert not any(name.startswith(("epochs/", "holds/")) for name in inside)
    whole = b"".join(inside.values())
    for each in (town.keys / "epochs").glob("*.key"):
        assert each.read_bytes()[9:] not in whole
    (town.keys / "root.key").unlink()
    key_care.restore(town.settings, path, PHRASE)
    town.assert_whole()


def test_a_backup_with_hours_survives_the_loss_of_the_keystore(town: Town, tmp_path: Path) -> None:
    path = backed_up(town, tmp_path, with_epochs=True)
    town.keys.rename(tmp_path / "burnt")
    key_care.restore(town.settings, path, PHRASE)
    town.assert_whole()


def test_a_restore_overwrites_nothing(town: Town, tmp_path: Path) -> None:
    path = backed_up(town, tmp_path)
    assert kind_of(key_care.restore, town.settings, path, PHRASE) is Kind.CONFLICT
    again = kind_of(key_care.backup, town.settings, town.clock, path, PHRASE, with_epochs=False)
    assert again is Kind.CONFLICT
    other = tmp_path / "other"
    other.mkdir()
    stranger = Town(other)
    (stranger.keys / "root.key").unlink()
    assert kind_of(key_care.restore, stranger.settings, path, PHRASE) is Kind.KEY_WRONG


def test_a_wrong_passphrase_and_a_changed_file_open_nothing(town: Town, tmp_path: Path) -> None:
    path = backed_up(town, tmp_path)
    whole = path.read_bytes()
    assert kind_of(unpack_backup, whole, PHRASE + " ") is Kind.KEY_WRONG
    for size in (0, 1, 50, len(whole) // 2, len(whole) - 1):
        assert kind_of(unpack_backup, whole[:size], PHRASE) is Kind.KEY_WRONG
    for place in (3, 40, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        assert kind_of(unpack_backup, bytes(changed), PHRASE) is Kind.KEY_WRONG


@pytest.mark.parametrize(
    "head",
    [
        b'{"format": "farola-keys-1", "n": 1073741824, "r": 1024, "salt": "", "nonce": ""}',
        b"[]",
        b"null",
        b'{"salt": 5}',
        b"{" * 2000,
        b"\xff\xfe",
    ],
)
def test_a_hostile_file_costs_no_memory(head: bytes) -> None:
    """Other parameters than ours are never stretched with."""
    assert kind_of(unpack_backup, head + b"\n" + b"x" * 100, PHRASE) is Kind.KEY_WRONG


def test_a_short_passphrase_is_refused_and_nothing_is_written(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "keys.backup"
    kind = kind_of(key_care.backup, town.settings, town.clock, path, "short", with_epochs=False)
    assert kind is Kind.INVALID_INPUT
    assert not path.exists()


def test_the_status_tells_no_secret(town: Town) -> None:
    with town.parts() as parts:
        found = key_care.status(parts)
        assert (found.epochs, found.destroyed, found.holds) == (1, 2, 1)
        secret = (town.keys / "root.key").read_text().split()[1]
        assert secret not in str(found)
