"""YOLOX as its authors export it to ONNX, without decoding in the graph, trained on COCO."""

from collections.abc import Sequence

import numpy as np

from farola.base import Error, Kind
from farola.model import Detection, Label
from farola.vision.detector import LEAST_SCORE, Floats, Normalisation, suppressed
from farola.vision.frames import InputSpec

_CLASS: dict[int, Label] = {
    0: Label.PERSON,
    1: Label.BICYCLE,
    2: Label.CAR,
    3: Label.MOTORCYCLE,
    5: Label.BUS,
    7: Label.TRUCK,
    16: Label.DOG,
}
"""COCO's number -> our word; the other 73 classes are dropped."""

_PLACES = np.array(list(_CLASS))
_LABELS = list(_CLASS.values())
_BIG = [_LABELS.index(label) for label in (Label.CAR, Label.BUS, Label.TRUCK)]
_GROUP = np.array([_BIG[0] if at in _BIG else at for at in range(len(_LABELS))])
_STRIDES = (8, 16, 32)
_FIRST_CLASS = 5  # after x, y, width, height and how likely anything is there
_VALUES = _FIRST_CLASS + 80
_MOST_LOG = 8.0


class YoloxAdapter:
    """Output: (1, cells, 85) for the grids of strides 8, 16 and 32, scores already 0 to 1."""

    normalisation = Normalisation(mean=0.0, scale=1.0, bgr=True, planar=True)

    def __init__(self, spec: InputSpec) -> None:
        self._grid = grid(spec)
        self._size = np.array([spec.width, spec.height] * 2, dtype=np.float32)

    def detections(self, outputs: Sequence[Floats]) -> list[Detection]:
        if len(outputs) != 1 or outputs[0].shape != (1, len(self._grid), _VALUES):
            raise Error(
                Kind.DETECTOR_FAILED, "the detector's answer has not the shape of its family"
            )
        answer = outputs[0][0]
        anything = answer[:, 4]
        if not np.isfinite(anything).all():
            raise Error(Kind.DETECTOR_FAILED, "the detector answers with what is no number")
        # A class is at most certain: less than this cannot become enough.
        likely = np.flatnonzero(anything > LEAST_SCORE)
        scores = answer[likely][:, _FIRST_CLASS + _PLACES] * anything[likely, None]
        best = scores.max(axis=1, initial=0.0)
        enough = ~(best <= LEAST_SCORE)
        likely, classes = likely[enough], np.argmax(scores[enough], axis=1)
        boxes = self._boxes(answer[likely, :4], self._grid[likely])
        if not (np.isfinite(boxes).all() and np.isfinite(best).all()):
            raise Error(Kind.DETECTOR_FAILED, "the detector answers with what is no number")
        return suppressed(boxes, best[enough], [_LABELS[each] for each in classes], _GROUP[classes])

    def _boxes(self, values: Floats, cells: Floats) -> Floats:
        stride = cells[:, 2:]
        middle = (values[:, :2] + cells[:, :2]) * stride
        size = np.exp(np.minimum(values[:, 2:], _MOST_LOG)) * stride
        corners = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
        return (corners / self._size).astype(np.float32)


def grid(spec: InputSpec) -> Floats:
    """Column, row and stride of every cell, in the order of the output."""
    found = []
    for stride in _STRIDES:
        rows, columns = np.mgrid[: spec.height // stride, : spec.width // stride]
        cells = np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, stride)], axis=1)
        found.append(cells)
    return np.concatenate(found).astype(np.float32)
