"""Live delay of the redacted rendition, camera to presented picture, of four tiles in Chromium.

The demonstration's four cameras: a real street, decoded, looked at, covered and coded anew, shown
by the console's own wall. Every covered picture carries the wall time at which the recorder placed
the camera's picture; each tile tells, when a picture is presented (`requestVideoFrameCallback`),
how long ago that was. Simulator, server, decoders, detector and browser share this machine's clock
and its processor, the browser's decoding in software included. The original is reachable by nobody,
so its delay cannot be measured from outside.
"""

import json
from collections import Counter
from pathlib import Path

from bench.row import Row
from bench.viewing import demo, quantile, signed_in

TILES = 4
RATE = 10  # pictures a second of the demo's footage
WARM_UP_MS = 20_000
MEASURED_MS = 40_000
_SCRIPT = Path(__file__).with_name("live_delay.js")


def measure() -> list[Row]:
    with demo() as running, signed_in(running, _SCRIPT.read_text()) as page:
        page.wait_for_function(
            "(n) => document.querySelectorAll('article.tile[data-state=live]').length === n",
            arg=TILES,
        )
        page.wait_for_timeout(WARM_UP_MS)
        page.evaluate("liveDelay.on = true")
        page.wait_for_timeout(MEASURED_MS)
        found = json.loads(page.evaluate("JSON.stringify(liveDelay)"))
    presented = found["presented"]
    covers = Counter(found["covers"])
    expected = TILES * RATE * MEASURED_MS / 1000
    return [
        Row("redacted live delay, camera to presented picture, p50", _ms(presented, 0.5), "ms"),
        Row(
            "redacted live delay, camera to presented picture, p95",
            _ms(presented, 0.95),
            "ms",
            at_most=1_200,
        ),
        Row("pictures presented of those sent", round(len(presented) / expected * 100, 1), "%"),
        Row(
            "of those, people alone covered and not the whole picture",
            round(covers["covered"] / max(1, len(presented)) * 100, 1),
            "%",
        ),
    ]


def _ms(delays: list[float], share: float) -> float:
    return round(quantile(delays, share), 1)
