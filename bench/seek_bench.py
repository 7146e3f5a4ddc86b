"""Seek in a recording to the first presented picture of the new time, 1080p in Chromium.

One camera is recorded for some ninety seconds; then the console's own timeline is sent to random
seconds by its jump field. A script in the page takes the time from the form's submit to the frame
callback of a picture of that second. Some places are still in the player's buffer, most are not.

What is seen is the redacted rendition: decoded, looked at, covered and coded while one waits. The
same places are then sought by a second viewer, for whom their masks are there.
"""

import os
import random
from pathlib import Path

from playwright.sync_api import Page

from bench.row import Row
from bench.viewing import Town, quantile, signed_in, town

RECORDED_S = int(os.environ.get("FAROLA_BENCH_RECORDED", "90"))
SEEKS = 40
MOST_MS = 800
_SCRIPT = Path(__file__).with_name("seek_time.js")
_JUMPED = "(count) => seekTime.length >= count"


def measure() -> list[Row]:
    rows: list[Row] = []
    with town(1) as running:
        _wait(running)
        for viewer in ("first viewer", "next viewer"):
            paused, playing = _viewer(running)
            for how, times in (("paused", paused), ("playing", playing)):
                name = f"seek to presented redacted picture, {viewer}, {how}"
                rows.append(Row(f"{name}, p50", _ms(times, 0.5), "ms"))
                rows.append(Row(f"{name}, p95", _ms(times, 0.95), "ms", at_most=MOST_MS))
    return rows


def _wait(running: Town) -> None:
    with signed_in(running) as page:
        page.goto("about:blank")  # nobody looks meanwhile
        page.wait_for_timeout(RECORDED_S * 1000)


def _viewer(running: Town) -> tuple[list[float], list[float]]:
    """Milliseconds of each seek, paused and playing, of somebody who opens the timeline anew."""
    with signed_in(running, _SCRIPT.read_text()) as page:
        camera = page.request.get(f"{running.url}/api/cameras").json()["cameras"][0]["id"]
        page.goto(f"{running.url}/timeline/{camera}")
        page.wait_for_selector(".stage[data-wall-us]")
        paused = _seek(page, running.url, camera)
        page.locator("button.play").click()
        page.wait_for_selector(".stage[data-state=playing]")
        return paused, _seek(page, running.url, camera)


def _seek(page: Page, url: str, camera: str) -> list[float]:
    """Milliseconds that each of the seeks took."""
    now = page.request.get(f"{url}/api/states").json()["now_us"]
    query = f"start_us={now - 3_600_000_000}&end_us={now}"
    spans = page.request.get(f"{url}/api/cameras/{camera}/timeline?{query}").json()["spans"]
    first = spans[0]["start_us"] // 1_000_000 + 2
    last = min(first + RECORDED_S, spans[-1]["end_us"] // 1_000_000) - 5
    dice = random.Random(8600)
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    page.evaluate("seekTime.length = 0")
    for number in range(1, SEEKS + 1):
        second = dice.randint(first, last)
        page.evaluate("(us) => expectSeek(us)", second * 1_000_000)
        clock = page.evaluate(
            "([ms, timeZone]) => new Date(ms).toLocaleTimeString('en-GB', { timeZone })",
            [second * 1000, zone],
        )
        page.fill("#jump", clock)
        page.press("#jump", "Enter")
        page.wait_for_function(_JUMPED, arg=number)
        page.wait_for_timeout(dice.randint(50, 400))
    found: list[float] = page.evaluate("seekTime")
    return found


def _ms(times: list[float], share: float) -> float:
    return round(quantile(times, share), 1)
