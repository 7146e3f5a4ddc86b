"""One demo for all files that only look; a page of its own for each test."""

from collections.abc import Iterator

import pytest
from browser_town import ARGUMENTS, CHROMIUM, Demo, looking, running_demo
from playwright.sync_api import Browser, Page, sync_playwright


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo") / "data") as demo:
        yield demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: Playwright's event loop runs until it ends, and the tests that
    are coroutines need the thread's only one.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """Signed in, on no page yet."""
    with looking(browser, demo) as page:
        yield page
