"""The viewing desk on what the demo has just recorded: play, step, jump, scrub, download."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
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


def part_starts(page: Page, demo: Demo, camera: str, start: int) -> list[int]:
    """When the parts of the recording begin, as its playlist tells."""
    span = f"start_us={start}&end_us={start + NEEDED}"
    text = page.request.get(f"{demo.url}/api/cameras/{camera}/playback.m3u8?{span}").text()
    told = re.search(r"PROGRAM-DATE-TIME:(\S+)", text)
    assert told
    begins = [round(datetime.fromisoformat(told[1]).timestamp() * SECOND)]
    for seconds in re.findall(r"EXTINF:([\d.]+)", text):
        begins.append(begins[-1] + round(float(seconds) * SECOND))
    return begins


def test_a_step_back_from_a_parts_first_picture_finds_the_part_before(
    page: Page, demo: Demo, camera: str, start: int
) -> None:
    for begin in part_starts(page, demo, camera, start)[1:4]:
        at = datetime.fromtimestamp(begin / SECOND + 0.02, UTC).isoformat(timespec="milliseconds")
        page.goto(f"{demo.url}/timeline/{camera}?at={at.replace('+00:00', 'Z')}")
        wait_stage(page, "Math.abs(data.wallUs - arg[0]) < arg[1]", [begin, 50_000])
        assert -110_000 < changed_by(page, lambda: page.keyboard.press(",")) < -90_000


def test_steps_show_the_neighbouring_pictures(page: Page, start: int) -> None:
    jump(page, start + 8 * SECOND)
    forward = changed_by(page, lambda: page.keyboard.press("."))
    assert 0 < forward <= SECOND // 5
    back = changed_by(page, lambda: page.keyboard.press(","))
    assert back == pytest.approx(-forward, abs=2)
    assert changed_by(page, lambda: page.keyboard.press("ArrowLeft")) < -4 * SECOND


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


def test_key_frames_follow_a_drag_and_playing_goes_on_where_it_ends(page: Page, start: int) -> None:
    jump(page, start + 12 * SECOND)
    page.keyboard.press("Space")
    page.wait_for_selector(".stage[data-state=playing]")
    strip = page.get_by_role("slider", name="Momento de la grabación")
    box, head = strip.bounding_box(), page.locator("[data-role=playhead]").bounding_box()
    assert box
    assert head
    second = box["width"] / 120  # two minutes are shown
    x, y = head["x"] + head["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    seen: list[int] = []
    for back in (2, 4, 6, 8):
        page.mouse.move(x - back * second, y, steps=4)
        last = seen[-1] if seen else 0
        wait_stage(page, "data.state === 'scrubbing' && Number(data.scrubUs || 0) !== arg", last)
        seen.append(stage_number(page, "scrub-us"))
    assert_picture(page.locator(".stage canvas"))
    shot(page, "timeline-scrubbing")
    page.mouse.up()
    assert seen == sorted(seen, reverse=True)
    wait_stage(page, "data.state === 'playing' && data.wallUs < arg[0] + arg[1]", [seen[0], SECOND])
    expect(page.locator(".stage canvas")).to_be_hidden()
    assert_picture(page.locator(".stage video"))


def test_a_span_downloads_as_a_film_that_decodes(page: Page, start: int, tmp_path: Path) -> None:
    jump(page, start + 8 * SECOND)
    page.get_by_role("button", name="Descargar un tramo").click()
    page.get_by_role("textbox", name="Inicio").fill(clock(start + 4 * SECOND))
    page.get_by_role("textbox", name="Fin").fill(clock(start + 12 * SECOND))
    page.keyboard.press("Tab")
    shot(page, "timeline-download")
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Descargar MP4").click()
    expect(page.get_by_text("Descargado")).to_be_visible()
    path = tmp_path / download.value.suggested_filename
    assert path.suffix == ".mp4"
    download.value.save_as(path)
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]
    length = subprocess.run([*command, path], capture_output=True, text=True, check=True).stdout
    assert 7.5 <= float(length) <= 10
    command = ["ffmpeg", "-v", "warning", "-xerror", "-i", str(path), "-f", "null", "-"]
    decoded = subprocess.run(command, capture_output=True, text=True, check=True)
    assert decoded.stderr == ""
