"""Only allow-listed labels leave an adapter, and only for answers of the right shape."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.model import Label
from farola.vision.detector import LEAST_SCORE, MOST_DETECTIONS, suppressed
from farola.vision.frames import Fit, InputSpec
from farola.vision.ssd import CLASSES, SsdAdapter, anchors
from farola.vision.yolox import YoloxAdapter, grid

SPEC = InputSpec(416, 416, Fit.LETTERBOX)
CELLS = 52 * 52 + 26 * 26 + 13 * 13
SSD_LABELS = {
    1: Label.BICYCLE, 4: Label.PERSON, 18: Label.VEHICLE, 20: Label.DOG, 23: Label.CAR,
}  # fmt: skip
COCO_LABELS = {
    0: Label.PERSON, 1: Label.BICYCLE, 2: Label.CAR, 3: Label.MOTORCYCLE, 5: Label.BUS,
    7: Label.TRUCK, 16: Label.DOG,
}  # fmt: skip


def ssd_outputs() -> list[np.ndarray]:
    return [
        np.zeros((1, 1917, 4), np.float32),
        np.full((1, 1917, CLASSES), -20, np.float32),
    ]


def yolox_output() -> np.ndarray:
    return np.zeros((1, CELLS, 85), np.float32)


@pytest.mark.parametrize("number", range(CLASSES))
def test_ssd_says_the_allow_list_alone(number: int) -> None:
    boxes, logits = ssd_outputs()
    logits[0, 700, number] = 9
    found = SsdAdapter().detections([boxes, logits])
    assert [each.label for each in found] == ([SSD_LABELS[number]] if number in SSD_LABELS else [])


@pytest.mark.parametrize("number", range(80))
def test_yolox_says_the_allow_list_alone(number: int) -> None:
    output = yolox_output()
    output[0, 100, 4] = output[0, 100, 5 + number] = 0.9
    found = YoloxAdapter(SPEC).detections([output])
    assert [each.label for each in found] == (
        [COCO_LABELS[number]] if number in COCO_LABELS else []
    )


def test_ssd_boxes_are_where_their_anchors_are() -> None:
    boxes, logits = ssd_outputs()
    logits[0, 1916, 4] = 2  # the last anchor: the whole picture
    found = SsdAdapter().detections([logits, boxes])[0]  # the order of outputs does not matter
    y, x, height, width = (float(each) for each in anchors()[1916])
    assert found.box.left == pytest.approx(x - width / 2)
    assert found.box.top == pytest.approx(y - height / 2)
    assert (found.box.width, found.box.height) == pytest.approx((width, height))
    assert found.score == pytest.approx(1 / (1 + np.exp(-2)))


def test_yolox_boxes_are_where_their_cells_are() -> None:
    output = yolox_output()
    cell = 52 * 52 + 26 * 3 + 5  # stride 16, column 5, row 3
    assert grid(SPEC)[cell].tolist() == [5, 3, 16]
    output[0, cell, :6] = 0.5, 0.25, np.log(2), np.log(4), 0.8, 0.5
    found = YoloxAdapter(SPEC).detections([output])[0]
    assert found.score == pytest.approx(0.4)
    assert (found.box.left * 416, found.box.top * 416) == pytest.approx((88 - 16, 52 - 32))
    assert (found.box.width * 416, found.box.height * 416) == pytest.approx((32, 64))


def test_a_vehicle_that_is_nearly_as_likely_a_car_is_a_car() -> None:
    boxes, logits = ssd_outputs()
    logits[0, 700, 18], logits[0, 700, 23] = 2.0, 1.5
    (found,) = SsdAdapter().detections([boxes, logits])
    assert found.label is Label.CAR
    logits[0, 700, 23] = 0.5
    (found,) = SsdAdapter().detections([boxes, logits])
    assert found.label is Label.VEHICLE


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_a_failure_and_not_an_empty_picture(value: float) -> None:
    boxes, logits = ssd_outputs()
    logits[0, 3, 4] = value
    with pytest.raises(Error) as told:
        SsdAdapter().detections([boxes, logits])
    assert told.value.kind is Kind.DETECTOR_FAILED
    for place in (0, 4, 5):
        output = yolox_output()
        output[0, 3, 4:6] = 0.9
        output[0, 3, place] = value
        with pytest.raises(Error) as told:
            YoloxAdapter(SPEC).detections([output])
        assert told.value.kind is Kind.DETECTOR_FAILED


def test_an_answer_of_another_shape_is_a_failure() -> None:
    boxes, logits = ssd_outputs()
    for wrong in ([boxes], [boxes, logits[:, :-1]], [logits, logits], []):
        with pytest.raises(Error, match="shape of its family"):
            SsdAdapter().detections(wrong)
    for other in ([], [yolox_output()[:, :-1]], [yolox_output()] * 2):
        with pytest.raises(Error, match="shape of its family"):
            YoloxAdapter(SPEC).detections(other)


def test_an_empty_street_is_empty() -> None:
    assert SsdAdapter().detections(ssd_outputs()) == []
    assert YoloxAdapter(SPEC).detections([yolox_output()]) == []


BOXES = st.lists(
    st.tuples(
        st.floats(0, 0.875, width=32),
        st.floats(0, 0.875, width=32),
        st.floats(0.015625, 0.5, width=32),
        st.floats(0.015625, 0.5, width=32),
        st.floats(0.25, 1, width=32),
        st.integers(0, 1),
    ),
    max_size=40,
)


@given(BOXES)
def test_suppression_leaves_nothing_uncovered(rows: list[tuple[float, ...]]) -> None:
    """Whatever is dropped shares most of its area with something better of its kind that stays."""
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _, _ in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[4] for row in rows], np.float32)
    labels = [Label.PERSON if row[5] else Label.CAR for row in rows]
    groups = np.array([int(row[5]) for row in rows], np.intp)
    kept = suppressed(boxes, scores, labels, groups)
    assert len(kept) <= MOST_DETECTIONS
    assert [each.score for each in kept] == sorted((each.score for each in kept), reverse=True)
    for (left, top, right, bottom), score, label in zip(boxes, scores, labels, strict=True):
        area = (right - left) * (bottom - top)
        best = max(
            (
                max(0.0, min(right, each.box.right) - max(left, each.box.left))
                * max(0.0, min(bottom, each.box.bottom) - max(top, each.box.top))
                / area
                for each in kept
                if each.label is label and each.score >= score
            ),
            default=0.0,
        )
        assert best > 0.59


def test_scores_below_the_least_stay_inside() -> None:
    boxes, logits = ssd_outputs()
    least = np.log(LEAST_SCORE / (1 - LEAST_SCORE))
    logits[0, 700, 4] = least - 0.01
    assert SsdAdapter().detections([boxes, logits]) == []
    logits[0, 700, 4] = least + 0.01
    assert len(SsdAdapter().detections([boxes, logits])) == 1


def test_a_network_gets_its_colours_in_its_own_order_and_range() -> None:
    """In a process of its own: OpenVINO changes how its threads round."""
    program = Path(__file__).with_name("openvino_inputs.py")
    done = subprocess.run(
        [sys.executable, program], capture_output=True, text=True, check=True, timeout=120
    )
    got = json.loads(done.stdout)
    assert got["ssd-mobilenet-v2-oid"] == pytest.approx(
        [each / 127.5 - 1 for each in (200, 150, 130)], abs=0.001
    )
    assert got["yolox-nano"] == [130, 150, 200]
