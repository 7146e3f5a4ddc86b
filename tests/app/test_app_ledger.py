"""The town's ledger at start and at its checkpoints: an older copy of anything is noticed."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from farola.app.ledger import accept_restored, begin, give_out, open_ledger, opened_entry
from farola.app.parts import Parts, open_parts
from farola.app.record import settings_for
from farola.base import Error, Kind, SystemClock
from farola.config import Settings
from farola.ledger import Ledger
from farola.ledger.schema import SCHEMA
from farola.model import EntryKind, Session


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "data")


@contextmanager
def opened(settings: Settings, *, trusting: bool = False) -> Iterator[tuple[Parts, Ledger]]:
    with (
        open_parts(settings, SystemClock(), create=True) as parts,
        open_ledger(parts, trusting=trusting) as ledger,
    ):
        begin(ledger)
        yield parts, ledger


def refused(settings: Settings) -> Error:
    with pytest.raises(Error) as raised, opened(settings):
        pass
    return raised.value


def day(settings: Settings, looks: int) -> None:
    """A day's work, given out at its end."""
    with opened(settings) as (parts, ledger):
        ledger.append_all([(EntryKind.LOOK, {"number": number}) for number in range(looks)])
        give_out(parts, ledger)


def test_a_second_start_goes_on_where_the_first_ended(settings: Settings) -> None:
    day(settings, 5)
    day(settings, 5)
    with opened(settings) as (_, ledger):
        assert ledger.size == 11
        assert ledger.entry(0).kind is EntryKind.BEGAN


def test_yesterdays_ledger_is_refused(settings: Settings, tmp_path: Path) -> None:
    day(settings, 5)
    shutil.copytree(settings.ledger_directory, tmp_path / "yesterday")
    day(settings, 5)
    shutil.rmtree(settings.ledger_directory)
    shutil.copytree(tmp_path / "yesterday", settings.ledger_directory)
    error = refused(settings)
    assert error.kind is Kind.LEDGER_ROLLED_BACK
    assert (error.detail["size"], error.detail["given_out"]) == (6, 11)


def test_a_lost_ledger_is_not_begun_anew(settings: Settings) -> None:
    day(settings, 5)
    shutil.rmtree(settings.ledger_directory)
    assert refused(settings).kind is Kind.LEDGER_ROLLED_BACK


def test_yesterdays_catalogue_is_refused_until_it_is_accepted(
    settings: Settings, tmp_path: Path
) -> None:
    day(settings, 5)
    catalogue = settings.storage.data / "catalog.db"
    with opened(settings) as (parts, _):
        person = parts.catalog.people.add("ana", "hash")
        parts.catalog.sessions.add(b"t" * 32, Session(person, 1, 4_000_000_000_000_000))
    shutil.copy(catalogue, tmp_path / "catalog.db")
    day(settings, 5)
    for file in settings.storage.data.glob("catalog.db*"):
        file.unlink()
    shutil.copy(tmp_path / "catalog.db", catalogue)
    error = refused(settings)
    assert (error.kind, "accept-restore" in error.message) == (Kind.LEDGER_ROLLED_BACK, True)
    with opened(settings, trusting=True) as (parts, ledger):
        assert accept_restored(parts, ledger, "the disk broke") == 1
    with opened(settings) as (parts, ledger):
        assert parts.catalog.sessions.by_token_hash(b"t" * 32) is None
        last = ledger.entry(ledger.size - 1)
        assert last.kind is EntryKind.RESTORED
        assert last.body == {"what": "catalogue", "why": "the disk broke"}


def test_a_deleted_catalogue_makes_no_new_administrator(settings: Settings) -> None:
    day(settings, 5)
    for file in settings.storage.data.glob("catalog.db*"):
        file.unlink()
    assert refused(settings).kind is Kind.LEDGER_ROLLED_BACK


def test_a_lost_mark_hides_no_lost_entries(settings: Settings, tmp_path: Path) -> None:
    """The catalogue tells of them too; beginning anew has to be accepted, on record."""
    day(settings, 5)
    shutil.copytree(settings.ledger_directory, tmp_path / "yesterday")
    day(settings, 5)
    shutil.rmtree(settings.ledger_directory)
    shutil.copytree(tmp_path / "yesterday", settings.ledger_directory)
    (settings.storage.keys / "ledger.mark").unlink()
    assert refused(settings).kind is Kind.LEDGER_ROLLED_BACK
    with opened(settings, trusting=True) as (parts, ledger):
        accept_restored(parts, ledger, "the disk broke")
    with opened(settings) as (_, ledger):
        assert ledger.size == 7


@pytest.mark.parametrize("how", ["edited", "removed", "reordered"])
def test_a_row_changed_and_the_tree_made_anew_is_refused(settings: Settings, how: str) -> None:
    """By somebody who has the ledger's file and knows its format, but not the mark."""
    day(settings, 20)
    with opened(settings) as (_, ledger):
        leaves = [entry.leaf for entry in ledger.entries(0, 21)]
    if how == "edited":
        leaves[7] = leaves[7].replace(b'"look"', b'"note"')
    elif how == "removed":
        del leaves[7]
    else:
        leaves[7], leaves[8] = leaves[8], leaves[7]
    rebuild(settings.ledger_directory / "ledger.db", leaves)
    assert refused(settings).kind is Kind.LEDGER_ROLLED_BACK


def rebuild(path: Path, leaves: list[bytes]) -> None:
    """The file as the server would have made it of these leaves."""
    from farola.merkle import root_of

    for file in path.parent.glob("ledger.db*"):
        file.unlink()
    connection = sqlite3.connect(path)
    with connection:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.executemany("INSERT INTO entry VALUES (?, ?)", enumerate(leaves))
        for level in range(6):
            for index in range(len(leaves) >> level):
                digest = root_of(leaves[index << level : (index + 1) << level])
                connection.execute("INSERT INTO node VALUES (?, ?, ?)", (level, index, digest))
    connection.close()


def test_another_towns_mark_is_refused(settings: Settings, tmp_path: Path) -> None:
    day(settings, 5)
    other = settings_for(tmp_path / "other")
    day(other, 5)
    shutil.copy(other.storage.keys / "ledger.mark", settings.storage.keys / "ledger.mark")
    assert refused(settings).kind is Kind.LEDGER_ROLLED_BACK


def test_a_lost_signing_key_is_told(settings: Settings) -> None:
    """Made anew it would not be the key by which outsiders know the town."""
    day(settings, 5)
    (settings.storage.keys / "signing" / "ledger.key").write_bytes(b"damaged")
    assert refused(settings).kind is Kind.KEY_WRONG
    (settings.storage.keys / "signing" / "ledger.key").unlink()
    assert refused(settings).kind is Kind.LEDGER_ROLLED_BACK


def test_an_entry_is_opened_for_an_outsider(settings: Settings) -> None:
    with opened(settings) as (_, ledger):
        entry = ledger.append(EntryKind.LOOK, {"camera": "cam-1"})
        assert opened_entry(ledger, entry.index)["body"] == {"camera": "cam-1"}
        ledger.erase([entry.index])
        with pytest.raises(Error) as raised:
            opened_entry(ledger, entry.index)
        assert raised.value.kind is Kind.NOT_FOUND
