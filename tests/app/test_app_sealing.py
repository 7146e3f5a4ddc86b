"""What was recorded is on the ledger by the hour: nothing of it is changed without being seen."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from recorded_hours import HOUR, START, Hours, hours_in

from farola.app.checking import check_town, rebuild_town
from farola.app.sealing import Sealer, check_seals
from farola.base import Error, Kind
from farola.catalog import FindingKind
from farola.model import EntryKind
from farola.store import scan, stored_hash

DAY = 24


def sealed(hours: Hours) -> list[dict[str, Any]]:
    entries = hours.ledger.entries(0, hours.ledger.size)
    return [dict(each.body or {}) for each in entries if each.kind is EntryKind.HOUR_SEALED]


def broken(hours: Hours, *, read_all: bool = False) -> list[str]:
    found = check_seals(hours.parts, hours.ledger, read_all=read_all)
    assert {each.kind for each in found} <= {FindingKind.SEAL_BROKEN}
    return [each.subject for each in found]


def leaf(data: bytes) -> bytes:
    """RFC 6962, 2.1, written out once more."""
    return hashlib.sha256(b"\x00" + data).digest()


def test_an_hour_is_sealed_once_it_is_over(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        sealer = Sealer(hours.parts, hours.ledger)
        (path,) = hours.record(1)
        assert sealer.seal() == 0  # the hour has just ended: a file may still be closing
        hours.clock.advance(120_000_000)
        assert (sealer.seal(), sealer.seal()) == (1, 0)
        (told,) = sealed(hours)
        (fragment,) = scan(path).fragments
        root = leaf(leaf(stored_hash(path, fragment)))
        assert told["streams"] == {"main": {"files": 1, "root": root.hex()}}
        assert (told["camera"], told["start_us"], told["end_us"]) == (
            hours.camera, START, START + HOUR
        )  # fmt: skip
        assert broken(hours, read_all=True) == []


def test_cameras_and_hours_have_entries_of_their_own_and_a_late_file_another(
    tmp_path: Path,
) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        sealer = Sealer(hours.parts, hours.ledger)
        other = hours.add_camera("Senda")
        hours.record(2)
        hours.record(1, camera=other)
        hours.clock.advance(120_000_000)
        assert sealer.seal() == 3
        hours.clock.advance(-3 * HOUR)  # somebody sets the clock back: an hour is recorded again
        hours.record(1)
        hours.clock.advance(3 * HOUR)
        assert sealer.seal() == 1
        told = [(each["camera"], (each["start_us"] - START) // HOUR) for each in sealed(hours)]
        assert sorted(told) == sorted([(hours.camera, 0), (hours.camera, 0), (hours.camera, 1),
                                       (other, 2)])  # fmt: skip
        assert broken(hours) == []


@pytest.mark.parametrize("when", ["before the entry", "after the entry"])
def test_a_kill_in_between_seals_the_same_once_more(
    tmp_path: Path, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        sealer = Sealer(hours.parts, hours.ledger)
        hours.record(1)
        hours.clock.advance(120_000_000)

        def fails(*_: object) -> None:
            raise Error(Kind.LEDGER_FAILED, "killed here")

        with monkeypatch.context() as patched:
            if when == "before the entry":
                patched.setattr(hours.ledger, "append_all", fails)
            else:
                patched.setattr(hours.parts.catalog.seals, "entered", fails)
            with pytest.raises(Error):
                sealer.seal()
        assert Sealer(hours.parts, hours.ledger).seal() == 1
        names = [each["seal"] for each in sealed(hours)]
        assert len(set(names)) == 1
        assert len(names) == (1 if when == "before the entry" else 2)
        assert broken(hours) == []


def sealed_hours(hours: Hours) -> list[Path]:
    paths = hours.record(2)
    hours.clock.advance(120_000_000)
    Sealer(hours.parts, hours.ledger).seal()
    assert broken(hours, read_all=True) == []
    return paths


def name(hours: Hours, path: Path) -> str:
    return str(path.relative_to(hours.parts.root))


def test_a_recording_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        first, _ = sealed_hours(hours)
        first.unlink()
        hours.parts.catalog.recordings.delete_segment(name(hours, first))
        assert check_town(hours.parts) == []  # catalogue and files agree: the ledger does not
        assert broken(hours) == [f"{hours.camera}/2026-06-21T00"]


def test_a_changed_root_and_one_put_under_the_seal_are_seen(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        sealed_hours(hours)
        catalog = hours.parts.catalog
        seals = [catalog.seals.files(each["seal"])[0].seal for each in sealed(hours)]
        with catalog._database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE segment_roots SET seal = ? WHERE seal = ?", (seals[0], seals[1])
            )
        assert len(broken(hours)) == 2


def test_a_file_put_in_place_of_another_is_seen(tmp_path: Path) -> None:
    """A whole file of the same camera that the catalogue's row was made to fit."""
    with hours_in(tmp_path, hours=DAY) as hours:
        first, second = sealed_hours(hours)
        shutil.copyfile(second, first)
        assert broken(hours) == []
        assert broken(hours, read_all=True) == [name(hours, first)]


