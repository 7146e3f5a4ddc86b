"""Any bytes give a value or a farola.Error, never another exception, in bounded time."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from farola.base import Error
from farola.media import (
    Codec,
    CodecConfig,
    Sample,
    init_segment,
    is_key,
    movie_fragment,
    parameter_sets_in,
    producer_time,
    unpack_fragments,
    unpack_samples,
)
from farola.media.h265 import vps_frame_rate

H264 = [
    bytes.fromhex("67640 00cacb40a0cfcf8088000000300800000190 78a1550".replace(" ", "")),
    bytes.fromhex("68ef0fcb"),
]
H265 = [
    bytes.fromhex("40010c01ffff016000000300900000030000030 03c959409".replace(" ", "")),
    bytes.fromhex(
        "42010101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003003210"
    ),
    bytes.fromhex("4401c073c189"),
]


@st.composite
def bent(draw: st.DrawFn, sets: list[bytes]) -> list[bytes]:
    """Real sets with bytes changed, cut or put in, so that parsers get past the first field."""
    out = []
    for nal in sets:
        raw = bytearray(nal)
        for _ in range(draw(st.integers(0, 6))):
            place = draw(st.integers(1, len(raw) - 1)) if len(raw) > 1 else 0
            raw[place] = draw(st.integers(0, 255))
        keep = draw(st.integers(1, len(raw)))
        out.append(bytes(raw[:keep]) + draw(st.binary(max_size=8)))
    return out


@pytest.mark.parametrize(("codec", "sets"), [("h264", H264), ("h265", H265)])
def test_bent_sets(codec: str, sets: list[bytes]) -> None:
    assert CodecConfig.from_parameter_sets(codec, sets).picture.height == 180

    @settings(max_examples=300, deadline=None)
    @given(bent(sets))
    def check(changed: list[bytes]) -> None:
        with suppress(Error):
            config = CodecConfig.from_parameter_sets(codec, changed)
            assert 0 < config.picture.width <= 8192
            assert 0 < config.picture.height <= 8192
            assert init_segment(config)

    check()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["h264", "h265", "av1"]), st.lists(st.binary(max_size=200), max_size=5))
def test_any_sets(codec: str, sets: list[bytes]) -> None:
    with suppress(Error):
        CodecConfig.from_parameter_sets(codec, sets)
    for nal in sets:
        vps_frame_rate(nal)


@pytest.mark.parametrize("first", [b"\x67\x64\x00\x1f", b"\x67\x42\x00\x1f"])
@pytest.mark.parametrize("fill", [b"\x00", b"\xff", b"\x55", b"\x80", b"\x00\x00\x03"])
def test_the_longest_sets_end_soon(first: bytes, fill: bytes) -> None:
    with suppress(Error):
        CodecConfig.from_parameter_sets("h264", [first + fill * 2700, b"\x68\xee\x3c\xb0"])
    body = b"\x42\x01\x01\x01\x60\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00\x3c"
    with suppress(Error):
        CodecConfig.from_parameter_sets("h265", [H265[0], body + fill * 2700, H265[2]])


@pytest.mark.parametrize("parse", [unpack_samples, unpack_fragments])
def test_any_index(parse: Callable[[bytes], object]) -> None:
    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=400).map(lambda tail: b"\x01" + tail) | st.binary(max_size=40))
    @example(b"\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
    @example(b"\x01" + b"\x80" * 300)
    def check(data: bytes) -> None:
        with suppress(Error):
            parse(data)

    check()


@settings(deadline=None)
@given(st.sampled_from(Codec), st.binary(max_size=300))
def test_any_payload(codec: Codec, payload: bytes) -> None:
    with suppress(Error):
        is_key(codec, payload)
    with suppress(Error):
        parameter_sets_in(codec, memoryview(payload))


@given(
    st.integers(0, 2**64),
    st.integers(-1, 2**64 - 1),
    st.lists(
        st.builds(
            Sample,
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**31 - 1),
            st.integers(-(2**31), 2**31 - 1),
            st.booleans(),
        ),
        max_size=5,
    ),
)
def test_any_fragment_in_range(sequence: int, base: int, samples: list[Sample]) -> None:
    with suppress(Error):
        head = movie_fragment(sequence, base, samples)
        assert len(head) == 96 + 16 * len(samples)


@given(st.integers(-(2**62), 2**62), st.integers(0, 2**64 - 1))
def test_any_wall_time(wall_us: int, dts: int) -> None:
    assert len(producer_time(wall_us, dts)) == 32
