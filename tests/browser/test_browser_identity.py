"""Signing in with the town's own account, in Chromium and through a real identity provider."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browser_town import Demo, looking, running_demo, shot
from playwright.sync_api import Browser, Page, expect
from town_provider import CLIENT, SECRET, town_provider

pytestmark = pytest.mark.browser

BUTTON = "Ingresar con Mi Municipio"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, whose people have accounts at the town's provider as well."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = f"http://127.0.0.1:{port}/api/session/identity/answer"
    with town_provider([answer]) as provider:
        settings = {
            "FAROLA_IDENTITY_ISSUER": provider.issuer,
            "FAROLA_IDENTITY_CLIENT_ID": CLIENT,
            "FAROLA_IDENTITY_CLIENT_SECRET": SECRET,
            "FAROLA_IDENTITY_TITLE": "Mi Municipio",
        }
        data = tmp_path_factory.mktemp("identity") / "data"
        with running_demo(data, port, **settings) as town:
            yield town


@contextmanager
def somebody(browser: Browser, town: Demo) -> Iterator[Page]:
    """A browser that goes to the provider, which is another site."""
    context = browser.new_context(locale="es-AR", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{town.url}/wall")
    yield page
    context.close()


def sign_in_there(page: Page, name: str) -> None:
    page.locator('input[name="login"]').fill(name)
    page.locator('input[name="password"]').fill("any")
    page.locator('button[type="submit"]').click()
    page.get_by_role("button", name="Continue").click()


def test_an_administrator_joins_an_account_and_its_person_signs_in(
    browser: Browser, town: Demo
) -> None:
    with somebody(browser, town) as page:
        shot(page, "signin-identity")
        page.get_by_role("link", name=BUTTON).click()
        sign_in_there(page, "legajo-417")
        expect(page.get_by_role("alert")).to_contain_text(
            "Ninguna cuenta está unida a esta identidad"
        )
        expect(page.get_by_role("alert")).to_contain_text("legajo-417")
        shot(page, "signin-identity-unknown")
    with looking(browser, town, name="admin") as page:
        page.goto(f"{town.url}/oversight/people")
        row = page.locator("li, tr").filter(has_text="operadora").first
        row.get_by_role("button", name="Modificar").click()
        page.get_by_label("Identidad en Mi Municipio").fill("legajo-417")
        shot(page, "people-identity")
        page.get_by_role("button", name="Guardar").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    with somebody(browser, town) as page:
        page.get_by_role("link", name=BUTTON).click()
        sign_in_there(page, "legajo-417")
        expect(page.locator("article.tile").first).to_be_visible()
        assert page.url == f"{town.url}/wall"
