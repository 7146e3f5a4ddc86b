"""Pages of text and tables as a PDF, the same bytes for the same facts."""

from collections.abc import Sequence
from html import escape
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

_MOST_TEXT = 2_000
_MOST_NAME = 200
_EDGE = 18 * mm
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=20, leading=26)
_HEAD = ParagraphStyle(
    "head",
    fontName="Helvetica-Bold",
    fontSize=12.5,
    leading=17,
    spaceBefore=12,
    spaceAfter=4,
    keepWithNext=1,
)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13, spaceAfter=4)


def title(text: str) -> Flowable:
    return Paragraph(_safe(text), _TITLE)


def head(text: str) -> Flowable:
    return Paragraph(_safe(text), _HEAD)


def prose(text: str) -> Flowable:
    return Paragraph(_safe(text), _TEXT)


def facts(told: Sequence[tuple[str, str]]) -> list[Flowable]:
    """A table of names and texts; what is empty is left out."""
    cells = [
        [Paragraph(f"<b>{_safe(name[:_MOST_NAME])}</b>", _TEXT), Paragraph(_safe(text), _TEXT)]
        for name, text in told
        if text
    ]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#c9ced6")),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return [Table(cells, [42 * mm, 127 * mm], style=style)] if cells else []


def pdf(story: Sequence[Flowable], name: str) -> bytes:
    """In Spanish, A4; `name` is the document's."""
    out = BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        title=name,
        lang="es",
        invariant=1,
        leftMargin=_EDGE,
        rightMargin=_EDGE,
        topMargin=_EDGE,
        bottomMargin=_EDGE,
    ).build(list(story))
    return out.getvalue()


def _safe(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text[:_MOST_TEXT])
    return escape(plain.encode("cp1252", "replace").decode("cp1252"), quote=False)
