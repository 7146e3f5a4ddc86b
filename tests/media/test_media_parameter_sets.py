"""Parameter sets: real encoders' against ffprobe, made-up ones against the standard's limits."""

import json
from pathlib import Path

import pytest
from media_footage import run, split_nals

from farola.base import Error, Kind
from farola.media import Codec, CodecConfig, PictureLimit
from farola.media.bits import BitReader, unescape

PPS = bytes.fromhex("68ee3cb0")


class Bits:
    """Writes bits and Exp-Golomb codes, to build parameter sets that no encoder writes."""

    def __init__(self) -> None:
        self.text = ""

    def u(self, count: int, value: int) -> "Bits":
        self.text += f"{value:0{count}b}"
        return self

    def ue(self, *values: int) -> "Bits":
        for value in values:
            self.text += "0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}"
        return self

    def nal(self, header: bytes) -> bytes:
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        return header + int(text, 2).to_bytes(len(text) // 8)


def baseline_sps(columns: int, rows: int, *, crop: tuple[int, ...] = ()) -> bytes:
    bits = Bits().u(24, 0x42C01F).ue(0, 0, 0, 0, 1).u(1, 0).ue(columns - 1, rows - 1).u(2, 0b11)
    if crop:
        bits.u(1, 1).ue(*crop)
    else:
        bits.u(1, 0)
    return bits.u(1, 0).nal(b"\x67")


H264_CHOICES = {
    "baseline": ["-profile:v", "baseline", "-pix_fmt", "yuv420p"],
    "high": ["-profile:v", "high", "-pix_fmt", "yuv420p"],
    "high10": ["-pix_fmt", "yuv420p10le"],
    "high422": ["-pix_fmt", "yuv422p"],
    "high444": ["-pix_fmt", "yuv444p"],
    "scaling": ["-pix_fmt", "yuv420p", "-x264-params", "cqm=jvt"],
    "interlaced": ["-pix_fmt", "yuv420p", "-flags", "+ildct+ilme", "-x264-params", "tff=1"],
    "anamorphic": ["-pix_fmt", "yuv420p", "-vf", "setsar=40/33"],
}
H265_CHOICES = {
    "main": ["-pix_fmt", "yuv420p"],
    "main10": ["-pix_fmt", "yuv420p10le"],
    "main422": ["-pix_fmt", "yuv422p"],
    "main444": ["-pix_fmt", "yuv444p"],
    "scaling": ["-pix_fmt", "yuv420p", "-x265-params", "log-level=none:scaling-list=default"],
    "vui": ["-pix_fmt", "yuv420p", "-vf", "setsar=12/11", "-color_primaries", "bt709"],
    "layers": ["-pix_fmt", "yuv420p", "-x265-params", "log-level=none:temporal-layers=3"],
}
CHOICES = [
    *(("h264", "libx264", name, options) for name, options in H264_CHOICES.items()),
    *(("h265", "libx265", name, options) for name, options in H265_CHOICES.items()),
]


@pytest.mark.peer
@pytest.mark.parametrize(
    ("codec", "encoder", "options"),
    [
        pytest.param(codec, encoder, opts, id=f"{codec}-{name}")
        for codec, encoder, name, opts in CHOICES
    ],
)
def test_size_rate_and_aspect_are_those_that_ffprobe_reads(
    codec: str, encoder: str, options: list[str], tmp_path: Path
) -> None:
    path = tmp_path / ("clip." + ("264" if codec == "h264" else "265"))
    quiet = (
        [] if any("x265-params" in part for part in options) else ["-x265-params", "log-level=none"]
    )
    run(
        *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=458x268:r=30000/1001"),
        *("-frames:v", "2", "-c:v", encoder, "-preset", "ultrafast"),
        *(quiet if codec == "h265" else []),
        *options,
        path,
    )
    told = json.loads(run("ffprobe", "-v", "error", "-show_streams", "-of", "json", path))
    stream = told["streams"][0]
    config = CodecConfig.from_parameter_sets(codec, split_nals(path.read_bytes()))
    assert (config.picture.width, config.picture.height) == (stream["width"], stream["height"])
    assert config.picture.frame_rate == (30000, 1001)
    aspect = tuple(int(part) for part in stream.get("sample_aspect_ratio", "1:1").split(":"))
    assert config.picture.sample_aspect == aspect


def test_a_cameras_sets_give_the_string_that_browsers_want() -> None:
    config = CodecConfig.from_parameter_sets(
        "h264", [PPS, baseline_sps(120, 68, crop=(0, 0, 0, 4))]
    )
    assert config.rfc6381 == "avc1.42c01f"
    assert (config.picture.width, config.picture.height) == (1920, 1080)
    assert config.picture.frame_rate is None
    assert config.parameter_sets[1] == PPS


def test_repeated_and_foreign_units_are_left_out() -> None:
    sps = baseline_sps(20, 12)
    plain = CodecConfig.from_parameter_sets("h264", [sps, PPS])
    assert CodecConfig.from_parameter_sets("h264", [PPS, sps, b"\x09\xf0", sps, b"", PPS]) == plain


@pytest.mark.parametrize(
    ("sets", "kind"),
    [
        ([baseline_sps(4096, 4096), PPS], Kind.PICTURE_TOO_LARGE),  # 65,536 x 65,536
        ([baseline_sps(0xFFFF_FFFE, 0xFFFF_FFFE), PPS], Kind.PICTURE_TOO_LARGE),
        ([baseline_sps(513, 1), PPS], Kind.PICTURE_TOO_LARGE),
        ([baseline_sps(4, 4, crop=(16, 16, 0, 0)), PPS], Kind.PROTOCOL_VIOLATION),
        ([baseline_sps(4, 4, crop=(0, 0, 4_000_000_000, 0)), PPS], Kind.PROTOCOL_VIOLATION),
        ([baseline_sps(20, 12)], Kind.PROTOCOL_VIOLATION),
        ([PPS], Kind.PROTOCOL_VIOLATION),
        ([b"\x67", PPS], Kind.PROTOCOL_VIOLATION),
        ([b"\x67\x64\x00", PPS], Kind.PROTOCOL_VIOLATION),
        ([b"\x67" + bytes(9000), PPS], Kind.PROTOCOL_VIOLATION),
        ([*(baseline_sps(20, rows) for rows in range(1, 40)), PPS], Kind.PROTOCOL_VIOLATION),
    ],
)
def test_absurd_sets_are_refused_with_a_word(sets: list[bytes], kind: Kind) -> None:
    with pytest.raises(Error) as caught:
        CodecConfig.from_parameter_sets("h264", sets)
    assert caught.value.kind is kind


def test_the_picture_limit_is_the_callers() -> None:
    sets = [baseline_sps(120, 68), PPS]
    with pytest.raises(Error) as caught:
        CodecConfig.from_parameter_sets("h264", sets, PictureLimit(1280, 720))
    assert caught.value.kind is Kind.PICTURE_TOO_LARGE
    assert caught.value.detail == {"width": 1920, "height": 1088}


def test_h265_of_65k_by_65k_is_refused() -> None:
    bits = Bits().u(8, 0x01)  # VPS 0, one temporal layer, nested
    bits.u(8, 0x01).u(32, 0x6000_0000).u(48, 0).u(8, 93)  # Main profile, level 3.1
    sps = bits.ue(0, 1, 65535, 65535).u(64, 0).nal(b"\x42\x01")
    with pytest.raises(Error) as caught:
        CodecConfig.from_parameter_sets("h265", [b"\x40\x01", sps, b"\x44\x01"])
    assert caught.value.kind is Kind.PICTURE_TOO_LARGE


def test_another_codec_is_unsupported() -> None:
    with pytest.raises(Error) as caught:
        CodecConfig.from_parameter_sets("mjpeg", [])
    assert caught.value.kind is Kind.CODEC_UNSUPPORTED


def test_emulation_prevention_is_taken_out() -> None:
    assert unescape(bytes.fromhex("67000003000003010000030300")) == bytes.fromhex(
        "67000000000100000300"
    )
    assert unescape(b"\x01\x02") == b"\x01\x02"


def test_exp_golomb_codes() -> None:
    reader = BitReader(Bits().ue(0, 1, 2, 3, 255, 0xFFFF_FFFE).nal(b""))
    assert [reader.unsigned() for _ in range(6)] == [0, 1, 2, 3, 255, 0xFFFF_FFFE]
    reader = BitReader(Bits().ue(0, 1, 2, 3, 4).nal(b""))
    assert [reader.signed() for _ in range(5)] == [0, 1, -1, 2, -2]
    with pytest.raises(Error):
        BitReader(bytes(20)).unsigned()
    with pytest.raises(Error):
        BitReader(b"\xff").skip(9)


def test_codecs_are_named_as_everywhere() -> None:
    assert [str(codec) for codec in Codec] == ["h264", "h265"]
