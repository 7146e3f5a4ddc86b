"""The auditor's report on a span as a PDF: what was done, by whom, and what stands out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from farola.model import Span
from farola.oversight.conduct import Conduct
from farola.oversight.report_words import WORDS
from farola.oversight.unusual import Finding

_MOST_ROWS = 500
_MOST_TEXT = 600
_AMBER = colors.HexColor("#b45309")
_LINE = colors.HexColor("#c9ced6")
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=20, leading=26)
_HEAD = ParagraphStyle(
    "head", fontName="Helvetica-Bold", fontSize=13, leading=18, spaceBefore=12, spaceAfter=4
)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13)
_CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.5, leading=11)
_CODE = ParagraphStyle("code", fontName="Courier", fontSize=8, leading=10.5)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report says. `places` names cameras by id, `notes` are auditors' own with their entry
    number; the checkpoint is the note that covers all of the entries.
    """

    town: str
    language: str
    span: Span
    zone: ZoneInfo
    made_us: int
    made_by: str
    entries: int
    conduct: Conduct
    findings: Sequence[Finding]
    notes: Sequence[tuple[int, str, str]]
    places: dict[str, str]
    checkpoint: str


def report_pdf(facts: ReportFacts) -> bytes:
    """The same bytes for the same facts. `language` is `es` or `en`."""
    words = WORDS[facts.language]
    story: list[Flowable] = [
        Paragraph(_safe(words["title"]), _TITLE),
        Paragraph(_safe(facts.town), _HEAD),
        Paragraph(
            _safe(
                words["about"].format(
                    start=_time(facts.span.start_us, facts.zone),
                    end=_time(facts.span.end_us, facts.zone),
                    made=_time(facts.made_us, facts.zone),
                    by=facts.made_by,
                    entries=facts.entries,
                )
            ),
            _TEXT,
        ),
        *_findings(facts, words),
        *_people(facts, words),
        *_cameras(facts, words),
        *_notes(facts, words),
        Paragraph(_safe(words["checkpoint"]), _HEAD),
        Paragraph(_safe(words["checkpoint_text"]), _TEXT),
        Spacer(1, 2 * mm),
        *(Paragraph(_safe(line) or "&nbsp;", _CODE) for line in facts.checkpoint.splitlines()),
    ]
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=f"{words['title']} - {facts.town}",
        author=facts.town,
        lang=facts.language,
        invariant=1,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
    )
    document.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return out.getvalue()


def _findings(facts: ReportFacts, words: dict[str, str]) -> list[Flowable]:
    rows = [
        [
            words[f"finding_{each.kind.value}"],
            each.name + (f" / {each.other_name}" if each.other_name else ""),
            str(each.count),
            ", ".join(str(index) for index in each.entries[:12])
            + (" …" if len(each.entries) > 12 else ""),
        ]
        for each in facts.findings
    ]
    heads = [words["what"], words["who"], words["count"], words["entries"]]
    return _section(words["unusual"], heads, rows, words["unusual_none"], (62, 42, 16, 54))


def _people(facts: ReportFacts, words: dict[str, str]) -> list[Flowable]:
    rows = [
        [
            each.name or each.person_id,
            str(each.looks),
            str(each.originals),
            _lasting(each.seconds),
            str(each.exports),
            str(each.requests),
            str(each.granted),
            str(each.refused),
        ]
        for each in facts.conduct.people
    ]
    heads = [
        words[name]
        for name in (
            "who", "looks", "originals", "time", "exports", "requests", "granted", "refused",
        )
    ]  # fmt: skip
    return _section(words["people"], heads, rows, words["none"], (46, 16, 20, 22, 18, 18, 18, 16))


def _cameras(facts: ReportFacts, words: dict[str, str]) -> list[Flowable]:
    rows = [
        [
            facts.places.get(each.camera_id, each.camera_id),
            str(len(each.people)),
            str(each.looks),
            str(each.originals),
            _lasting(each.seconds),
            str(each.exports),
        ]
        for each in facts.conduct.cameras
    ]
    heads = [words[name] for name in ("camera", "people", "looks", "originals", "time", "exports")]
    return _section(words["cameras"], heads, rows, words["none"], (66, 22, 20, 24, 22, 20))


def _notes(facts: ReportFacts, words: dict[str, str]) -> list[Flowable]:
    rows = [[str(index), who, said] for index, who, said in facts.notes]
    heads = [words["entries"], words["who"], words["note"]]
    return _section(words["notes"], heads, rows, words["none"], (22, 40, 112))


def _section(
    title: str, heads: list[str], rows: list[list[str]], none: str, widths: tuple[float, ...]
) -> list[Flowable]:
    head = Paragraph(_safe(title), _HEAD)
    if not rows:
        return [head, Paragraph(_safe(none), _TEXT)]
    cells = [
        [Paragraph(f"<b>{_safe(each)}</b>", _CELL) for each in heads],
        *([Paragraph(_safe(each), _CELL) for each in row] for row in rows[:_MOST_ROWS]),
    ]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 1, _AMBER),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, _LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    table = Table(cells, [width * mm for width in widths], style=style, repeatRows=1)
    return [head, table]


def _numbered(canvas: Canvas, document: object) -> None:
    """The page's number."""
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(canvas.getPageNumber()))


def _safe(text: str) -> str:
    """For a paragraph's markup, in the letters that the font has."""
    plain = "".join(each if each.isprintable() else " " for each in text[:_MOST_TEXT])
    return escape(plain.encode("cp1252", "replace").decode("cp1252"), quote=False)


def _time(us: int, zone: ZoneInfo) -> str:
    local = datetime.fromtimestamp(us // 1_000_000, UTC).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M %Z}"


def _lasting(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
