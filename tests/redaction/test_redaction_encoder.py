"""Covered pictures as H.264 and JPEG that others can read."""

from fractions import Fraction

import av
import numpy as np
import pytest
from redaction_street import scene

from farola.base import Error, Kind
from farola.media import Codec, is_key, parameter_sets_in, units
from farola.redaction import Encoder, still


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(("width", "height"), [(320, 240), (64, 48), (1280, 720), (358, 202)])
def test_pictures_come_out_one_by_one_and_decode(width: int, height: int, live: bool) -> None:
    encoder = Encoder(width, height, live=live)
    assert (encoder.config.picture.width, encoder.config.picture.height) == (width, height)
    picture = scene(width=width, height=height)
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = encoder.config.decoder_record
    shown = []
    coded = []
    for number in range(8):
        (unit,) = encoder.encode(picture, 1_000 + number * 9_000, key=number in {0, 5})
        coded.append(unit)
        packet = av.Packet(unit.payload)
        packet.pts = packet.dts = unit.pts
        packet.time_base = Fraction(1, 90_000)
        shown += decoder.decode(packet)
    shown += decoder.decode(None)
    assert [unit.pts for unit in coded] == [1_000 + number * 9_000 for number in range(8)]
    assert [number for number, unit in enumerate(coded) if unit.key] == [0, 5]
    for unit in coded:
        assert is_key(Codec.H264, unit.payload) == unit.key
        assert parameter_sets_in(Codec.H264, unit.payload) == ()
        assert list(units(unit.payload))
    assert [frame.pts for frame in shown] == [unit.pts for unit in coded]
    luma = shown[-1].to_ndarray(format="yuv420p")[:height].astype(int)
    assert np.abs(luma - picture[:height]).mean() < 12
    assert encoder.flush() == []


def test_parameter_sets_are_the_same_for_the_same_size() -> None:
    first, second = Encoder(320, 240), Encoder(320, 240)
    first.encode(scene(), 0, key=True)
    assert first.config == second.config
    assert first.config.parameter_sets == Encoder(320, 240).config.parameter_sets


def test_each_key_frame_begins_a_closed_group() -> None:
    """What comes before a key frame is not needed to decode what comes after it."""
    encoder = Encoder(320, 240)
    coded = [encoder.encode(scene(n), n * 9_000, key=n == 3)[0] for n in range(6)]
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = encoder.config.decoder_record
    shown = [frame for unit in coded[3:] for frame in decoder.decode(av.Packet(unit.payload))]
    shown += decoder.decode(None)
    assert len(shown) == 3
    assert not any(frame.is_corrupt for frame in shown)


def test_a_size_that_cannot_be_coded_is_refused() -> None:
    with pytest.raises(Error) as raised:
        Encoder(0, 48)
    assert raised.value.kind is Kind.INVALID_INPUT


def test_a_still_is_a_jpeg_of_the_picture() -> None:
    picture = scene()
    data = still(picture)
    assert data[:2] == b"\xff\xd8"
    assert data[-2:] == b"\xff\xd9"
    decoder = av.CodecContext.create("mjpeg", "r")
    (frame,) = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    assert (frame.width, frame.height) == (320, 240)
    luma = frame.to_ndarray(format="gray").astype(int)
    full_range = (picture[:240].astype(int) - 16) * 255 / 219
    assert np.abs(luma - np.clip(full_range, 0, 255)).mean() < 6
