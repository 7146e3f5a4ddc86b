"""Hours end: on record first, then for good, and nothing of them is left anywhere."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from time import sleep

import pytest
from recorded_hours import HOUR, PICTURE, START, Hours, hours_in

from farola.base import Error, Kind, ManualClock
from farola.model import EntryKind, Span, StreamKind
from farola.store import SegmentReader


def of(hours: Hours, kind: EntryKind) -> list[dict[str, object]]:
    entries = hours.ledger.entries(0, hours.ledger.size)
    return [dict(each.body or {}) for each in entries if each.kind is kind]


def hold(hours: Hours, span: Span, days: int = 1, camera: str | None = None) -> str:
    retainer = hours.retainer
    made = retainer.new_hold((camera or hours.camera,), span, "a robbery", "case 12/26", days)
    return retainer.place(made).id


def test_an_hour_ends_and_is_gone(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        paths = hours.record(7)
        assert [hours.readable(path) for path in paths] == [False] * 4 + [True] * 3
        assert [path.exists() for path in paths] == [False] * 4 + [True] * 3
        destroyed = of(hours, EntryKind.KEY_DESTROYED)
        assert [each["start_us"] for each in destroyed] == [START + n * HOUR for n in range(4)]
        assert {each["reason"] for each in destroyed} == {"retention"}
        assert len(list(hours.parts.catalog.recordings.all_segments())) == 3
        assert hours.rows() == hours.files()
        masks = hours.parts.settings.storage.data / "masks"
        assert len(list(masks.rglob("*.mask"))) == 3


def test_a_justification_ends_with_its_day(tmp_path: Path) -> None:
    """START is 21 June 2026, 00:00 UTC."""
    with hours_in(tmp_path, hours=3, classes=("bank 100 2026-06-21 Ordinance 12",)) as hours:
        (path,) = hours.record(1, retention_class="bank")
        hours.clock.advance(20 * HOUR)
        hours.retainer.sweep()
        assert hours.readable(path)
        hours.clock.advance(4 * HOUR)
        hours.retainer.sweep()
        assert not hours.readable(path)


def test_each_class_keeps_its_own_time(tmp_path: Path) -> None:
    with hours_in(tmp_path, hours=3, classes=("bank 10", "school 1")) as hours:
        (bank,) = hours.record(1, retention_class="bank")
        (school,) = hours.record(1, retention_class="school")
        (usual,) = hours.record(1)
        told = {
            (each.epoch.rsplit(".", 1)[1], (each.at_us - START) // HOUR)
            for each in hours.retainer.preview().planned
        }
        assert told == {("bank", 11), ("standard", 6)}
        assert [hours.readable(path) for path in (bank, school, usual)] == [True, False, True]
        hours.clock.advance(4 * HOUR)
        hours.retainer.sweep()
        assert [hours.readable(path) for path in (bank, usual)] == [True, False]
        hours.clock.advance(5 * HOUR)
        hours.retainer.sweep()
        assert not hours.readable(bank)


def test_nothing_of_it_is_found_byte_for_byte(tmp_path: Path) -> None:
    """In catalogue, write-ahead log, caches, masks, files and keystore: no key and no frame."""
    with hours_in(tmp_path) as hours:
        (path,) = hours.record(1)
        header = path.read_bytes()
        epochs = hours.parts.keystore.directory / "epochs"
        (epoch,) = [file.read_bytes() for file in epochs.glob("*.key")]
        cipher = header[-200:-100]
        hours.clock.advance(4 * HOUR)
        assert len(hours.retainer.sweep()) == 1
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert len(files) > 5
        for file in files:
            data = file.read_bytes()
            assert epoch[-40:] not in data, file
            assert cipher not in data, file
            assert PICTURE not in data, file


def test_no_entry_no_destruction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hours_in(tmp_path) as hours:
        (path,) = hours.record(1)
        hours.clock.advance(4 * HOUR)

        def full(kind: EntryKind, body: object) -> None:
            raise Error(Kind.LEDGER_FAILED, "no room")

        with monkeypatch.context() as patched:
            patched.setattr(hours.ledger, "append", full)
            with pytest.raises(Error):
                hours.retainer.sweep()
        assert hours.readable(path)
        assert len(hours.retainer.sweep()) == 1
        assert not hours.readable(path)


def test_a_held_span_stays_and_the_rest_goes(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        other = hours.add_camera("Senda")
        (apart,) = hours.record(1, camera=other)
        held, after = hours.record(2)
        start = START + HOUR
        hold(hours, Span(start, start + HOUR))
        hours.clock.advance(9 * HOUR)
        hours.retainer.sweep()
        assert [hours.readable(path) for path in (apart, held, after)] == [False, True, False]
        assert hours.rows() == hours.files()
        hours.clock.advance(24 * HOUR)
        hours.retainer.sweep()
        assert not held.exists()
        assert [each["why"] for each in of(hours, EntryKind.HOLD_ENDED)] == ["expired"]
        placed = of(hours, EntryKind.HOLD_PLACED)[0]
        assert (placed["reason"], placed["reference"]) == ("a robbery", "case 12/26")


def test_overlapping_holds_and_one_ended_early(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        (path,) = hours.record(1)
        one = hold(hours, Span(START, START + HOUR))
        two = hold(hours, Span(START + 60_000_000, START + HOUR))
        hours.clock.advance(9 * HOUR)
        hours.retainer.sweep()
        hours.retainer.end(one, "the case is closed")
        assert hours.readable(path)
        hours.retainer.end(two, "the case is closed")
        assert not path.exists()
        with pytest.raises(Error) as raised:
            hours.retainer.end(two, "again")
        assert raised.value.kind is Kind.NOT_FOUND


def test_a_hold_over_hours_to_come(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        hold(hours, Span(START, START + 2 * HOUR))
        paths = hours.record(2)
        hours.clock.advance(9 * HOUR)
        hours.retainer.sweep()
        assert all(hours.readable(path) for path in paths)


def test_a_hold_that_cannot_be(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        hours.record(1)
        hours.clock.advance(9 * HOUR)
        hours.retainer.sweep()
        span = Span(START, START + HOUR)
        make = hours.retainer.new_hold
        for wrong, kind in (
            (make((hours.camera,), span, "a robbery", "case", 1), Kind.KEY_DESTROYED),
            (make((hours.camera,), span, " ", "case", 1), Kind.INVALID_INPUT),
            (make((), span, "a robbery", "case", 1), Kind.INVALID_INPUT),
            (make((hours.camera,), span, "a robbery", "case", 4_000), Kind.INVALID_INPUT),
            (make((hours.camera,), span, "a robbery", "case", 0), Kind.INVALID_INPUT),
        ):
            with pytest.raises(Error) as raised:
                hours.retainer.place(wrong)
            assert raised.value.kind is kind
        assert of(hours, EntryKind.HOLD_PLACED) == []


def test_shredding_and_a_hold_that_meet(tmp_path: Path) -> None:
    """Exactly one comes first: then either all is readable, or nothing is and the hold says so."""
    outcomes = set()
    for round_ in range(8):
        with hours_in(tmp_path / str(round_)) as hours:
            (path,) = hours.record(1)
            hours.clock.advance(3 * HOUR)
            told: list[Kind] = []

            def place(hours: Hours = hours, told: list[Kind] = told) -> None:
                try:
                    hold(hours, Span(START, START + HOUR))
                except Error as error:
                    told.append(error.kind)

            holding = threading.Thread(target=place)
            if round_ % 2:
                holding.start()
                hours.retainer.sweep()
            else:
                sweeping = threading.Thread(target=hours.retainer.sweep)
                sweeping.start()
                holding.start()
                sweeping.join()
            holding.join()
            hours.retainer.sweep()
            assert hours.readable(path) is (told == [])
            assert told in ([], [Kind.KEY_DESTROYED])
            outcomes.add(bool(told))
    assert outcomes


def test_a_reader_of_a_destroyed_hour_is_told(tmp_path: Path) -> None:
    """Playback that opens the next file, and a download that is under way."""
    with hours_in(tmp_path) as hours:
        (path,) = hours.record(1)
        recordings, span = hours.parts.catalog.recordings, Span(START, START + HOUR)
        (segment,) = recordings.segments(hours.camera, StreamKind.MAIN, span)
        hours.parts.keystore.destroy_epoch(hours.parts.keystore.epochs()[0])
        with pytest.raises(Error) as raised:
            SegmentReader.open(hours.parts.root / segment.path, hours.parts.keystore)
        assert raised.value.kind is Kind.KEY_DESTROYED
        assert path.exists()


def test_a_keystore_put_back_brings_no_hour_back(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        (path,) = hours.record(1)
        clock = hours.clock
        kept = tmp_path / "copy"
        shutil.copytree(hours.parts.keystore.directory / "epochs", kept)
        shutil.copy(path, tmp_path / "segment")
        clock.advance(5 * HOUR)
        hours.retainer.sweep()
        epochs, place = hours.parts.keystore.directory / "epochs", path
    shutil.rmtree(epochs)
    shutil.copytree(kept, epochs)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(tmp_path / "segment", place)
    with hours_in(tmp_path, clock) as hours:
        assert hours.readable(place)  # nobody has swept yet
        hours.retainer.sweep()
        assert not hours.readable(place)
        assert not place.exists()


def test_a_copy_put_back_brings_no_hold_back(tmp_path: Path) -> None:
    """Neither an old keystore nor an old catalogue keeps what a hold kept before it was ended."""
    with hours_in(tmp_path) as hours:
        (path,) = hours.record(1)
        held = hold(hours, Span(START, START + HOUR))
        hours.clock.advance(5 * HOUR)
        hours.retainer.sweep()
        shutil.copytree(hours.parts.keystore.directory / "holds", tmp_path / "copy")
        kept = path.read_bytes()
        hours.retainer.end(held, "the case is closed")
        shutil.rmtree(hours.parts.keystore.directory / "holds")
        shutil.copytree(tmp_path / "copy", hours.parts.keystore.directory / "holds")
        with hours.parts.catalog._database.write() as connection:
            connection.exec_driver_sql("UPDATE holds SET ended_us = NULL")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept)
        clock = hours.clock
    with hours_in(tmp_path, clock) as hours:
        assert hours.readable(path)  # nobody has swept yet
        hours.retainer.sweep()
        assert hours.retainer.holds() == ()
        assert hours.parts.keystore.holds() == []
        assert not path.exists()
        assert len(of(hours, EntryKind.HOLD_ENDED)) == 1


def test_a_full_disk_shortens_nothing_silently(tmp_path: Path) -> None:
    plenty = 1 << 60
    with hours_in(tmp_path, early_alarm_bytes=plenty) as hours:
        paths = hours.record(2)
        assert all(hours.readable(path) for path in paths)
        assert [alarm.kind for alarm in hours.retainer.alarms()] == [Kind.DISK_SHORT]
    with hours_in(tmp_path / "allowed", early_alarm_bytes=plenty, minimum_hours=2) as hours:
        (held,) = hours.record(1)
        hold(hours, Span(START, START + HOUR))
        paths = hours.record(3)
        assert [hours.readable(path) for path in (held, *paths)] == [True, False, True, True]
        reasons = [each["reason"] for each in of(hours, EntryKind.KEY_DESTROYED)]
        assert reasons == ["disk_pressure", "disk_pressure"]


def test_the_preview_tells_what_comes(tmp_path: Path) -> None:
    with hours_in(tmp_path) as hours:
        hours.record(2)
        preview = hours.retainer.preview()
        hours.clock.advance(2 * HOUR)
        assert preview.planned[0].at_us - preview.now_us <= 2 * HOUR
        assert [each.epoch for each in hours.retainer.sweep()] == [preview.planned[0].epoch]


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.04, 0.06])
def test_a_kill_at_any_point_is_gone_on_from(tmp_path: Path, pause: float) -> None:
    with hours_in(tmp_path) as hours:
        paths = hours.record(3)
        hours.record(3, camera=hours.add_camera("Senda"))
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from recorded_hours import START, HOUR, hours_in\n"
        "from farola.base import ManualClock\n"
        "with hours_in(Path(sys.argv[1]), ManualClock(START + 30 * HOUR)) as hours:\n"
        "    print('ready', flush=True)\n"
        "    hours.retainer.sweep()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        sleep(pause)
        child.kill()
    with hours_in(tmp_path, ManualClock(START + 31 * HOUR)) as hours:
        hours.retainer.sweep()
        assert not any(path.exists() for path in paths)
        assert hours.parts.keystore.epochs() == []
        assert list(hours.parts.catalog.recordings.all_segments()) == []
        written = [each["epoch"] for each in of(hours, EntryKind.KEY_DESTROYED)]
        assert set(written) == hours.parts.keystore.destroyed()
