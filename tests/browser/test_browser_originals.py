"""An original, from the request to its end, as the people of a town go through it in Spanish."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browser_town import Demo, add_person, looking, shot
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def named(demo: Demo) -> Demo:
    """The same demo by a host name: passkeys belong to names, not to addresses."""
    return Demo(demo.url.replace("127.0.0.1", "localhost"), demo.password, demo.token, demo.data)


@contextmanager
def authenticator(page: Page) -> Iterator[None]:
    """A virtual authenticator in this page's browser, as a phone would be."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    session.detach()


def with_passkey(page: Page, demo: Demo) -> None:
    """Registers a passkey in the settings, signs out, and signs in with it alone."""
    page.goto(demo.url + "/settings")
    page.get_by_label("Nombre de la llave").fill("Teléfono de guardia")
    page.get_by_role("button", name="Agregar llave").click()
    expect(page.get_by_text("Teléfono de guardia")).to_be_visible()
    shot(page, "settings-factors")
    page.get_by_role("button", name="Salir").click()
    page.get_by_role("button", name="Ingresar con llave de acceso").click()
    expect(page.get_by_role("link", name="Muro")).to_be_visible()


def ask(page: Page, demo: Demo, camera: str, text: str) -> None:
    """From the timeline, around the moment on the screen."""
    page.goto(f"{demo.url}/timeline/{camera}")
    expect(page.locator(".stage")).to_have_attribute("data-state", re.compile("paused|playing"))
    page.get_by_role("button", name="Pedir original").click()
    page.get_by_label("Motivo").select_option(label="Choque")
    page.get_by_label("Para qué hace falta").fill(text)
    page.get_by_label("Causa u orden judicial").fill("Causa 77/2026")
    shot(page, "ask-original")
    page.get_by_role("button", name="Enviar pedido").click()
    expect(page.get_by_text("Pedido enviado")).to_be_visible()


def test_an_original_is_asked_for_granted_seen_and_covered_again(
    browser: Browser, named: Demo
) -> None:
    camera = named.camera("Plaza")["id"]
    password = add_person(named, "Sofía", "supervisor")
    before = month(named)
    text = "Choque en la esquina de la plaza: hay que ver qué vehículo cruzó primero."
    with (
        looking(browser, named, name="operadora") as operator,
        looking(browser, named, name="Sofía", password=password) as supervisor,
        authenticator(supervisor),
    ):
        ask(operator, named, camera, text)

        with_passkey(supervisor, named)
        expect(supervisor.get_by_label("1 pedido espera su decisión")).to_be_visible()
        supervisor.get_by_role("link", name="Control").click()
        card = supervisor.locator("[data-request]", has_text=text)
        expect(card).to_contain_text("operadora")
        shot(supervisor, "requests-waiting")
        card.get_by_label("Fundamento de la decisión").fill("Hace falta para el parte del choque.")
        card.get_by_label("Minutos").fill("1")
        card.get_by_role("button", name="Autorizar").click()
        expect(supervisor.locator("[data-state=granted]", has_text=text)).to_be_visible()

        operator.goto(named.url + "/oversight/requests")
        operator.get_by_role("link", name=re.compile("Ver original: Plaza")).click()
        stage = operator.locator(".stage")
        expect(stage).to_have_attribute("data-cover", "original", timeout=30_000)
        expect(operator.locator("[data-watermark]")).to_have_attribute(
            "data-watermark", re.compile(r"operadora · Causa 77/2026 · .* · grn-")
        )
        expect(operator.get_by_text("Original sin tapar").first).to_be_visible()
        operator.keyboard.press("Space")
        expect(stage).to_have_attribute("data-state", "playing")
        shot(operator, "original-under-grant")

        expect(stage).to_have_attribute("data-cover", "redacted", timeout=90_000)
        expect(operator.locator("[data-watermark]")).to_have_count(0)
        expect(operator.locator("[data-grant]")).to_have_count(0)
        assert "grant=" not in operator.url
        shot(operator, "original-covered-again")

    audited(browser, named, text)
    moved(browser, named, before)


def month(demo: Demo) -> dict[str, Any]:
    """The newest month of the public numbers."""
    newest: dict[str, Any] = demo.ask("/public/numbers.json")["months"][0]
    return newest


