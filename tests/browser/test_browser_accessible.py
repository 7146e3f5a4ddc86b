"""WCAG 2.2 AA by axe-core, on every view, in both themes and on a phone."""

import json

import pytest
from browser_town import ROOT, Demo, looking, shot
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A view and what it shows once it has loaded.
VIEWS = {
    "/wall": "article.tile[data-state=live]",
    "/timeline": ".stage[data-wall-us]",
    "/events": ".event, .notice .button",
    "/events/activity": "[data-chart] canvas",
    "/cameras": "li[data-camera][data-state=live]",
    "/oversight/requests": "main .page h1",
    "/settings": "dl",
    "/nowhere": "main h1, main h2, main p",
}
PHONE = {"width": 390, "height": 844}


def assert_accessible(page: Page) -> None:
    found = page.evaluate(f"() => axe.run(document, {{ runOnly: {json.dumps(LEVELS)} }})")
    told = [
        (each["id"], node["target"], node["failureSummary"])
        for each in found["violations"]
        for node in each["nodes"]
    ]
    assert told == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_view_is_accessible(browser: Browser, demo: Demo, theme: str) -> None:
    with looking(browser, demo, init_script=AXE.read_text(), reduced_motion="reduce") as page:
        page.goto(f"{demo.url}/settings")
        page.get_by_role("button", name="Oscuro" if theme == "dark" else "Claro").click()
        for path, shown in VIEWS.items():
            page.goto(demo.url + path)
            page.locator(shown).first.wait_for()
            assert_accessible(page)
            shot(page, f"{path.strip('/').replace('/', '-')}-{theme}")
        page.goto(f"{demo.url}/cameras/{demo.camera('Plaza')['id']}/zones")
        page.locator("[data-rule] button").first.click()
        page.locator("[data-rule-editor]").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Cancelar").click()
        page.locator("[data-zone-row]").first.click()
        page.locator("[data-zone-editor=editing]").wait_for()
        assert_accessible(page)
        shot(page, f"zones-{theme}")
        page.goto(f"{demo.url}/timeline")
        page.locator(".stage[data-wall-us]").wait_for()
        page.get_by_role("button", name="Descargar un tramo").click()
        for summary in page.locator("summary").all():
            summary.click()
        assert_accessible(page)
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert_accessible(page)
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.get_by_role("dialog").wait_for()
        page.keyboard.type("plaza")
        assert_accessible(page)
        shot(page, f"search-{theme}")


OF_ADMINISTRATORS = {"/cameras": "li[data-camera]", "/cameras/new": "form"}
OF_ADMINISTRATORS |= {"/oversight/people": "[data-person]"}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_administrators_see_is_accessible(browser: Browser, demo: Demo, theme: str) -> None:
    remembered = f"if (location.host) localStorage.setItem('farola.theme', '{theme}');"
    script = remembered + AXE.read_text()
    with looking(browser, demo, name="admin", init_script=script) as page:
        for path, shown in OF_ADMINISTRATORS.items():
            page.goto(demo.url + path)
            page.locator(shown).first.wait_for()
            assert_accessible(page)
            shot(page, f"admin-{path.strip('/').replace('/', '-')}-{theme}")
        page.get_by_role("button", name="Agregar persona").click()
        page.get_by_role("dialog").wait_for()
        assert_accessible(page)


def test_a_phone_is_accessible(browser: Browser, demo: Demo) -> None:
    with looking(browser, demo, init_script=AXE.read_text(), viewport=PHONE) as page:
        for path in "/wall", "/timeline", "/events", "/events/activity", "/cameras":
            page.goto(demo.url + path)
            page.locator(VIEWS[path]).first.wait_for()
            assert_accessible(page)
            shot(page, f"{path.strip('/').replace('/', '-')}-phone")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_sign_in_is_accessible(browser: Browser, demo: Demo, theme: str) -> None:
    remembered = f"if (location.host) localStorage.setItem('farola.theme', '{theme}');"
    script = remembered + AXE.read_text()
    with looking(browser, demo, signed_in=False, init_script=script) as page:
        page.goto(demo.url)
        page.get_by_label("Usuario").wait_for()
        assert_accessible(page)
        shot(page, f"sign-in-{theme}")
