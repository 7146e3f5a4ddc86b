"""What the gate adds to a media request, everything included: decision, ledger, checks, seal.

    python -m bench gate

The peer is the same source called in a thread without a gate. A look that goes on writes nothing; a
new one waits for its entry's sync. Under a grant the original is given out and the grant looked up.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.row import Row
from farola.access import GrantBook
from farola.base import SystemClock
from farola.gate import Footage, Gate, KeyFrame, Looks, Still, Viewer
from farola.keys import Keystore
from farola.ledger import Ledger, NoteKey
from farola.model import (
    HOUR_US,
    Address,
    Assignment,
    Camera,
    Grant,
    Papers,
    Person,
    Rendition,
    Role,
    Span,
    StreamKind,
)

REQUESTS = 1_000
AT_MOST_MS = 2.0
_DATA = b"x" * 500_000


class _Source:
    """Gives out the same bytes at once."""

    def __init__(self, rendition: Rendition) -> None:
        self.rendition = rendition
        self.at_us = 0

    def part(self, camera_id: str, key: str) -> Footage:
        span = Span(self.at_us, self.at_us + 1_000_000)
        return Footage(camera_id, span, iter((_DATA,)), len(_DATA))

    def playlist(
        self,
        camera_id: str,
        stream: StreamKind,
        span: Span,
        *,
        within: Span | None = None,
        query: str = "",
    ) -> str:
        return "#EXTM3U"

    def init(self, camera_id: str, key: str) -> bytes:
        return b"ftyp"

    def clip(
        self, camera_id: str, stream: StreamKind, span: Span, *, within: Span | None = None
    ) -> Footage:
        return self.part(camera_id, "")

    def key_frame(self, camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        return KeyFrame(camera_id, at_us, _DATA)

    def still(self, camera_id: str, stream: StreamKind, at_us: int | None) -> Still:
        return Still(camera_id, at_us or 0, _DATA)


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        keystore = Keystore.open(Path(folder) / "keys", create=True)
        key = NoteKey("bench.example/ledger", keystore.signing_key("ledger", create=True))
        ledger = Ledger.open(Path(folder) / "ledger", key, SystemClock(), create=True)
        try:
            return asyncio.run(_measure(ledger))
        finally:
            ledger.close()


async def _measure(ledger: Ledger) -> list[Row]:
    clock = SystemClock()
    covered, originals = _Source(Rendition.REDACTED), _Source(Rendition.ORIGINAL)
    book = GrantBook(clock)
    camera = Camera(
        id="cam-000000000001",
        name="north",
        place="North gate",
        main=Address("rtsp", "10.0.0.9", 554, "/main"),
        sub=None,
        papers=Papers("safety", "by-law 7", "public works"),
        enabled=True,
        has_credentials=False,
        created_us=1,
    )
    person = Person("per-1", "Ana", 1, frozenset({Assignment(Role.SUPERVISOR)}))
    viewer = Viewer(person, "ses-0011223344556677")
    now_us = clock.wall_us()
    wide = Span(0, 10_000 * HOUR_US)
    book.put(
        [Grant("grn-1", "req-1", "per-1", (camera.id,), wide, "", now_us, 2 * now_us, "per-2")]
    )
    gate = Gate(
        live={},
        playback={Rendition.REDACTED: covered, Rendition.ORIGINAL: originals},
        looks=Looks(ledger, clock),
        grants=book,
    )

    async def plain() -> None:
        await asyncio.to_thread(covered.part, camera.id, "key")

    async def going_on() -> None:
        await gate.part(viewer, camera, "key")

    async def granted() -> None:
        await gate.part(viewer, camera, "key", "grn-1")

    async def new() -> None:
        covered.at_us += HOUR_US
        await gate.part(viewer, camera, "key")

    peer = await _times(plain)
    rows = []
    for what, call in (
        ("the gate adds to a request, p95, a look that goes on", going_on),
        ("the gate adds to a request, p95, an original under a grant", granted),
        ("the gate adds to a request, p95, a new look with its entry", new),
    ):
        taken = await _times(call)
        added = max(0.0, _p95(taken) - statistics.median(peer))
        rows.append(
            Row(
                what, added, "ms", at_most=AT_MOST_MS, peer=_p95(peer), peer_name="the source alone"
            )
        )
    return rows


async def _times(call: Callable[[], Awaitable[None]]) -> list[float]:
    await call()
    taken = []
    for _ in range(REQUESTS):
        start = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - start) * 1_000)
    return taken


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]
