"""The notice at a camera as an SVG: A4, no script, nothing from elsewhere."""

from html import escape

from farola.papers.code import code_rows, code_squares
from farola.papers.facts import CameraFacts, Town
from farola.papers.words import TITLE, lines_of, wrapped

_WIDTH, _HEIGHT, _EDGE = 210.0, 297.0, 16.0
_TEXT_WIDTH = 62
_MOST_LINES = 4
_QR = 46.0
_FONT = "system-ui, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"


def notice_svg(town: Town, camera: CameraFacts, page_url: str) -> str:
    """In millimetres. The QR code and the address in print lead to the camera's public page."""
    parts = [
        f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="#fff"/>',
        '<rect width="210" height="86" fill="#12151a"/>',
        _camera(_EDGE, 18),
        _line(78, 36, TITLE[0], 9.2, "700", "#f2a93b"),
        _line(78, 46, TITLE[1], 5.6, "500", "#eceef2"),
        *(
            _line(78, 60 + 6.4 * number, text, 5, "400", "#eceef2")
            for number, text in enumerate(wrapped(camera.place, 44, 2))
        ),
        _line(78, 76, town.name[:44], 5, "700", "#eceef2"),
    ]
    y = 102.0
    for spanish, english, text in lines_of(town, camera):
        parts.append(_line(_EDGE, y, f"{spanish} · {english}", 3.9, "700", "#7a4a06"))
        for line in wrapped(text, _TEXT_WIDTH, _MOST_LINES):
            y += 6.0
            parts.append(_line(_EDGE, y, line, 4.9, "400", "#15181d"))
        y += 9.0
    corner = _HEIGHT - _EDGE - _QR
    parts.append(_code(page_url, _WIDTH - _EDGE - _QR, corner))
    for number, line in enumerate(wrapped(page_url, 48, 3)):
        parts.append(_line(_EDGE, corner + 34 + 5 * number, line, 3.9, "400", "#15181d"))
    parts.append(
        _line(_EDGE, corner + 26, "Más información · More information", 3.9, "700", "#7a4a06")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:g}mm" height="{_HEIGHT:g}mm" '
        f'viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" font-family="{_FONT}" lang="es">'
        f"<title>{escape(TITLE[0])}: {_plain(camera.place)}</title>{''.join(parts)}</svg>\n"
    )


def _code(text: str, x: float, y: float) -> str:
    rows = code_rows(text)
    side = _QR / (len(rows) + 8)
    return (
        f'<g transform="translate({x:g} {y:g}) scale({side:.5f})" shape-rendering="crispEdges">'
        f'<rect width="{len(rows) + 8}" height="{len(rows) + 8}" fill="#fff"/>'
        f'<path d="{code_squares(rows)}" fill="#000"/></g>'
    )


def _camera(x: float, y: float) -> str:
    """The pictogram: a camera on its arm."""
    return (
        f'<g transform="translate({x:g} {y:g})" fill="#f2a93b">'
        '<path d="M2 8 L44 0 L48 20 L6 28 Z"/><circle cx="6" cy="18" r="10" fill="#12151a"/>'
        '<circle cx="6" cy="18" r="7" fill="#f2a93b"/><circle cx="6" cy="18" r="3" fill="#12151a"/>'
        '<path d="M30 24 L36 23 L36 40 L52 40 L52 32 L58 32 L58 54 L52 54 L52 46 L30 46 Z"/></g>'
    )


def _line(x: float, y: float, text: str, size: float, weight: str, colour: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{colour}">{_plain(text)}</text>'
    )


def _plain(text: str) -> str:
    return escape("".join(each if each.isprintable() else " " for each in text))
