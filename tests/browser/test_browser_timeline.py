"""The viewing desk on what the demo has just recorded: play, step, jump, scrub, download."""

from collections.abc import Callable
from datetime import datetime
from time import sleep
from zoneinfo import ZoneInfo

import pytest
from browser_pictures import assert_picture, stage_number, wait_stage
from browser_town import Demo, shot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECOND = 1_000_000
NEEDED = 20 * SECOND
NEAR = 150_000
ZONE = ZoneInfo("America/Argentina/Buenos_Aires")


def clock(us: int) -> str:
    return datetime.fromtimestamp(us // SECOND, ZONE).strftime("%H:%M:%S")


@pytest.fixture(scope="module")
def camera(demo: Demo) -> str:
    """A camera of which at least twenty seconds are recorded."""
    found: str = demo.camera("Plaza")["id"]
    for _ in range(600):
        spans = demo.timeline(found)["spans"]
        if spans and spans[-1]["end_us"] - spans[-1]["start_us"] > NEEDED:
            return found
        sleep(0.1)
    raise AssertionError("the demo does not record")


@pytest.fixture
def start(page: Page, demo: Demo, camera: str) -> int:
    """The page shows a picture of the recording, paused; answers when the recording starts."""
    page.goto(f"{demo.url}/timeline/{camera}?zoom=2")
    page.wait_for_selector(".stage[data-state=paused][data-wall-us]")
    begin: int = demo.timeline(camera)["spans"][-1]["start_us"]
    return begin


def jump(page: Page, us: int) -> None:
    """By the field for a time of day, to the first picture of that second."""
    page.get_by_label("Ir a la hora").fill(clock(us))
    page.keyboard.press("Enter")
    second = us // SECOND * SECOND
    wait_stage(page, "Math.abs(data.wallUs - arg[0]) < arg[1]", [second, NEAR])


def changed_by(page: Page, act: Callable[[], None]) -> int:
    """By how many microseconds the picture shown moves when that is done."""
    before = stage_number(page, "wall-us")
    act()
    wait_stage(page, "Number(data.wallUs) !== arg", before)
    return stage_number(page, "wall-us") - before


def test_recorded_pictures_play_at_every_speed(page: Page, start: int) -> None:
    assert_picture(page.locator(".stage video"))
    shot(page, "timeline")
    frames = stage_number(page, "frames")
    page.keyboard.press("Space")
    wait_stage(page, "data.state === 'playing' && data.frames > arg + 10", frames)
    page.get_by_label("Velocidad").select_option("2×")
    assert page.locator(".stage video").evaluate("(video) => video.playbackRate") == 2
    frames = stage_number(page, "frames")
    wait_stage(page, "data.frames > arg + 10", frames)
    page.keyboard.press("k")
    page.wait_for_selector(".stage[data-state=paused]")


def test_the_place_survives_a_reload_and_the_back_button(page: Page, start: int) -> None:
    jump(page, start + 6 * SECOND)
    place = stage_number(page, "wall-us")
    page.wait_for_function(
        "(minute) => decodeURIComponent(location.search).includes(minute)",
        arg=datetime.fromtimestamp(place // SECOND, ZoneInfo("UTC")).strftime("%H:%M:%S"),
    )
    page.reload()
    wait_stage(page, "Math.abs(data.wallUs - arg[0]) < arg[1]", [place, NEAR])
    page.get_by_role("link", name="Muro", exact=True).click()
    expect(page.locator("[data-layout]")).to_be_visible()
    page.go_back()
    wait_stage(page, "Math.abs(data.wallUs - arg[0]) < arg[1]", [place, NEAR])
