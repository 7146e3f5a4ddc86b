"""The auditor's desk: entries, patterns, notes, and reports that are signed."""

import hashlib
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from farola.access import who
from farola.app.ledger import opened_entry, origin_of
from farola.app.parts import Parts
from farola.base import Error, Kind
from farola.ledger import EntryFilter, EntryPage, Ledger, NoteKey, NoteVerifier
from farola.merkle import Note, opened
from farola.model import Body, Entry, EntryKind, Session, Span, parse_shift
from farola.oversight import (
    Conduct,
    Finding,
    ReportFacts,
    conduct,
    report_pdf,
    unusual,
)

_PAGE = 500
_MOST_ENTRIES = 200_000
_KEY = "report"
_MARK = b"\n%farola-report-1\n"
_OF_CONDUCT = frozenset(
    {
        EntryKind.LOOK,
        EntryKind.LOOK_ENDED,
        EntryKind.EXPORT,
        EntryKind.ORIGINAL_REQUESTED,
        EntryKind.GRANTED,
        EntryKind.REFUSED,
        EntryKind.GLASS_BROKEN,
        EntryKind.GLASS_REVIEWED,
        EntryKind.NOTE,
    }
)


class AuditDesk:
    """Blocking. Reads everything about conduct; adds nothing but notes and reports."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._zone = ZoneInfo(parts.settings.site.zone or "UTC")
        signer = parts.keystore.signing_key(_KEY, create=True)
        self._key = NoteKey(f"{origin_of(parts)}/report", signer)

    @property
    def verifier(self) -> str:
        """The public key by which reports are checked."""
        return str(self._key.verifier)

    def entries(self, asked: EntryFilter, before: int | None, limit: int) -> EntryPage:
        """Newest first."""
        return self._ledger.find(asked, before, limit)

    def opened(self, index: int) -> Body:
        """One entry with its proof, for an outsider to check. Raises NOT_FOUND."""
        return opened_entry(self._ledger, index)

    def conduct(self, span: Span) -> tuple[Conduct, list[Finding]]:
        """Who did what in the span, and what of it stands out. Raises TOO_LARGE."""
        entries = self._of_conduct(span)
        return conduct(entries), self._findings(entries)

    def note(self, by: Session, text: str, about: int | None) -> None:
        """An auditor's own words, on record. Raises NOT_FOUND for an entry that is not there."""
        if about is not None and not 0 <= about < self._ledger.size:
            raise Error(Kind.NOT_FOUND, "there is no such entry")
        self._ledger.append(EntryKind.NOTE, {**who(by), "text": text, "about": about})

    def report(self, by: Session, span: Span, language: str) -> bytes:
        """A PDF on the span, signed; its digest is on the ledger before it is given out."""
        note = self._ledger.checkpoint()
        entries = self._of_conduct(span)
        pdf = report_pdf(
            ReportFacts(
                town=self._parts.settings.site.name,
                language=language,
                span=span,
                zone=self._zone,
                made_us=self._parts.clock.wall_us(),
                made_by=by.person.name,
                entries=len(entries),
                conduct=conduct(entries),
                findings=self._findings(entries),
                notes=[
                    (each.index, str(body.get("person_name", "")), str(body.get("text", "")))
                    for each in entries
                    if each.kind is EntryKind.NOTE and (body := each.body or {})
                ],
                places={each.id: each.place for each in self._parts.catalog.cameras.list()},
                checkpoint=str(note),
            )
        )
        digest = hashlib.sha256(pdf).hexdigest()
        told: Body = {"start_us": span.start_us, "end_us": span.end_us, "sha256": digest}
        self._ledger.append(EntryKind.REPORT_MADE, {**who(by), **told})
        return sealed(pdf, self._key)

    def _findings(self, entries: list[Entry]) -> list[Finding]:
        roles = {
            person.id: frozenset(each.role.value for each in person.assignments)
            for person in self._parts.catalog.people.list()
        }
        return unusual(
            entries,
            shifts=[parse_shift(each) for each in self._parts.settings.oversight.shifts],
            roles=roles,
            zone=self._zone,
            now_us=self._parts.clock.wall_us(),
        )

    def _of_conduct(self, span: Span) -> list[Entry]:
        found = list(entries_of(self._ledger, EntryFilter(_OF_CONDUCT, span=span), _MOST_ENTRIES))
        return found[::-1]


def entries_of(ledger: Ledger, asked: EntryFilter, most: int) -> Iterator[Entry]:
    """All entries that fit, newest first. Raises TOO_LARGE for more than `most`."""
    before, count = None, 0
    while True:
        page = ledger.find(asked, before, _PAGE)
        count += len(page.entries)
        if count > most:
            raise Error(Kind.TOO_LARGE, f"more than {most} entries: ask for a shorter span")
        yield from page.entries
        before = page.next
        if before is None:
            return


def sealed(pdf: bytes, key: NoteKey) -> bytes:
    """The PDF with a signed note behind it, in comment lines that readers of PDFs pass over."""
    note = key.note(f"{key.name}\n{hashlib.sha256(pdf).hexdigest()}\n{len(pdf)}\n")
    return pdf + _MARK + _commented(note)


def _commented(note: Note) -> bytes:
    return b"".join(b"%" + line.encode() + b"\n" for line in str(note).splitlines())


def check_sealed(data: bytes, verifier: NoteVerifier) -> None:
    """Raises Error(INVALID_INPUT) unless the report is whole and signed by this key."""
    pdf, mark, lines = data.rpartition(_MARK)
    if not mark:
        raise Error(Kind.INVALID_INPUT, "this report has no signature")
    try:
        text = "".join(f"{line.removeprefix('%')}\n" for line in lines.decode().splitlines())
        note = Note.parse(text)
        opened(note, [verifier])
    except ValueError as error:
        raise Error(Kind.INVALID_INPUT, f"the report's signature is wrong: {error}") from error
    told = note.text.splitlines()[1:]
    if lines != _commented(note) or told != [hashlib.sha256(pdf).hexdigest(), str(len(pdf))]:
        raise Error(Kind.INVALID_INPUT, "the report was changed after it was signed")