def audited(browser: Browser, demo: Demo, text: str) -> None:
    """The auditor finds every step, proves one, and takes a signed report along."""
    with looking(browser, demo, name="auditora") as page:
        page.goto(demo.url + "/oversight/ledger?what=originals")
        for kind in ("original_requested", "granted", "grant_ended"):
            expect(page.locator(f"[data-kind={kind}]").first).to_be_visible()
        asked = page.locator("[data-kind=original_requested]", has_text="operadora").first
        asked.locator("summary").click()
        expect(asked).to_contain_text(text)
        shot(page, "ledger-of-originals")
        with page.expect_download() as proof:
            asked.get_by_role("button", name="Descargar prueba").click()
        assert '"proof"' in proof.value.path().read_text()
        asked.get_by_label("Nota de auditoría").fill("Revisado: hay parte del choque.")
        asked.get_by_role("button", name="Asentar nota").click()
        expect(asked.get_by_text("La nota quedó asentada")).to_be_visible()
        page.goto(demo.url + "/oversight/ledger?what=looks")
        looks = page.locator("[data-kind=look]", has_text="operadora")
        expect(looks.filter(has_text="Sin tapar").first).to_be_visible()
        page.goto(demo.url + "/oversight/conduct")
        expect(page.get_by_role("cell").first).to_be_visible()
        shot(page, "conduct")
        with page.expect_download() as report:
            page.get_by_role("button", name="Descargar informe").click()
        data = report.value.path().read_bytes()
        assert data.startswith(b"%PDF")
        assert b"%farola-report-1" in data


def moved(browser: Browser, demo: Demo, before: dict[str, Any]) -> None:
    """Without signing in: a first request is too few to be told, but it is no longer none."""
    assert (before["requests"], before["granted"]) == (0, 0)
    with looking(browser, demo, signed_in=False) as page:
        page.goto(demo.url + "/public/")
        expect(page.get_by_role("heading", name="Las cámaras de Villa Farola")).to_be_visible()
        shot(page, "public")
        after = month(demo)
        assert (after["requests"], after["granted"]) == (None, None)
        page.goto(demo.url + f"/public/camera/{demo.camera('Plaza')['id']}.html")
        expect(page.get_by_role("heading", name="Plaza central")).to_be_visible()


def test_who_asks_cannot_grant_and_is_told_so(browser: Browser, named: Demo) -> None:
    camera = named.camera("Plaza")["id"]
    text = "Prueba de que nadie decide sobre lo propio."
    with looking(browser, named, name="supervisora") as page:
        ask(page, named, camera, text)
        page.goto(named.url + "/oversight/requests")
        card = page.locator("[data-request]", has_text=text)
        expect(card).to_contain_text("Espera la decisión de otra persona")
        expect(card.get_by_role("button", name="Autorizar")).to_have_count(0)
        card.get_by_role("button", name="Retirar pedido").click()
        expect(page.locator("[data-state=withdrawn]", has_text=text)).to_be_visible()


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("admin", {"Cámaras", "Control", "Ajustes"}),
        ("auditora", {"Cámaras", "Control", "Ajustes"}),
        ("operadora", {"Muro", "Línea de tiempo", "Eventos", "Cámaras", "Control", "Ajustes"}),
    ],
)
def test_each_role_is_shown_what_it_may_do(
    browser: Browser, named: Demo, name: str, sees: set[str]
) -> None:
    with looking(browser, named, name=name) as page:
        page.goto(named.url)
        expect(page.get_by_role("link", name="Ajustes")).to_be_visible()
        links = page.get_by_label("Secciones").get_by_role("link").all_inner_texts()
        assert set(links) == sees
        expect(page.locator("video")).to_have_count(0 if name != "operadora" else 4)
        shot(page, f"home-{name}")


def test_an_administrator_adds_somebody_who_must_set_up_codes(
    browser: Browser, named: Demo
) -> None:
    with looking(browser, named, name="admin") as page:
        page.goto(named.url + "/oversight/people")
        page.get_by_role("button", name="Agregar persona").click()
        page.get_by_label("Nombre de usuario").fill("Nora Giménez")
        page.get_by_label("Despacho").check()
        shot(page, "person-editor")
        page.get_by_role("button", name="Guardar").click()
        expect(page.get_by_text("Contraseña de Nora Giménez")).to_be_visible()
        expect(page.locator("[data-person='Nora Giménez']")).to_contain_text("Despacho")
        shot(page, "people")
