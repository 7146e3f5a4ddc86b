"""Notices and the register: whole, scannable, and whatever was written stays text on its page."""

import base64
import re
import zlib
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from farola.model import RetentionClass
from farola.papers import (
    CameraFacts,
    ManualFacts,
    Town,
    manual_pdf,
    notice_pdf,
    notice_svg,
    register_pdf,
)
from farola.papers.words import CLIPPED, wrapped

TOWN = Town("Villa Farola", "Convivencia Ciudadana", "0362 444-0000", "Belgrano 100")
CAMERA = CameraFacts(
    id="cam-1",
    place="Plaza San Martín, esquina de la escuela",
    purpose="Choques en el cruce escolar: mandar ayuda antes y aclarar qué pasó.",
    legal_basis="Ley 25.326, Disposición DNPDP 10/2015, Ordenanza 4.512/26",
    office="Dirección de Tránsito",
    retention_hours=72,
    enabled=True,
    created_on="2026-11-26",
    contact="transito@pueblo.example",
    assessment="Informe 3/2026",
    density=125,
    approved_on="2026-11-26",
    rules=("Persona en la calzada",),
    private_zones=1,
)
MANUAL = ManualFacts(
    classes=(
        RetentionClass("standard", 72),
        RetentionClass("bank", 240, date(2027, 6, 30), "Ordenanza 12/2026"),
    ),
    roles=(("Operación", 4), ("Auditoría", 1)),
    groups=2,
    second_factor=True,
    session_hours=12,
    proof_minutes=10,
    longest_grant_minutes=480,
    longest_span_hours=24,
    longest_live_minutes=60,
    request_hours=24,
    glass_minutes=15,
    review_hours=24,
    longest_hold_days=366,
    held=3,
    origin="pueblo.example/ledger",
    witnesses=("defensoria.example",),
    checkpoint_seconds=60,
)
URL = "https://cameras.example/camera/cam-1.html"
_SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["<script>alert(1)</script>", "a & b", '"><image href="x"/>', "x" * 2_000]
HOSTILE += ["\x00\x07\x1b", "\u202eright to left", "名前 🙂", "]]>"]


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{_SVG}text")]


def test_a_notice_says_all_that_it_must_in_both_languages() -> None:
    told = " ".join(texts(notice_svg(TOWN, CAMERA, URL)))
    for words in ("ZONA VIDEOVIGILADA", "AREA UNDER VIDEO SURVEILLANCE", "Finalidad · Purpose"):
        assert words in told
    for fact in ("Plaza San Martín", "Dirección de Tránsito", "72 horas", "arts. 14 y 16", URL):
        assert fact in told
    assert "transito@pueblo.example" in told
    told = " ".join(texts(notice_svg(TOWN, replace(CAMERA, contact=""), URL)))
    assert "0362 444-0000" in told


def test_the_code_leads_to_the_cameras_page() -> None:
    """Square for square the code that the library makes for this address."""
    svg = ElementTree.fromstring(notice_svg(TOWN, CAMERA, URL))
    (path,) = (each for each in svg.iter(f"{_SVG}path") if each.get("fill") == "#000")
    drawn = {
        (int(x) - 4, int(y) - 4) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path.get("d", ""))
    }
    matrix = segno.make(URL, error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_written_stays_text_and_on_the_page(text: str) -> None:
    camera = replace(CAMERA, place=text, purpose=text, legal_basis=text, office=text)
    town = Town(text, text, text, text)
    svg = notice_svg(town, camera, URL)
    root = ElementTree.fromstring(svg)
    tags = {each.tag.removeprefix(_SVG) for each in root.iter()}
    assert tags <= {"svg", "title", "rect", "g", "path", "circle", "text"}
    heights = [float(each.get("y", "0")) for each in root.iter(f"{_SVG}text")]
    assert max(heights) < 297
    assert all(len(each) <= 70 for each in texts(svg))
    assert notice_pdf(town, camera, URL).startswith(b"%PDF")
    assert register_pdf(town, [camera], "2026-11-26").startswith(b"%PDF")
    origin = replace(MANUAL, origin=text, roles=((text, 1),), witnesses=(text,))
    assert manual_pdf(town, origin, [camera], "2026-11-26").startswith(b"%PDF")


@given(st.text(max_size=400), st.integers(12, 60), st.integers(1, 5))
def test_lines_fit_and_what_is_left_out_is_marked(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, most)
    assert len(lines) <= most
    assert all(len(line) <= width for line in lines)
    whole = wrapped(text, width, 10_000)
    if len(whole) > most:
        assert lines[-1].endswith(CLIPPED)
    else:
        assert lines == whole


def test_the_same_facts_make_the_same_bytes() -> None:
    assert notice_pdf(TOWN, CAMERA, URL) == notice_pdf(TOWN, CAMERA, URL)
    assert register_pdf(TOWN, [CAMERA], "2026") == register_pdf(TOWN, [CAMERA], "2026")
    assert notice_pdf(TOWN, CAMERA, URL) != notice_pdf(TOWN, CAMERA, URL + "x")


def shown(pdf: bytes) -> str:
    """The text of a PDF as its pages draw it."""
    found = ""
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        page = zlib.decompress(base64.a85decode(packed.strip(), adobe=True))
        for part in re.findall(rb"\(((?:[^\\()]|\\.)*)\) Tj", page):
            octal = re.sub(rb"\\(\d{3})", lambda each: bytes([int(each[1], 8)]), part)
            found += re.sub(rb"\\(.)", rb"\1", octal).decode("cp1252") + " "
    return re.sub(r"\s+", " ", found)


def test_the_manual_says_what_the_provision_asks_for_and_what_is_configured() -> None:
    told = shown(manual_pdf(TOWN, MANUAL, [CAMERA], "2026-11-26"))
    for section in (
        "1. Cómo se toman las imágenes",
        "2. Lugares, fechas y horarios",
        "3. Plazo de conservación",
        "4. Seguridad y confidencialidad",
        "7. Derechos de las personas",
    ):
        assert section in told
    for fact in (
        "Plaza San Martín, esquina de la escuela",
        "desde el 2026-11-26",
        "240 horas, hasta el 30/06/2027: Ordenanza 12/2026",
        "pueblo.example/ledger, sellado cada 60 segundos",
        "defensoria.example",
        "480 minutos como máximo",
        "por 15 minutos",
        "hoy hay 3 reservas",
        "diez días corridos",
    ):
        assert fact in told, fact
    alone = replace(MANUAL, glass_minutes=None, review_hours=None, witnesses=())
    told = shown(manual_pdf(TOWN, alone, [replace(CAMERA, enabled=False)], "2026-11-26"))
    assert "No está habilitado ver originales sin una segunda persona" in told
    assert "apagada" in told
    assert "ninguno configurado" in told


def test_the_register_says_whose_papers_are_not_approved() -> None:
    told = shown(register_pdf(TOWN, [replace(CAMERA, approved_on="")], "2026-11-26"))
    assert "sin aprobar: no se ve en vivo" in told
    assert "Informe 3/2026" in told


def test_the_register_has_every_camera() -> None:
    many = [replace(CAMERA, id=f"cam-{number}") for number in range(40)]
    pdf = register_pdf(TOWN, many, "2026-11-26")
    assert len(re.findall(rb"/Type /Page\b", pdf)) > 5
    assert len(register_pdf(TOWN, [], "2026-11-26")) < len(pdf)
