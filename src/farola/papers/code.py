"""QR codes as SVG."""

import segno


def code_rows(text: str) -> list[list[bool]]:
    """The QR code's squares, without a quiet zone; True is dark."""
    code = segno.make(text, error="m", micro=False)
    return [[bool(cell) for cell in row] for row in code.matrix]


def code_squares(rows: list[list[bool]]) -> str:
    """The dark squares as an SVG path, in a quiet zone of four."""
    return "".join(
        f"M{column + 4} {row + 4}h1v1h-1z"
        for row, cells in enumerate(rows)
        for column, dark in enumerate(cells)
        if dark
    )


def code_svg(text: str) -> str:
    """A page with nothing but the code, 120 mm wide, to be printed or shown."""
    rows = code_rows(text)
    side = len(rows) + 8
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="120mm" height="120mm" '
        f'viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{code_squares(rows)}" fill="#000"/></svg>\n'
    )
