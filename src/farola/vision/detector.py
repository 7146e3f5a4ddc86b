"""What every detector offers, and what all adapters share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from farola.model import Box, Detection, Label
from farola.vision.frames import InputSpec

type Floats = NDArray[np.float32]
type Pictures = NDArray[np.uint8]

LEAST_SCORE = 0.2
"""What scores less does not leave an adapter. Low on purpose: a cover too many is a smaller fault
than a person uncovered. Counting and rules ask for more (`farola.vision.tracks`)."""

MOST_DETECTIONS = 200
"""The most that one picture gives: a bound, not a wish."""

_SAME = 0.6  # intersection over union
_WITHIN = 0.9  # of the smaller one
_FAINT = 0.4


class Detector(Protocol):
    """Finds what the allow-list names in pictures."""

    @property
    def input(self) -> InputSpec: ...

    def detect(self, batch: Pictures) -> list[list[Detection]]:
        """What is in each picture of `batch` (N, height, width, RGB), best score first.

        Boxes are in fractions of the input. Raises DETECTOR_FAILED.
        """
        ...


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What a network wants of 8-bit RGB: (value - mean) / scale, perhaps BGR, perhaps planes."""

    mean: float
    scale: float
    bgr: bool
    planar: bool


class Adapter(Protocol):
    """One family of networks: numbers in, detections out, pure NumPy.

    Classes that are not of the allow-list have no way out: an adapter maps those it knows to a
    `Label` and drops every other.
    """

    normalisation: Normalisation

    def detections(self, outputs: Sequence[Floats]) -> list[Detection]:
        """From the outputs for one picture, in the network's order. Raises DETECTOR_FAILED when
        they have not the family's shapes or hold what is no number.
        """
        ...


def suppressed(
    boxes: Floats, scores: Floats, labels: Sequence[Label], groups: NDArray[np.intp]
) -> list[Detection]:
    """The best of boxes that mean the same thing (greedy non-maximum suppression).

    `boxes` (N, 4) are left, top, right, bottom; `groups` (N) tells things that may overlap without
    being the same, such as a rider and a bicycle. A faint box nearly within a better one goes as
    well: half a person again, and covered already.
    """
    order = np.argsort(-scores, kind="stable")[: 4 * MOST_DETECTIONS]
    boxes, scores, groups = boxes[order], scores[order], groups[order]
    overlap = _same(boxes, scores) & (groups[:, None] == groups[None, :])
    alive = np.ones(len(order), dtype=bool)
    kept: list[int] = []
    for at in range(len(order)):
        if alive[at]:
            kept.append(at)
            alive &= ~overlap[at]
            if len(kept) == MOST_DETECTIONS:
                break
    return [
        Detection(
            labels[order[at]],
            float(scores[at]),
            Box(
                float(boxes[at, 0]),
                float(boxes[at, 1]),
                float(boxes[at, 2] - boxes[at, 0]),
                float(boxes[at, 3] - boxes[at, 1]),
            ),
        )
        for at in kept
    ]


def _same(boxes: Floats, scores: Floats) -> NDArray[np.bool_]:
    """Whether the second of each two boxes shows what the first shows, (N, N)."""
    corner = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    far = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    sides = np.maximum(far - corner, 0.0)
    shared = sides[..., 0] * sides[..., 1]
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    same = shared > _SAME * (area[:, None] + area[None, :] - shared)
    within = (shared > _WITHIN * area[None, :]) & (scores < _FAINT)[None, :]
    both: NDArray[np.bool_] = same | within
    return both
