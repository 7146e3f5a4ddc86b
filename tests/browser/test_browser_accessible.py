"""WCAG 2.2 AA by axe-core, on every view, in both themes and on a phone."""

import json

import pytest
from browser_town import ROOT
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A view and what it shows once it has loaded.
VIEWS = {
    "/wall": "article.tile[data-state=live]",
    "/timeline": ".stage[data-wall-us]",
    "/cameras": "li[data-camera][data-state=live]",
    "/cameras/new": "form",
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
