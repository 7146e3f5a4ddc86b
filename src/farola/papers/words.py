"""What a notice says, in Spanish first and then in English."""

from collections.abc import Sequence

from farola.papers.facts import CameraFacts, Town

TITLE = ("ZONA VIDEOVIGILADA", "AREA UNDER VIDEO SURVEILLANCE")
CLIPPED = " […]"


def lines_of(town: Town, camera: CameraFacts) -> list[tuple[str, str, str]]:
    """What it is called in both languages, and what it is."""
    contact = camera.contact or town.contact
    rights = " · ".join(part for part in (town.office, contact, town.address) if part)
    found = [
        ("Finalidad", "Purpose", camera.purpose),
        ("Responsable", "Responsible", camera.office),
        ("Base legal", "Legal basis", camera.legal_basis),
        (
            "Conservación",
            "Kept for",
            f"{camera.retention_hours} horas, y se destruye / hours, then destroyed",
        ),
        (
            "Cómo se muestra",
            "How it is shown",
            "Con las personas tapadas; sin sonido, sin reconocimiento de caras / "
            "With people covered; no sound, no recognition of faces",
        ),
        (
            "Sus derechos",
            "Your rights",
            f"Ley 25.326, arts. 14 y 16. {rights}".strip(),
        ),
    ]
    return [(spanish, english, text) for spanish, english, text in found if text]


def wrapped(text: str, width: int, most_lines: int) -> list[str]:
    """The text in lines of at most `width` characters; what does not fit ends with a mark.

    A word longer than a line is cut.
    """
    lines: list[str] = []
    line = ""
    for word in _words(text, width):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        lines.append(line)
    if len(lines) <= most_lines:
        return lines
    kept = lines[:most_lines]
    kept[-1] = kept[-1][: width - len(CLIPPED)] + CLIPPED
    return kept


def _words(text: str, width: int) -> Sequence[str]:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return [word[at : at + width] for word in plain.split() for at in range(0, len(word), width)]
