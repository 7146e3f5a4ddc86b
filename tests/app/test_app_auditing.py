"""The auditor's desk over a real ledger: patterns, notes, reports that nobody can change."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from farola.app.auditing import AuditDesk, check_sealed
from farola.app.documents import Documents
from farola.app.ledger import begin, open_ledger
from farola.app.parts import Parts, open_parts
from farola.app.publishing import SitePublisher
from farola.app.witnesses import Witnesses
from farola.base import Error, Kind, ManualClock
from farola.config import Settings
from farola.ledger import EntryFilter, Ledger, parse_verifier
from farola.model import Address, CameraDraft, EntryKind, Papers, Person, Session, Span

NOW_US = 1_795_500_000_000_000
WHOLE = Span(NOW_US - 1_000_000, NOW_US + 3_600_000_000)
AUDITOR = Session(Person("per-9", "auditora", 0), 0, 1, "ses-9")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = Settings.parse(
        {
            "site": {"name": "Villa", "zone": "America/Argentina/Buenos_Aires"},
            "storage": {"data": tmp_path / "data", "keys": tmp_path / "keys"},
            "oversight": {"shifts": ["ana 1-7 00:00-00:01"]},
        }
    )
    with open_parts(settings, ManualClock(NOW_US), create=True) as parts:
        yield parts


@pytest.fixture
def ledger(parts: Parts) -> Iterator[Ledger]:
    with open_ledger(parts) as ledger:
        begin(ledger)
        who = {"person": "per-1", "person_name": "ana", "session": "ses-1"}
        look = {**who, "camera": "cam-1", "rendition": "redacted"}
        ledger.append(EntryKind.LOOK, {**look, "live": True})
        ledger.append(EntryKind.LOOK_ENDED, {**look, "seconds": 90})
        yield ledger


def test_conduct_is_read_from_the_ledger(parts: Parts, ledger: Ledger) -> None:
    desk = AuditDesk(parts, ledger)
    found, findings = desk.conduct(WHOLE)
    assert [(each.name, each.seconds) for each in found.people] == [("ana", 90)]
    assert [(each.kind.value, each.entries) for each in findings] == [("off_shift", (1,))]
    assert desk.conduct(Span(0, 1))[0].people == ()


def test_a_note_is_on_record_and_about_an_entry_that_is_there(parts: Parts, ledger: Ledger) -> None:
    desk = AuditDesk(parts, ledger)
    desk.note(AUDITOR, "asked her about it", 1)
    with pytest.raises(Error) as error:
        desk.note(AUDITOR, "nothing", 999)
    assert error.value.kind is Kind.NOT_FOUND
    (note,) = desk.entries(EntryFilter(frozenset({EntryKind.NOTE})), None, 10).entries
    assert note.body is not None
    assert (note.body["text"], note.body["about"]) == ("asked her about it", 1)


def test_a_report_is_signed_on_record_and_unchangeable(parts: Parts, ledger: Ledger) -> None:
    desk = AuditDesk(parts, ledger)
    report = desk.report(AUDITOR, WHOLE, "es")
    verifier = parse_verifier(desk.verifier)
    check_sealed(report, verifier)
    assert report.startswith(b"%PDF")
    (entry,) = desk.entries(EntryFilter(frozenset({EntryKind.REPORT_MADE})), None, 1).entries
    assert entry.body is not None
    assert str(entry.body["sha256"]).encode() in report
    for place in range(0, len(report), 97):
        changed = bytearray(report)
        changed[place] ^= 1
        with pytest.raises(Error) as error:
            check_sealed(bytes(changed), verifier)
        assert error.value.kind is Kind.INVALID_INPUT
    for size in (0, 1, len(report) // 2, len(report) - 1):
        with pytest.raises(Error):
            check_sealed(report[:size], verifier)
    with pytest.raises(Error):
        check_sealed(report, parse_verifier(ledger.verifier))


def test_without_an_entry_there_is_no_report(parts: Parts, ledger: Ledger) -> None:
    desk = AuditDesk(parts, ledger)
    ledger.close()
    with pytest.raises(Error) as error:
        desk.report(AUDITOR, WHOLE, "es")
    assert error.value.kind is Kind.LEDGER_FAILED


def test_the_public_page_is_made_of_files_and_moves_with_the_ledger(
    parts: Parts, ledger: Ledger
) -> None:
    witnesses = Witnesses(parts.settings.ledger, ledger, parts.clock)
    publisher = SitePublisher(parts, ledger, witnesses, lambda _: 72)
    publisher.publish()
    folder = parts.settings.public_directory
    first = (folder / "numbers.json").read_text()
    assert '"looks": null' in first
    assert not list((folder / "camera").glob("*.svg"))  # no address for its code to lead to
    assert "ana" not in (folder / "index.html").read_text()
    for _ in range(9):
        look = {"person": "per-1", "person_name": "ana", "camera": "cam-1"}
        ledger.append(EntryKind.LOOK_ENDED, {**look, "rendition": "redacted", "seconds": 5})
    (folder / "camera").mkdir(exist_ok=True)
    (folder / "camera" / "cam-gone.html").write_text("old")
    publisher.publish()
    assert '"looks": 10' in (folder / "numbers.json").read_text()
    assert not (folder / "camera" / "cam-gone.html").exists()
    assert (folder / "index.html").stat().st_mode & 0o777 == 0o644


def test_notices_and_register_are_made_of_what_is_configured(tmp_path: Path) -> None:
    settings = Settings.parse(
        {
            "site": {"name": "Villa", "office": "Convivencia"},
            "storage": {"data": tmp_path / "data", "keys": tmp_path / "keys"},
            "public": {"url": "https://cameras.example/"},
        }
    )
    papers = Papers("safety", "by-law 7", "public works")
    address = Address("rtsp", "10.0.0.9", 554, "/main")
    with (
        open_parts(settings, ManualClock(NOW_US), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        camera = parts.catalog.cameras.add(
            CameraDraft("north", "North gate", address, None, papers, enabled=True)
        )
        witnesses = Witnesses(settings.ledger, ledger, parts.clock)
        SitePublisher(parts, ledger, witnesses, lambda _: 72).publish()
        folder = settings.public_directory / "camera"
        drawn = (folder / f"{camera.id}.svg").read_text()
        told = "".join(re.findall(r"<text[^>]*>(.*?)</text>", drawn))
        assert f"https://cameras.example/camera/{camera.id}.html" in told
        assert (folder / f"{camera.id}.pdf").read_bytes().startswith(b"%PDF")
        assert f"{camera.id}.svg" in (folder / f"{camera.id}.html").read_text()
        assert Documents(parts, lambda _: 72).register().startswith(b"%PDF")
