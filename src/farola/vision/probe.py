"""A picture with a known answer: two drawn people on a pavement.

A detector that finds nothing looks like an empty street. So each is shown this before it is
believed, and again and again; one that does not see these people is no detector.
"""

from collections.abc import Iterable

import numpy as np

from farola.model import Box, Detection, Label
from farola.vision.detector import Floats, Pictures
from farola.vision.frames import InputSpec

type _Colour = tuple[int, int, int]

_SKIN: _Colour = (208, 163, 138)
_HAIR: _Colour = (60, 45, 35)
_SHOE: _Colour = (30, 30, 30)
_PEOPLE: tuple[tuple[float, float, _Colour, _Colour], ...] = (
    # Where across, how tall, coat, trousers.
    (0.30, 0.62, (150, 40, 45), (35, 40, 70)),
    (0.70, 0.59, (40, 70, 130), (50, 45, 40)),
)
_FEET = 0.9
_LEAST_OVERLAP = 0.4


def probe(spec: InputSpec) -> Pictures:
    """The picture as the detector takes it, (height, width, 3); it fills the whole input."""
    drawing = _Drawing(spec)
    for across, tall, coat, trousers in _PEOPLE:
        _person(drawing, across, tall, coat, trousers)
    return drawing.picture()


def people() -> list[Box]:
    """Where they are, in fractions of the picture."""
    return [
        Box(across - 0.17 * tall, _FEET - tall, 0.34 * tall, tall) for across, tall, _, _ in _PEOPLE
    ]


def is_seen(found: Iterable[Detection]) -> bool:
    """Whether all of them are among the detections."""
    boxes = [each.box for each in found if each.label is Label.PERSON]
    return all(any(person.overlap(box) > _LEAST_OVERLAP for box in boxes) for person in people())


class _Drawing:
    """Round shapes on a wall and a pavement; places and sizes are fractions of the picture."""

    def __init__(self, spec: InputSpec) -> None:
        rows, columns = np.mgrid[: spec.height, : spec.width].astype(np.float32)
        self._down, self._across = rows / spec.height, columns / spec.width
        self._pixels: Floats = np.empty((spec.height, spec.width, 3), np.float32)
        self._pixels[:] = (196, 206, 214)
        self._pixels[self._down > 0.62] = (128, 126, 122)

    def round(self, x: float, y: float, wide: float, high: float, colour: _Colour) -> None:
        inside = ((self._across - x) / wide) ** 2 + ((self._down - y) / high) ** 2 < 1
        self._pixels[inside] = colour

    def limb(
        self, start: tuple[float, float], end: tuple[float, float], thick: float, colour: _Colour
    ) -> None:
        along = end[0] - start[0], end[1] - start[1]
        length = along[0] ** 2 + along[1] ** 2
        share = (self._across - start[0]) * along[0] + (self._down - start[1]) * along[1]
        share = np.clip(share / max(length, 1e-9), 0, 1)
        away = np.hypot(
            self._across - start[0] - share * along[0], self._down - start[1] - share * along[1]
        )
        self._pixels[away < thick] = colour

    def picture(self) -> Pictures:
        """Edges a little soft and surfaces a little rough, as a camera's are."""
        edged = np.pad(self._pixels, ((1, 1), (1, 1), (0, 0)), "edge")
        rows = (edged[:-2] + edged[1:-1] + edged[2:]) / 3
        soft = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 3
        rough = np.random.default_rng(1).normal(0, 3, soft.shape)
        return np.clip(soft + rough, 0, 255).astype(np.uint8)


def _person(at: _Drawing, x: float, tall: float, coat: _Colour, trousers: _Colour) -> None:
    part = tall / 8  # a head
    top, hip = _FEET - tall, _FEET - 3.9 * part
    sleeve = (coat[0] * 17 // 20, coat[1] * 17 // 20, coat[2] * 17 // 20)
    at.round(x + 0.01, _FEET, 1.3 * part, 0.25 * part, (100, 98, 95))  # shadow
    for side, knee, toe in ((-0.35, -0.75, -1.1), (0.35, 0.6, 0.95)):
        foot = (x + knee * part, _FEET - 0.2 * part)
        at.limb((x + side * part, hip), foot, 0.36 * part, trousers)
        at.limb(foot, (x + toe * part, _FEET - 0.1 * part), 0.2 * part, _SHOE)
    shoulder = top + 1.9 * part
    for side, hand in ((-0.95, -1.3), (0.95, 1.2)):
        wrist = (x + hand * part, _FEET - 3.7 * part)
        at.limb((x + side * part, shoulder), wrist, 0.28 * part, sleeve)
        at.round(wrist[0], _FEET - 3.4 * part, 0.25 * part, 0.3 * part, _SKIN)
    at.limb((x, top + 2.2 * part), (x, _FEET - 3.8 * part), 0.95 * part, coat)
    at.limb((x - 0.6 * part, shoulder), (x + 0.6 * part, shoulder), 0.5 * part, coat)
    at.limb((x, top + 0.9 * part), (x, top + 1.5 * part), 0.28 * part, _SKIN)
    at.round(x, top + 0.62 * part, 0.46 * part, 0.6 * part, _SKIN)
    at.round(x, top + 0.35 * part, 0.5 * part, 0.38 * part, _HAIR)
