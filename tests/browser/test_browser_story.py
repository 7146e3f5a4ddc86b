"""An operator's first ten minutes, in Spanish, on real footage."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Demo, shot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Brightness of a video's picture on a 64 x 36 grid: mean and spread.
PICTURE = """(video) => {
  const canvas = document.createElement('canvas');
  canvas.width = 64; canvas.height = 36;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 64, 36);
  const data = context.getImageData(0, 0, 64, 36).data;
  const grey = [];
  for (let at = 0; at < data.length; at += 4) grey.push((data[at] + data[at + 1] + data[at + 2]) / 3);
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const spread = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
  return { mean, spread };
}"""

LIVE = "article.tile[data-state=live]"


def frames(page: Page) -> list[int]:
    return [int(tile.get_attribute("data-frames") or 0) for tile in page.locator(LIVE).all()]


def wait_frames(page: Page, least: int) -> None:
    page.wait_for_function(
        "([selector, least]) => { const tiles = [...document.querySelectorAll(selector)];"
        " return tiles.length === 4 && tiles.every((t) => Number(t.dataset.frames) >= least); }",
        arg=[LIVE, least],
        timeout=60_000,
    )


def open_timeline(page: Page) -> None:
    """The first camera's timeline, playing what was recorded half a minute ago or less."""
    page.get_by_role("link", name="Línea de tiempo", exact=True).click()
    page.wait_for_selector(".stage[data-state=playing], .stage[data-state=paused]", timeout=60_000)


def wall_time(page: Page) -> str:
    text = page.locator("[data-role=wall-time]").inner_text()
    found = re.search(r"\d\d:\d\d:\d\d\.\d{3}", text.replace("\n", ""))
    assert found, text
    return found[0]


def test_signing_in_with_a_wrong_password_says_so(browser: Browser, demo: Demo) -> None:
    page = browser.new_page(locale="es-AR")
    page.goto(demo.url)
    shot(page, "sign-in")
    page.get_by_label("Usuario").fill("admin")
    page.get_by_label("Contraseña").fill("equivocada-siempre")
    page.get_by_role("button", name="Ingresar").click()
    expect(page.get_by_text("no coinciden")).to_be_visible()
    page.close()


def test_four_tiles_play(page: Page) -> None:
    wait_frames(page, 20)
    before = frames(page)
    wait_frames(page, max(before) + 15)
    for video in page.locator(f"{LIVE} video").all():
        picture = video.evaluate(PICTURE)
        assert 10 < picture["mean"] < 245
        assert picture["spread"] > 8
    for tile in page.locator(LIVE).all():
        assert int(tile.get_attribute("data-behind-ms") or 99_999) < 3_000
        expect(tile.get_by_text("En vivo")).to_be_visible()
    shot(page, "wall-dark")


def test_the_keys_choose_a_tile_and_back_gives_the_wall(page: Page) -> None:
    wait_frames(page, 5)
    page.keyboard.press("2")
    expect(page.locator("article.tile.alone")).to_have_count(1)
    page.wait_for_function("document.querySelectorAll('article.tile video').length === 1")
    shot(page, "wall-one")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    shot(page, "keys")


def test_the_timeline_plays_scrubs_and_steps(page: Page) -> None:
    wait_frames(page, 60)  # something is recorded by then
    open_timeline(page)
    video = page.locator(".stage video")
    page.wait_for_function("document.querySelector('.stage video').readyState >= 2")
    assert video.evaluate(PICTURE)["spread"] > 8
    shot(page, "timeline")

    strip = page.get_by_role("slider").first
    track = page.locator("[data-role=track], .track, svg").last
    box = strip.bounding_box() or track.bounding_box()
    assert box
    before = wall_time(page)
    strip.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(before) => !document.querySelector('[data-role=wall-time]').innerText"
        ".replace(/\\n/g, '').includes(before)",
        arg=before,
    )

    page.wait_for_selector(".stage[data-state=playing], .stage[data-state=paused]")
    if page.locator(".stage[data-state=playing]").count():
        page.keyboard.press("Space")
    page.wait_for_selector(".stage[data-state=paused]")
    before = wall_time(page)
    page.keyboard.press(".")
    page.wait_for_function(
        "(before) => !document.querySelector('[data-role=wall-time]').innerText"
        ".replace(/\\n/g, '').includes(before)",
        arg=before,
    )


