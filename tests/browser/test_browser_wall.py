"""The first minutes in front of the wall: signing in, four streets live, keys, languages, phone."""

import pytest
from browser_pictures import LIVE, assert_picture, live_frames, wait_live
from browser_town import Demo, looking, shot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_signing_in_says_when_the_password_is_wrong_and_opens_the_wall(
    browser: Browser, demo: Demo
) -> None:
    with looking(browser, demo, signed_in=False) as page:
        page.goto(demo.url)
        page.get_by_label("Usuario").fill("supervisora")
        page.get_by_label("Contraseña").fill("equivocada-siempre")
        page.get_by_role("button", name="Ingresar").click()
        expect(page.get_by_text("no coinciden")).to_be_visible()
        shot(page, "sign-in-wrong")
        page.get_by_label("Contraseña").fill(demo.password)
        page.get_by_role("button", name="Ingresar").click()
        expect(page.locator("[data-layout='4']")).to_be_visible()


def test_four_tiles_play(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/wall")
    wait_live(page, 20)
    wait_live(page, max(live_frames(page)) + 15)
    for tile in page.locator(LIVE).all():
        assert_picture(tile.locator("video"))
        expect(tile.get_by_text("En vivo")).to_be_visible()
    page.wait_for_function(
        "(selector) => [...document.querySelectorAll(selector)]"
        ".every((tile) => Number(tile.dataset.behindMs) < 1000)",
        arg=LIVE,
    )
    shot(page, "wall-dark")


def test_keys_choose_a_tile_and_back_and_reload_keep_the_place(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/wall")
    expect(page.locator("article.tile")).to_have_count(4)
    page.keyboard.press("2")
    alone = page.locator("article.tile.alone")
    expect(alone).to_have_count(1)
    chosen = alone.get_attribute("data-camera")
    wait_live(page, 3, tiles=1)
    shot(page, "wall-one")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    shot(page, "keys")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(alone).to_have_attribute("data-camera", chosen or "")
    page.go_back()
    expect(page.locator("article.tile")).to_have_count(4)


def test_english_and_the_light_theme_survive_a_reload(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url}/settings")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Light").click()
    shot(page, "settings-light-english")
    page.reload()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_role("link", name="Wall", exact=True).click()
    wait_live(page, 10)
    assert page.evaluate("() => document.documentElement.lang") == "en"
    bright = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert min(int(part) for part in bright.strip("rgb()").split(",")) > 200
    shot(page, "wall-light-english")


def test_a_phone_shows_one_column_and_streams_only_what_is_seen(
    browser: Browser, demo: Demo
) -> None:
    with looking(browser, demo, viewport={"width": 390, "height": 700}) as page:
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.goto(f"{demo.url}/wall")
        wait_live(page, 10, tiles=3)
        shot(page, "wall-phone")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert len(sockets) == 3
        page.locator("article.tile").last.scroll_into_view_if_needed()
        page.locator("article.tile").last.locator("video").evaluate(
            "(video) => new Promise((done) => video.requestVideoFrameCallback(done))"
        )
        page.goto(f"{demo.url}/timeline")
        page.wait_for_selector(".stage[data-wall-us]")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        shot(page, "timeline-phone")
