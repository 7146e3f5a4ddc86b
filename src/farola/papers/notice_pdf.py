"""The notice at a camera as a PDF, to be printed."""

from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from farola.papers.code import code_rows
from farola.papers.facts import CameraFacts, Town
from farola.papers.words import TITLE, lines_of, wrapped

_EDGE = 16.0
_QR = 46.0
_HEIGHT = 297.0
_INK, _AMBER, _DARK, _LIGHT = (
    HexColor(each) for each in ("#15181d", "#7a4a06", "#12151a", "#eceef2")
)
_LAMP = HexColor("#f2a93b")
_BODY = ((2, 8), (44, 0), (48, 20), (6, 28))
_ARM = (
    *((30, 24), (36, 23), (36, 40), (52, 40), (52, 32)),
    *((58, 32), (58, 54), (52, 54), (52, 46), (30, 46)),
)


def notice_pdf(town: Town, camera: CameraFacts, page_url: str) -> bytes:
    """A4, the same bytes for the same facts."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, lang="es")
    canvas.setTitle(f"{TITLE[0]}: {_latin(camera.place)}")
    canvas.setFillColor(_DARK)
    canvas.rect(0, (_HEIGHT - 86) * mm, 210 * mm, 86 * mm, stroke=0, fill=1)
    _camera(canvas)
    _line(canvas, 78, 36, TITLE[0], 27, _LAMP, bold=True)
    _line(canvas, 78, 46, TITLE[1], 15, _LIGHT)
    for number, text in enumerate(wrapped(camera.place, 44, 2)):
        _line(canvas, 78, 60 + 6.4 * number, text, 13.5, _LIGHT)
    _line(canvas, 78, 76, town.name[:44], 13.5, _LIGHT, bold=True)
    y = 102.0
    for spanish, english, text in lines_of(town, camera):
        _line(canvas, _EDGE, y, f"{spanish} · {english}", 10.5, _AMBER, bold=True)
        for line in wrapped(text, 62, 4):
            y += 6.0
            _line(canvas, _EDGE, y, line, 13, _INK)
        y += 9.0
    corner = _HEIGHT - _EDGE - _QR
    _line(canvas, _EDGE, corner + 26, "Más información · More information", 10.5, _AMBER, bold=True)
    for number, line in enumerate(wrapped(page_url, 48, 3)):
        _line(canvas, _EDGE, corner + 34 + 5 * number, line, 10.5, _INK)
    _code(canvas, page_url, 210 - _EDGE - _QR, corner)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _line(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    size: float,
    colour: HexColor,
    *,
    bold: bool = False,
) -> None:
    canvas.setFillColor(colour)
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
    canvas.drawString(x * mm, (_HEIGHT - y) * mm, _latin(text))


def _camera(canvas: Canvas) -> None:
    """The pictogram, as in the SVG: its y axis points down."""
    canvas.saveState()
    canvas.translate(_EDGE * mm, (_HEIGHT - 18) * mm)
    canvas.scale(mm, -mm)
    for points in (
        ((2, 8), (44, 0), (48, 20), (6, 28)),
        (
            (30, 24),
            (36, 23),
            (36, 40),
            (52, 40),
            (52, 32),
            (58, 32),
            (58, 54),
            (52, 54),
            (52, 46),
            (30, 46),
        ),
    ):
        path = canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        canvas.setFillColor(_LAMP)
        canvas.drawPath(path, stroke=0, fill=1)
    for radius, colour in ((10, _DARK), (7, _LAMP), (3, _DARK)):
        canvas.setFillColor(colour)
        canvas.circle(6, 18, radius, stroke=0, fill=1)
    canvas.restoreState()


def _code(canvas: Canvas, text: str, x: float, y: float) -> None:
    rows = code_rows(text)
    side = _QR * mm / (len(rows) + 8)
    top = (_HEIGHT - y) * mm
    canvas.setFillColor(HexColor("#000000"))
    for row, cells in enumerate(rows):
        for column, dark in enumerate(cells):
            if dark:
                canvas.rect(
                    x * mm + (column + 4) * side,
                    top - (row + 5) * side,
                    side,
                    side,
                    stroke=0,
                    fill=1,
                )


def _latin(text: str) -> str:
    """In the letters that the font has."""
    return text.encode("cp1252", "replace").decode("cp1252")
