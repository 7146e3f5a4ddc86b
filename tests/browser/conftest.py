"""One demo for all files that only look; a page of its own for each test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browser_town import ARGUMENTS, CHROMIUM, Demo, looking, running_demo
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent


class _Shared:
    """The demo that the files share; it ends with the last of them, not with the session: it looks
    at its cameras all the while, and tests of other things want the processor.
    """

    demo: Demo | None = None
    ends = ExitStack()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    if _Shared.demo is None:
        folder = tmp_path_factory.mktemp("demo") / "data"
        _Shared.demo = _Shared.ends.enter_context(running_demo(folder))
    return _Shared.demo


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem is None or HERE not in nextitem.path.parents:
        _Shared.demo = None
        _Shared.ends.close()


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