def test_dragging_the_strip_shows_key_frames(page: Page) -> None:
    wait_frames(page, 60)
    open_timeline(page)
    strip = page.get_by_role("slider").last
    box = strip.bounding_box()
    assert box
    now = float(strip.get_attribute("aria-valuenow") or 0)
    assert now > 0
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    middle = box["y"] + box["height"] / 2
    head = page.locator(".playhead, [data-role=playhead]").first.bounding_box()
    x = head["x"] + head["width"] / 2 if head else box["x"] + box["width"] / 2
    page.mouse.move(x, middle)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(x - step, middle)
        page.wait_for_timeout(60)
    page.wait_for_selector(".stage[data-state=scrubbing]")
    shot(page, "timeline-scrubbing")
    page.mouse.up()
    page.wait_for_selector(".stage[data-state=playing], .stage[data-state=paused]")
    assert any("keyframe.mp4" in url for url in asked)


def test_a_span_downloads_as_a_film(page: Page, tmp_path: Path) -> None:
    wait_frames(page, 80)
    open_timeline(page)
    page.get_by_role("button", name="Descargar un tramo").click()
    shot(page, "timeline-download")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Descargar MP4").click()
    path = tmp_path / "span.mp4"
    download.value.save_as(path)
    assert download.value.suggested_filename.endswith(".mp4")
    probe = subprocess.run(
        [
            "ffprobe",
            "-v",
            "warning",
            "-show_entries",
            "stream=codec_name,width",
            "-of",
            "csv",
            path,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert probe.stderr == ""
    assert probe.stdout.startswith("stream,h264,")


def test_a_camera_that_cannot_be_reached_says_why(page: Page) -> None:
    page.get_by_role("link", name="Cámaras", exact=True).click()
    page.wait_for_url("**/cameras")
    shot(page, "cameras")
    page.get_by_role("link", name="Agregar cámara").or_(
        page.get_by_role("button", name="Agregar cámara")
    ).first.click()
    page.wait_for_url("**/cameras/new")
    shot(page, "camera-new")


def test_english_and_the_light_theme(page: Page) -> None:
    page.get_by_role("link", name="Ajustes", exact=True).click()
    page.wait_for_url("**/settings")
    shot(page, "settings")
    page.get_by_text("English", exact=True).click()
    page.get_by_text("Light", exact=True).click()
    page.get_by_role("link", name="Wall", exact=True).click()
    wait_frames(page, 10)
    shot(page, "wall-light-english")
    page.reload()
    page.wait_for_selector("[data-layout]")
    expect(page.get_by_role("link", name="Wall", exact=True)).to_be_visible()


def test_a_phone_shows_one_column(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="es-AR")
    page = context.new_page()
    page.goto(demo.url)
    page.get_by_label("Usuario").fill("admin")
    page.get_by_label("Contraseña").fill(demo.password)
    page.get_by_role("button", name="Ingresar").click()
    page.wait_for_selector(f"{LIVE}[data-frames]", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "wall-phone")
    context.close()


@pytest.mark.parametrize("path", ["/wall", "/timeline", "/cameras", "/cameras/new", "/settings"])
def test_every_view_is_accessible(page: Page, demo: Demo, path: str) -> None:
    """axe-core, WCAG 2.2 AA."""
    axe = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
    page.goto(demo.url + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1_000)
    page.evaluate(axe.read_text())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})"
    )
    told = [
        (each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]
    ]
    assert told == []
