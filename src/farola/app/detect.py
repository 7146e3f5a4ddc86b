"""`farola detect`: what the detector sees in a video file, as JSON."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from farola.app.darkroom import FileFacts
from farola.app.footage import check_model, open_footage
from farola.app.recipes import recipe_of
from farola.base import Clock
from farola.config import Settings
from farola.model import Box, Sighting
from farola.vision import Picture


async def detect(
    source: Path,
    out: IO[str],
    settings: Settings,
    clock: Clock,
    *,
    rate: float = 0.0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Writes a JSON array with one object a line for each detection; returns how many.

    `rate` is pictures a second, 0 for all. `box` is left, top, width, height in pixels of the
    upright picture, `time` seconds, `track` random and meaningful within this file alone. Raises
    what `redact` raises.
    """
    rows = _Rows(out, progress)
    async with open_footage(source, settings, clock, rows.seen) as footage:
        room = footage.room
        async for _ in room.cover_file(recipe_of(settings), rate, rows.facts, show=False):
            pass
        check_model(footage.service)
        fault = footage.service.load().fault
        if fault is not None:
            raise fault
    rows.end()
    return rows.count


class _Rows:
    def __init__(self, out: IO[str], progress: Callable[[int, int], None]) -> None:
        self.count = 0
        self._out = out
        self._progress = progress
        self._total = 0

    def facts(self, found: FileFacts) -> None:
        self._total = found.pictures

    def seen(self, picture: Picture, sightings: Sequence[Sighting]) -> None:
        for sighting in sightings:
            row = {
                "frame": picture.number,
                "time": round(picture.at_us / 1e6, 6),
                "class": sighting.label,
                "score": round(sighting.score, 4),
                "box": pixels(sighting.box, picture.width, picture.height),
                "track": sighting.track,
            }
            self._out.write("[\n" if self.count == 0 else ",\n")
            self._out.write(json.dumps(row, separators=(",", ":")))
            self.count += 1
        self._progress(picture.number + 1, self._total)

    def end(self) -> None:
        self._out.write("\n]\n" if self.count else "[]\n")


def pixels(box: Box, width: int, height: int) -> list[float]:
    """left, top, width, height in pixels, within the picture."""
    left, top = max(0.0, box.left * width), max(0.0, box.top * height)
    right, bottom = min(float(width), box.right * width), min(float(height), box.bottom * height)
    return [round(each, 1) for each in (left, top, max(0.0, right - left), max(0.0, bottom - top))]
