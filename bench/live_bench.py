"""Live delay, camera to presented picture, of four 1080p tiles in Chromium.

Every picture carries its send time in an SEI message. The console's own wall plays; a script in the
page reads the stamps as they arrive and asks each video which picture is on the screen when
(`requestVideoFrameCallback`, `expectedDisplayTime`). The simulator, the server and the browser
share this machine's clock and its processor, decoding in software included.
"""

import json
from pathlib import Path

from bench.row import Row
from bench.viewing import quantile, signed_in, town

TILES = 4
WARM_UP_MS = 10_000
MEASURED_MS = 30_000
_SCRIPT = Path(__file__).with_name("live_delay.js")


def measure() -> list[Row]:
    with town(TILES, "--stamp") as running, signed_in(running, _SCRIPT.read_text()) as page:
        page.wait_for_function(
            "(n) => document.querySelectorAll('article.tile[data-state=live]').length === n",
            arg=TILES,
        )
        page.wait_for_timeout(WARM_UP_MS)
        page.evaluate("liveDelay.on = true")
        page.wait_for_timeout(MEASURED_MS)
        found = json.loads(page.evaluate("JSON.stringify(liveDelay)"))
    arrival, presented = found["arrival"], found["presented"]
    expected = TILES * 25 * MEASURED_MS / 1000
    return [
        Row("live delay, camera to presented picture, p50", _ms(presented, 0.5), "ms"),
        Row(
            "live delay, camera to presented picture, p95", _ms(presented, 0.95), "ms", at_most=700
        ),
        Row("live delay, camera to the browser's socket, p50", _ms(arrival, 0.5), "ms"),
        Row("live delay, camera to the browser's socket, p95", _ms(arrival, 0.95), "ms"),
        Row("pictures presented of those sent", round(len(presented) / expected * 100, 1), "%"),
        Row("pictures presented that could not be told", found["unmatched"], "pictures"),
    ]


def _ms(delays: list[float], share: float) -> float:
    return round(quantile(delays, share), 1)
