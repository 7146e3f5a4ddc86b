"""Somebody's own footage: pointed at, granted by a second person, and nobody else to be seen."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from browser_town import Demo, add_person, looking, running_demo, shot
from playwright.sync_api import Browser, Page, expect

from farola.sim import default_cache, find_footage

pytestmark = pytest.mark.browser

# A corner of the usual footage in which one person walks by, again and again.
WALK = ("-ss", "48.6", "-t", "9")
CORNER = "crop=384:288:0:0,scale=768:576:flags=bicubic"
WHERE = (0.58, 0.73)
SECONDS = 24  # of two walks, so that she comes by wherever the recording began
TEXT = "Una vecina pide su propia imagen al cruzar la plaza."


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("walk")
    footage = find_footage(None, default_cache(), lambda label, percent: None)
    video = folder / "walk.mp4"
    cut = ["ffmpeg", "-v", "error", *WALK, "-i", str(footage.path), "-vf", CORNER, str(video)]
    subprocess.run(cut, check=True)
    with running_demo(folder / "data", video=video) as demo:
        yield demo


def recorded_s(demo: Demo, camera: str) -> float:
    spans = demo.timeline(camera)["spans"]
    return sum(each["end_us"] - each["start_us"] for each in spans) / 1e6


def point(page: Page) -> None:
    """Points at one place at moment after moment, until she is there alone, and sends it off."""
    picker = page.locator(".picker")
    refused = page.locator("dialog [role=alert]")
    for _ in range(SECONDS):
        expect(picker.locator("[data-still=shown]")).to_be_visible()
        area = picker.locator(".point").bounding_box()
        assert area is not None
        page.mouse.click(
            area["x"] + WHERE[0] * area["width"], area["y"] + WHERE[1] * area["height"]
        )
        expect(picker.get_by_text("Señalado a las")).to_be_visible()
        page.get_by_role("button", name="Enviar pedido").click()
        expect(page.locator(".sent").or_(refused)).to_be_visible()
        if page.locator(".sent").is_visible():
            return
        expect(refused).to_contain_text("No se distingue con certeza")
        shot(page, "one-thing-unclear")
        picker.get_by_role("button", name=re.compile("Quitar la señal")).click()
        picker.get_by_role("button", name="1 s antes").click()
    pytest.fail("nobody could be pointed at in two walks")


def test_one_person_is_seen_and_everybody_else_stays_covered(
    browser: Browser, walked: Demo
) -> None:
    camera = walked.camera("Plaza")["id"]
    password = add_person(walked, "Sofía", "supervisor")
    with (
        looking(browser, walked, name="operadora") as operator,
        looking(browser, walked, name="Sofía", password=password) as supervisor,
    ):
        while recorded_s(walked, camera) < SECONDS + 20:
            operator.wait_for_timeout(1_000)
        operator.goto(f"{walked.url}/timeline/{camera}")
        stage = operator.locator(".stage")
        expect(stage).to_have_attribute("data-state", re.compile("paused|playing"))
        operator.get_by_role("button", name="Pedir original").click()
        operator.get_by_role("button", name="Solo una persona o un vehículo").click()
        operator.get_by_label("Motivo").select_option(label="Pedido de acceso a la propia imagen")
        operator.get_by_label("Para qué hace falta").fill(TEXT)
        expect(operator.get_by_role("button", name="Enviar pedido")).to_be_disabled()
        shot(operator, "one-thing-asking")
        operator.get_by_role("button", name="10 s después").click()
        point(operator)

        supervisor.goto(walked.url + "/oversight/requests")
        card = supervisor.locator("[data-request]", has_text=TEXT)
        expect(card).to_contain_text("Solo una persona o un vehículo")
        expect(card.locator("figure [data-still=shown]")).to_be_visible()
        shot(supervisor, "one-thing-waiting")
        card.get_by_label("Fundamento de la decisión").fill("Es su propia imagen.")
        card.get_by_role("button", name="Autorizar").click()
        expect(supervisor.locator("[data-state=granted]", has_text=TEXT)).to_be_visible()

        operator.goto(walked.url + "/oversight/requests")
        operator.get_by_role("link", name=re.compile("Ver lo señalado: Plaza")).click()
        expect(stage).to_have_attribute("data-cover", "one_thing", timeout=60_000)
        expect(operator.get_by_text("Solo lo señalado, el resto tapado")).to_be_visible()
        expect(operator.locator("[data-watermark]")).to_be_visible()
        shot(operator, "one-thing-seen")
        operator.get_by_role("button", name="Volver a tapar").click()
        expect(stage).to_have_attribute("data-cover", "redacted", timeout=30_000)
        expect(operator.locator("[data-watermark]")).to_have_count(0)

    with looking(browser, walked, name="auditora") as auditor:
        auditor.goto(walked.url + "/oversight/ledger?what=looks")
        looks = auditor.locator("[data-kind=look]", has_text="operadora")
        expect(looks.filter(has_text="Solo lo señalado").first).to_be_visible()
