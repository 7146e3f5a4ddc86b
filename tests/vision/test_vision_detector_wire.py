"""What the service and its detector tell each other survives the way; what is garbage is told."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.model import Box, Detection, Label
from farola.vision.detector_wire import (
    Answer,
    DropRing,
    Failed,
    Look,
    Message,
    Ready,
    Start,
    TakeRing,
    pack,
    unpack,
)

FLOATS = st.floats(0, 1, width=32)
DETECTIONS = st.builds(
    Detection, st.sampled_from(Label), FLOATS, st.builds(Box, FLOATS, FLOATS, FLOATS, FLOATS)
)
NUMBERS = st.integers(0, 2**32 - 1)
SIDES = st.integers(0, 2**16 - 1)
MESSAGES = st.one_of(
    st.builds(Start, st.text(), st.text(), st.integers(1, 256), st.booleans()),
    st.builds(TakeRing, NUMBERS, NUMBERS, NUMBERS),
    st.builds(DropRing, NUMBERS),
    st.builds(Look, NUMBERS, NUMBERS, NUMBERS, SIDES, SIDES),
    st.builds(Ready, st.text(), st.lists(st.text()).map(tuple)),
    st.builds(Answer, NUMBERS, st.lists(DETECTIONS, max_size=200).map(tuple)),
    st.builds(Failed, st.sampled_from(Kind), st.text()),
)


@given(MESSAGES)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    assert unpack(pack(message)) == message


@given(st.binary(max_size=300))
@example(b"")
def test_garbage_is_told(data: bytes) -> None:
    with suppress(Error):
        unpack(data)


@pytest.mark.parametrize(
    "box",
    [
        Box(float("nan"), 0, 0.1, 0.1),
        Box(0, float("inf"), 0.1, 0.1),
        Box(0, 0, -0.1, 0.1),
        Box(0, 0, 0.1, float("nan")),
    ],
)
def test_a_detection_that_lies_nowhere_is_refused(box: Box) -> None:
    with pytest.raises(Error, match="cannot be read"):
        unpack(pack(Answer(1, [Detection(Label.PERSON, 0.5, box)])))


def test_a_label_that_is_not_on_the_list_cannot_be_said() -> None:
    data = bytearray(pack(Answer(1, [Detection(Label.DOG, 0.5, Box(0, 0, 0.1, 0.1))])))
    data[11] = len(Label)  # the first byte after type, request and count
    with pytest.raises(Error, match="cannot be read"):
        unpack(bytes(data))
