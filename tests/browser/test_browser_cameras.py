"""Cameras that are added, that cannot be reached and that break off, in a town of their own."""

import re
from collections.abc import Iterator
from time import sleep
from typing import Any

import pytest
from browser_pictures import stage_number, wait_live, wait_stage
from browser_town import Demo, looking, running_demo, shot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = ("plaza", "crossing", "footpath", "corner")
PAPERS = {
    "purpose": "Prueba de la consola",
    "legal_basis": "Ordenanza de ejemplo 1234/2026",
    "contact": "transito@villafarola.example",
    "assessment": "Informe 3/2026",
    "density": 125,
    "office": "Dirección de ejemplo",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo and one more camera, which breaks off every three seconds."""
    with running_demo(tmp_path_factory.mktemp("cameras") / "data") as town:
        add(town, "Cortes", "Terminal de ómnibus", "/corner?close=3")
        yield town


@pytest.fixture
def page(browser: Browser, town: Demo) -> Iterator[Page]:
    with looking(browser, town) as page:
        yield page


def port(town: Demo) -> int:
    """The simulator's."""
    found: int = town.camera("Plaza")["main"]["port"]
    return found


def add(town: Demo, name: str, place: str, path: str) -> str:
    main = {"scheme": "rtsp", "host": "127.0.0.1", "port": port(town), "path": path}
    draft = {"name": name, "place": place, "main": main, "sub": None, "enabled": True} | PAPERS
    added = town.as_("admin").ask("/api/cameras", draft)
    digest = {"digest": added["papers_digest"]}
    town.as_("privacidad").ask(f"/api/cameras/{added['id']}/approval", digest)
    camera_id: str = added["id"]
    return camera_id


@pytest.fixture
def configuring(browser: Browser, town: Demo) -> Iterator[Page]:
    """The administrator's."""
    with looking(browser, town, name="admin") as page:
        yield page


def test_a_wrong_address_is_told_with_its_reason_and_a_right_one_is_recorded(
    browser: Browser, configuring: Page, town: Demo
) -> None:
    page = configuring
    page.goto(f"{town.url}/cameras")
    page.get_by_role("link", name="Agregar cámara").click()
    page.get_by_label("Pegar una dirección RTSP").fill(f"rtsp://127.0.0.1:{port(town)}/nowhere")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Sin contraseña").click()
    page.get_by_role("button", name="Probar la conexión").click()
    expect(page.get_by_role("alert")).to_contain_text("no conoce esa ruta")
    shot(page, "camera-wrong-path")
    page.get_by_label("Puerto").fill("1")
    page.get_by_role("button", name="Probar la conexión").click()
    expect(page.locator("[data-reason]")).to_have_attribute("data-reason", "connection_refused")

    page.get_by_label("Puerto").fill(str(port(town)))
    page.get_by_label("Ruta").fill("/plaza")
    page.get_by_role("button", name="Probar la conexión").click()
    expect(page.get_by_text("La cámara responde.")).to_be_visible()
    page.get_by_label("Lugar").fill("Costanera, muelle")
    page.get_by_label("Nombre interno").fill("Muelle")
    page.get_by_role("button", name="Agregar cámara").click()
    expect(page.get_by_label("Finalidad")).to_have_attribute("aria-invalid", "true")
    shot(page, "camera-papers-missing")
    page.get_by_label("Finalidad").fill(PAPERS["purpose"])
    page.get_by_label("Base legal").fill(PAPERS["legal_basis"])
    page.get_by_label("Oficina responsable").fill(PAPERS["office"])
    page.get_by_label("Contacto").fill(PAPERS["contact"])
    page.get_by_label("Evaluación de impacto").fill(PAPERS["assessment"])
    page.get_by_label("Detalle necesario").fill(str(PAPERS["density"]))
    page.get_by_label("Altura (metros)").fill("4,5")
    page.get_by_label("Inclinación hacia abajo").fill("15")
    page.get_by_label("Ancho de la imagen").fill("70")
    page.get_by_role("button", name="Agregar cámara").click()
    row = page.locator("li[data-camera]", has_text="Costanera, muelle")
    expect(row).to_have_attribute("data-state", "live", timeout=30_000)
    shot(page, "cameras")
    approved_by_the_privacy_officer(browser, town)

    row.get_by_role("link", name="Costanera, muelle").first.click()
    page.get_by_role("switch").uncheck()
    page.get_by_role("button", name="Guardar cambios").click()
    expect(row).to_have_attribute("data-state", "off", timeout=30_000)


def approved_by_the_privacy_officer(browser: Browser, town: Demo) -> None:
    """Before that the wall says why there is no picture; afterwards it comes by itself."""
    with (
        looking(browser, town) as watcher,
        looking(browser, town, name="privacidad") as officer,
    ):
        camera = town.camera("Muelle")["id"]
        watcher.goto(f"{town.url}/wall?camera={camera}")
        expect(watcher.get_by_text("espera aprobación")).to_be_visible()
        shot(watcher, "wall-unapproved")
        officer.goto(f"{town.url}/oversight/papers")
        papers = officer.locator(f"[data-papers='{camera}']")
        expect(papers).to_have_attribute("data-state", "waiting")
        expect(papers.locator("[data-density]")).to_contain_text("px/m")
        shot(officer, "papers")
        papers.get_by_role("button", name="Aprobar ficha").click()
        expect(papers).to_have_attribute("data-state", "approved")
        tile = watcher.locator("article.tile")
        expect(tile).to_have_attribute("data-state", "live", timeout=60_000)


def test_a_camera_in_trouble_says_what_is_wrong_on_the_wall(page: Page, town: Demo) -> None:
    lost = add(town, "Perdida", "Avenida Costanera 400", "/nowhere")
    page.goto(f"{town.url}/wall?tiles=9")
    tile = page.locator(f"article.tile[data-camera='{lost}']")
    expect(tile).to_have_attribute("data-state", "gap", timeout=30_000)
    expect(tile).to_contain_text("no conoce esa ruta")
    wait_live(page, 10, tiles=4)
    shot(page, "wall-nine-with-trouble")
    tile.get_by_role("button").click()
    expect(tile).to_contain_text("manual de la cámara")
    shot(page, "wall-one-in-trouble")


def gap_between(town: Demo, camera: str) -> dict[str, Any]:
    """A gap of that camera that lies between recordings."""
    for _ in range(300):
        found = town.timeline(camera)
        for gap in found["gaps"]:
            after = [span for span in found["spans"] if span["start_us"] >= (gap["end_us"] or 1e18)]
            before = [span for span in found["spans"] if span["end_us"] <= gap["start_us"] + 1_000]
            if after and before and after[-1]["end_us"] > gap["end_us"] + 2_000_000:
                chosen: dict[str, Any] = gap
                return chosen
        sleep(0.1)
    raise AssertionError(f"no gap: {found}")


def test_a_gap_is_drawn_named_and_played_over(page: Page, town: Demo) -> None:
    camera = town.camera("Cortes")["id"]
    gap = gap_between(town, camera)
    page.goto(f"{town.url}/timeline/{camera}?zoom=1")
    page.wait_for_selector(".stage[data-state=paused][data-wall-us]")
    page.locator("summary").click()
    listed = page.locator("details li")
    expect(listed.first).to_contain_text("La cámara")
    page.locator("svg.view").hover(position={"x": 5, "y": 20})
    listed.last.get_by_role("button").click()  # begins some seconds before the first gap
    wait_stage(page, "Number(data.wallUs) < arg", gap["start_us"])
    shot(page, "timeline-gap")
    page.keyboard.press("l")
    wait_stage(page, "Number(data.wallUs) > arg", gap["end_us"])
    assert stage_number(page, "frames") > 10


def test_sixteen_tiles_stay_readable(page: Page, town: Demo) -> None:
    known = len(town.ask("/api/cameras")["cameras"])
    for number in range(known, 16):
        view = VIEWS[number % len(VIEWS)]
        add(town, f"Calle {number}", f"Calle {number * 100}, vereda norte", f"/{view}")
    page.goto(f"{town.url}/wall?tiles=16")
    expect(page.locator("article.tile")).to_have_count(16)
    # Sixteen covered pictures are more than two cores can show at once: those that wait say so.
    wait_live(page, 1, tiles=1)
    for tile in page.locator("article.tile").all():
        expect(tile.locator(".top")).to_contain_text(re.compile(r"\w"))
    shot(page, "wall-sixteen")
