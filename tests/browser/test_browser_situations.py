"""What is noticed: events while the demo runs, and a zone and a rule that an operator draws."""

import pytest
from browser_town import Demo, looking, shot
from playwright.sync_api import Browser, Page, expect

from farola.sim import default_cache, find_footage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where the footage's people walk, in fractions of the picture.
_ROAD = ((0.05, 0.28), (0.95, 0.28), (0.95, 0.75), (0.05, 0.75))


@pytest.fixture(scope="module", autouse=True)
def people_in_the_street() -> None:
    footage = find_footage(None, default_cache(), lambda label, percent: None)
    if footage.drawn:
        pytest.skip("no footage of people can be had here: the demo's street is drawn")


def test_events_come_while_the_demo_runs(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/events")
    first = page.locator("[data-event]").first
    expect(first).to_be_visible(timeout=120_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-event] img')]"
        ".some((still) => still.complete && still.naturalWidth > 0)",
        timeout=60_000,
    )
    shot(page, "events")
    known = demo.ask("/api/events?limit=1")["events"][0]
    assert known["label"] == "person"
    # Filters stand in the address, so that a view can be handed on.
    page.goto(f"{demo.url}/events?camera={demo.camera('Cruce')['id']}")
    expect(page.locator("[data-event]").first).to_be_visible(timeout=60_000)
    cameras = page.locator("[data-event]").evaluate_all(
        "(rows) => [...new Set(rows.map((row) => row.dataset.camera))]"
    )
    assert cameras == [demo.camera("Cruce")["id"]]
    page.goto(f"{demo.url}/events/activity")
    page.wait_for_timeout(1_500)
    shot(page, "activity")


def test_a_rule_drawn_in_the_console_fires(browser: Browser, demo: Demo) -> None:
    camera_id = demo.camera("Esquina")["id"]
    with looking(browser, demo) as page:
        page.goto(f"{demo.url}/cameras/{camera_id}/zones")
        board = page.locator("[data-zone-editor=looking]")
        expect(board.locator("img")).to_be_visible(timeout=60_000)
        page.locator("[data-draw=area]").click()
        drawing = page.locator("[data-zone-editor=drawing]")
        box = drawing.bounding_box()
        assert box is not None
        for across, down in (*_ROAD, _ROAD[0]):
            page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        expect(page.locator("[data-zone-editor=editing]")).to_be_visible()
        page.get_by_label("Nombre").fill("Esquina entera")
        shot(page, "zone-drawn")
        page.get_by_role("button", name="Guardar la zona").click()
        expect(page.locator("[data-zone-row]")).to_have_count(1)
        (zone,) = demo.ask(f"/api/cameras/{camera_id}/zones")["zones"]
        for point, (across, down) in zip(zone["points"], _ROAD, strict=True):
            assert abs(point["x"] - across) < 0.02
            assert abs(point["y"] - down) < 0.02

        page.get_by_role("button", name="Nueva regla").click()
        editor = page.locator("[data-rule-editor=new]")
        editor.get_by_label("Dónde").select_option(label="Esquina entera")
        editor.get_by_label("Nombre").fill("Alguien en la esquina")
        expect(editor.locator("[data-rule-sentence]")).to_contain_text("Esquina entera")
        editor.get_by_role("switch").check()
        shot(page, "rule-new")
        editor.get_by_role("button", name="Guardar la regla").click()
        expect(page.locator("[data-rule][data-enabled=true]")).to_have_count(1)
        (rule,) = demo.ask(f"/api/cameras/{camera_id}/rules")["rules"]
        assert rule["name"] == "Alguien en la esquina"

        page.goto(f"{demo.url}/events?rule={rule['id']}")
        fired = page.locator(f"[data-event][data-rule='{rule['id']}']")
        expect(fired.first).to_be_visible(timeout=120_000)
        shot(page, "rule-fired")
        fired.first.get_by_role("link").first.click()
        expect(page.locator(".stage")).to_be_visible()
        page.wait_for_function(f"() => location.pathname.includes('{camera_id}')")
