"""SSD-MobileNet-v2 as the TensorFlow object detection models export it, trained on Open Images."""

from collections.abc import Sequence

import numpy as np

from farola.base import Error, Kind
from farola.model import Detection, Label
from farola.vision.detector import LEAST_SCORE, Floats, Normalisation, suppressed

CLASSES = 24
_CLASS: dict[int, Label] = {
    1: Label.BICYCLE,
    4: Label.PERSON,
    18: Label.VEHICLE,
    20: Label.DOG,
    23: Label.CAR,
}
"""Place in the model's label file -> our word. Shoes, bags, laptops and the rest are dropped."""

_PLACES = np.array(list(_CLASS))
_LABELS = list(_CLASS.values())
_VEHICLE, _CAR = _LABELS.index(Label.VEHICLE), _LABELS.index(Label.CAR)
_GROUP = np.array([_CAR if at == _VEHICLE else at for at in range(len(_LABELS))])
_CELLS = (19, 10, 5, 3, 2, 1)
_LEAST_SCALE, _MOST_SCALE = 0.2, 0.95
_CENTRE, _SIZE = 10.0, 5.0  # how box encodings are scaled
_MOST_LOG = 4.0  # e^4: a box 50 times its anchor is none


class SsdAdapter:
    """Outputs: box encodings (1, 1917, 4) as y, x, height, width, and class logits (1, 1917, 24),
    in either order.
    """

    normalisation = Normalisation(mean=127.5, scale=127.5, bgr=False, planar=False)

    def __init__(self) -> None:
        self._anchors = anchors()

    def detections(self, outputs: Sequence[Floats]) -> list[Detection]:
        encodings, logits = self._sorted(outputs)
        allowed = logits[:, _PLACES]
        # The thing is "vehicle" as much as "car": the narrower word when it is nearly as likely.
        allowed[:, _CAR] = np.where(
            allowed[:, _CAR] > allowed[:, _VEHICLE] - 1.0,
            np.maximum(allowed[:, _CAR], allowed[:, _VEHICLE]),
            allowed[:, _CAR],
        )
        best = allowed.max(axis=1)
        if not np.isfinite(best).all():
            raise Error(Kind.DETECTOR_FAILED, "the detector answers with what is no number")
        found = np.flatnonzero(best > np.log(LEAST_SCORE / (1 - LEAST_SCORE)))
        if not len(found):
            return []
        classes = _best_class(allowed[found])
        return suppressed(
            self._boxes(encodings[found], self._anchors[found]),
            (1 / (1 + np.exp(-best[found]))).astype(np.float32),
            [_LABELS[each] for each in classes],
            _GROUP[classes],
        )

    def _sorted(self, outputs: Sequence[Floats]) -> tuple[Floats, Floats]:
        count = len(self._anchors)
        by_shape = {output.shape: output for output in outputs}
        try:
            return by_shape[1, count, 4][0], by_shape[1, count, CLASSES][0]
        except KeyError:
            raise Error(
                Kind.DETECTOR_FAILED, "the detector's answer has not the shape of its family"
            ) from None

    @staticmethod
    def _boxes(encodings: Floats, anchors: Floats) -> Floats:
        middle = encodings[:, :2] / _CENTRE * anchors[:, 2:] + anchors[:, :2]
        size = np.exp(np.minimum(encodings[:, 2:] / _SIZE, _MOST_LOG)) * anchors[:, 2:]
        corners = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
        if not np.isfinite(corners).all():
            raise Error(Kind.DETECTOR_FAILED, "the detector answers with what is no number")
        return corners[:, [1, 0, 3, 2]]


def anchors() -> Floats:
    """The 1917 default boxes as middle y, middle x, height, width, in fractions."""
    layers = len(_CELLS)
    step = (_MOST_SCALE - _LEAST_SCALE) / (layers - 1)
    scales = [_LEAST_SCALE + step * layer for layer in range(layers)] + [1.0]
    found = []
    for layer, cells in enumerate(_CELLS):
        scale = scales[layer]
        if layer == 0:
            shapes = [(0.1, 1.0), (scale, 2.0), (scale, 0.5)]
        else:
            shapes = [(scale, ratio) for ratio in (1.0, 2.0, 0.5, 3.0, 1 / 3)]
            shapes.append(((scale * scales[layer + 1]) ** 0.5, 1.0))
        for row in range(cells):
            for column in range(cells):
                middle = (row + 0.5) / cells, (column + 0.5) / cells
                found += [(*middle, size / ratio**0.5, size * ratio**0.5) for size, ratio in shapes]
    return np.array(found, dtype=np.float32)


def _best_class(allowed: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The likeliest class of each row; where car and vehicle are equal, car."""
    vehicle = allowed[:, _VEHICLE].copy()
    allowed[:, _VEHICLE] = np.where(allowed[:, _CAR] >= vehicle, -np.inf, vehicle)
    return np.argmax(allowed, axis=1)
