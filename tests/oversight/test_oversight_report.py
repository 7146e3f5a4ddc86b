"""The auditor's report: a PDF that says everything and survives whatever people wrote."""

import re
import zlib
from base64 import a85decode
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from oversight_entries import Diary

from farola.model import EntryKind, Span
from farola.oversight import ReportFacts, conduct, report_pdf, unusual

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")


def facts(diary: Diary | None = None) -> ReportFacts:
    diary = diary or Diary()
    return ReportFacts(
        town="Villa Farola",
        language="es",
        span=Span(1_795_000_000_000_000, 1_795_600_000_000_000),
        zone=ZONE,
        made_us=1_795_600_000_000_000,
        made_by="auditora",
        entries=len(diary.entries),
        conduct=conduct(diary.entries),
        findings=unusual(diary.entries, zone=ZONE, now_us=diary.now_us),
        notes=[(3, "auditora", "Revisado con la supervisora.")],
        places={"cam-1": "Plaza"},
        checkpoint="villa/ledger\n7\nAAAA\n\n— villa/ledger BBBB\n",
    )


def text_of(pdf: bytes) -> str:
    """The texts that the pages draw, in order."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    found = []
    for stream in streams:
        try:
            content = zlib.decompress(
                a85decode(stream.strip(), adobe=False)
                if b"~>" not in stream
                else a85decode(b"<~" + stream.strip(), adobe=True)
            )
        except (ValueError, zlib.error):
            continue
        found += re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", content)
    raw = b" ".join(found).decode("latin-1")
    return re.sub(r"\\(\d{3})", lambda code: bytes([int(code[1], 8)]).decode("cp1252"), raw)


def test_a_report_names_people_places_findings_and_its_checkpoint() -> None:
    diary = Diary()
    diary.looked("operadora", 3_725)
    diary.add(EntryKind.GRANTED, "supervisora", incident="", reference="")
    text = text_of(report_pdf(facts(diary)))
    for words in ("Informe de auditor", "operadora", "1:02:05", "Plaza", "supervisora"):
        assert words in text
    assert "Original sin incidente ni causa" in text
    assert "Revisado con la supervisora." in text
    assert "villa/ledger" in text


def test_the_same_facts_make_the_same_bytes() -> None:
    assert report_pdf(facts()) == report_pdf(facts())
    assert report_pdf(replace(facts(), language="en")) != report_pdf(facts())


@pytest.mark.parametrize(
    "name", ["<b>bold", "a & b < c", "\u202egnp.exe", "名前", "x" * 3_000, "\x00\x07", "</para>"]
)
def test_hostile_names_make_no_markup(name: str) -> None:
    diary = Diary()
    diary.looked(name, 60)
    made = replace(facts(diary), town=name, notes=[(1, name, name * 3)], places={"cam-1": name})
    assert report_pdf(made).startswith(b"%PDF")


def test_many_rows_take_many_pages() -> None:
    diary = Diary()
    for number in range(400):
        diary.looked(f"persona {number}", number)
    pdf = report_pdf(facts(diary))
    assert len(re.findall(rb"/Type /Page\b", pdf)) > 5
