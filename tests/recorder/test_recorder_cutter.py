"""Fragments cut from units: nothing lost, nothing twice, bounded, beginning where they may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farola.media import Codec, CodecConfig
from farola.recorder.cutter import MOST_TICKS, Cut, Cutter
from farola.sim.clips import tiny_clip
from farola.sim.reel import load_reel
from farola.store import CHUNK

STEP = 3_600


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> CodecConfig:
    clip = tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1)
    return CodecConfig.from_parameter_sets(Codec.H264, load_reel(clip).parameter_sets)


class Feeder:
    """Appends numbered units to a buffer as a depacketiser does."""

    def __init__(self, config: CodecConfig) -> None:
        self.cuts: list[Cut] = []
        self.cutter = Cutter(self.cuts.append)
        self.buffer = bytearray()
        self.config: CodecConfig | None = config

    def unit(self, media: int, key: bool, body: bytes = b"unit", lost: int = 0) -> None:
        start = len(self.buffer)
        self.buffer += body
        self.buffer = self.cutter.take(
            self.buffer, start, media, key=key, lost=lost, config=self.config
        )
        self.config = None

    def finish(self) -> list[Cut]:
        self.cutter.finish(self.buffer)
        return self.cuts


def whole(cut: Cut) -> bytes:
    return b"".join((*cut.chunks, cut.payload))


def test_one_group_of_pictures_is_one_fragment(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for number in range(75):
        feeder.unit(number * STEP, number % 25 == 0)
    cuts = feeder.finish()
    assert [cut.media_start for cut in cuts] == [0, 90_000, 180_000]
    assert [cut.duration for cut in cuts] == [90_000, 90_000, 90_000]
    assert [cut.sequence for cut in cuts] == [0, 1, 2]
    assert all(cut.key and len(cut.samples) == 25 and not cut.after_hole for cut in cuts)


def test_nothing_is_taken_before_a_key_frame(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for number in range(10):
        feeder.unit(number * STEP, False)
    assert not feeder.cutter.started
    assert feeder.buffer == b""
    feeder.unit(10 * STEP, True, b"key")
    assert feeder.cutter.started
    (cut,) = feeder.finish()
    assert cut.payload == b"key"


def test_a_key_frame_without_parameter_sets_is_not_taken(config: CodecConfig) -> None:
    feeder = Feeder(config)
    feeder.config = None
    feeder.unit(0, True)
    assert not feeder.cutter.started
    feeder.config = config
    feeder.unit(STEP, True)
    assert feeder.cutter.started


def test_a_long_group_goes_on_in_fragments_of_two_seconds(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for number in range(250):
        feeder.unit(number * STEP, number == 0)
    cuts = feeder.finish()
    assert [cut.key for cut in cuts] == [True, False, False, False, False]
    assert all(cut.duration <= MOST_TICKS for cut in cuts)


def test_pictures_that_are_all_key_share_fragments(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for number in range(100):
        feeder.unit(number * STEP, True)
    cuts = feeder.finish()
    assert all(20 <= len(cut.samples) <= 26 for cut in cuts[:-1])


def test_a_hole_begins_a_fragment_that_says_so(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for number in range(10):
        feeder.unit(number * STEP, number == 0)
    feeder.unit(90_000 * 3, False, lost=7)
    first, second = feeder.finish()
    assert first.media_start + first.duration == 10 * STEP
    assert second.media_start == 90_000 * 3
    assert (second.after_hole, second.lost, first.lost) == (True, 7, 0)


def test_a_slow_camera_has_no_holes(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for number in range(20):
        feeder.unit(number * 45_000, number % 4 == 0)
    assert not any(cut.after_hole for cut in feeder.finish()[1:])


def test_reordered_pictures_are_timed_by_their_showing(config: CodecConfig) -> None:
    feeder = Feeder(config)
    for group in range(2):
        for shown in (0, 3, 1, 2, 6, 4, 5):
            feeder.unit((group * 30 + shown) * STEP, shown == 0)
    for cut in feeder.finish():
        dts = cut.media_start
        for sample, shown in zip(cut.samples, (0, 3, 1, 2, 6, 4, 5), strict=True):
            assert dts + sample.cts == cut.media_start + shown * STEP
            dts += sample.duration


def test_a_changed_configuration_begins_a_fragment(config: CodecConfig) -> None:
    other = CodecConfig(
        config.codec, (*config.parameter_sets, b"\x68other"), config.picture, "avc1.640029", b"x"
    )
    feeder = Feeder(config)
    feeder.unit(0, True)
    feeder.unit(STEP, False)
    feeder.config = other
    feeder.unit(2 * STEP, True)
    first, second = feeder.finish()
    assert (first.config, second.config) == (config, other)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.integers(-9_000, 400_000),
            st.booleans(),
            st.binary(min_size=1),
            st.integers(0, 3),
            st.sampled_from((0, 0, 0, 5_000, CHUNK - 1, CHUNK, 2 * CHUNK + 1)),
        ),
        max_size=300,
    )
)
def test_every_unit_stands_once_and_in_order(
    config: CodecConfig, units: list[tuple[int, bool, bytes, int, int]]
) -> None:
    feeder = Feeder(config)
    media = 900_000
    feeder.unit(media, True, b"first")
    sent = [b"first"]
    for step, key, body, lost, more in units:
        media = max(900_000, media + step)
        sent.append(body + bytes(more))
        feeder.unit(media, key, sent[-1], lost)
        assert len(feeder.buffer) < CHUNK
    for unit in feeder.cutter.units(feeder.buffer)[-1:]:
        assert unit.payload == sent[-1]
    cuts = feeder.finish()
    assert b"".join(map(whole, cuts)) == b"".join(sent)
    assert sum(cut.lost for cut in cuts) == sum(u[3] for u in units)
    for cut in cuts:
        assert sum(sample.size for sample in cut.samples) == cut.size == len(whole(cut))
        assert {len(chunk) for chunk in cut.chunks} <= {CHUNK}
        assert sum(sample.duration for sample in cut.samples) == cut.duration > 0
        assert cut.media_start >= 0
