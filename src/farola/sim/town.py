"""The demonstration's town: four cameras that look at one street in different ways."""

from dataclasses import dataclass
from pathlib import Path

from farola.sim.encode import Coding
from farola.sim.footage import Footage
from farola.sim.renditions import (
    Progress,
    Recipe,
    Source,
    Window,
    camera_rate,
    inspect,
    longest,
    render,
)
from farola.sim.server import SimCamera

_LEAST_WIDTH, _MOST_WIDTH = 768, 1280


@dataclass(frozen=True, slots=True)
class View:
    """One camera of the town: its URL's path and what it sees of the footage."""

    name: str
    window: Window


VIEWS = (
    View("plaza", Window()),
    View("crossing", Window(left=400, top=100, width=600, height=600)),
    View("footpath", Window(left=0, top=200, width=600, height=450)),
    View("corner", Window(left=250, top=170, width=600, height=600)),
)


def town(footage: Footage, cache: Path, progress: Progress) -> list[SimCamera]:
    """Four cameras over the footage, encoded into `cache` when they are not there yet.

    All are H.264, which every browser plays, with a key frame each second and no B-frames. A drawn
    street is shown whole by all four, so that each says that it is drawn; they differ in time and
    size then. Raises `Error` when the footage cannot be read.
    """
    source = inspect(footage.path)
    cameras = []
    for number, view in enumerate(VIEWS):
        window = Window() if footage.drawn else view.window
        width = _LEAST_WIDTH - 64 * number if footage.drawn else _width(source, window)
        coding = _coding(source, window, width)
        recipe = Recipe(window, coding, longest(source))
        path = render(footage.path, recipe, cache, view.name, progress)
        offset_us = longest(source) * 1_000_000 * number // len(VIEWS)
        cameras.append(SimCamera(view.name, path, offset_us=offset_us))
    return cameras


def _width(source: Source, window: Window) -> int:
    return min(max(source.width * window.width // 1000, _LEAST_WIDTH), _MOST_WIDTH)


def _coding(source: Source, window: Window, width: int) -> Coding:
    height = width * source.height * window.height // (source.width * window.width)
    rate = camera_rate(source)
    return Coding("h264", width & ~1, height & ~1, rate, group=rate)