def test_shredded_hours_are_not_missed(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=3) as hours:
        first, second = sealed_hours(hours)
        hours.clock.advance(2 * HOUR)
        hours.retainer.sweep()
        assert (first.exists(), second.exists()) == (False, True)
        assert broken(hours, read_all=True) == []


def test_an_hour_shredded_while_it_is_sealed_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        first, _ = hours.record(2)
        hours.clock.advance(120_000_000)
        seals, recordings = hours.parts.catalog.seals, hours.parts.catalog.recordings
        unentered = seals.unentered

        def shredded_then(limit: int) -> list[str]:
            found = unentered(limit)
            recordings.delete_segment(name(hours, first))
            return found

        monkeypatch.setattr(seals, "unentered", shredded_then)
        assert Sealer(hours.parts, hours.ledger).seal() == 1
        assert [each["start_us"] for each in sealed(hours)] == [START + HOUR]


def test_all_hours_shredded_while_they_are_sealed_leave_no_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        hours.record(1)
        hours.clock.advance(120_000_000)
        monkeypatch.setattr(hours.parts.catalog.seals, "files", lambda _seal: [])
        assert Sealer(hours.parts, hours.ledger).seal() == 0
        assert sealed(hours) == []


def test_an_hour_shredded_while_seals_are_checked_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hours_in(tmp_path, hours=3) as hours:
        sealed_hours(hours)
        hours.clock.advance(2 * HOUR)
        find = hours.ledger.find

        def shredded_then(*asked: Any) -> Any:
            hours.retainer.sweep()
            return find(*asked)

        monkeypatch.setattr(hours.ledger, "find", shredded_then)
        assert broken(hours) == []


def test_a_catalogue_made_again_from_the_files_breaks_no_seal(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        first, _ = sealed_hours(hours)
        with hours.parts.catalog._database.write() as connection:
            for table in ("segment_roots", "segments"):
                connection.exec_driver_sql(f"DELETE FROM {table}")
        assert rebuild_town(hours.parts).segments == 2
        assert broken(hours, read_all=True) == []
        first.unlink()
        hours.parts.catalog.recordings.delete_segment(name(hours, first))
        assert len(broken(hours)) == 1


def test_an_open_file_waits(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=DAY) as hours:
        (path,) = hours.record(1)
        recordings = hours.parts.catalog.recordings
        row = recordings.segment(name(hours, path))
        assert row is not None
        recordings.save_segment(replace(row, open=True, root=b""))
        hours.clock.advance(120_000_000)
        sealer = Sealer(hours.parts, hours.ledger)
        assert sealer.seal() == 0
        recordings.save_segment(replace(row, open=False))
        assert sealer.seal() == 1
