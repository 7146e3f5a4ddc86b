"""Covered pictures into H.264 that every browser plays."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType

from farola.base import Error, Kind
from farola.media import TICKS_PER_SECOND, Codec, CodecConfig, length_prefixed
from farola.media.nal import H264Unit, unit_type

_TIME_BASE = Fraction(1, TICKS_PER_SECOND)
_SETS = {H264Unit.SPS, H264Unit.PPS, H264Unit.SEI, H264Unit.DELIMITER}


@dataclass(frozen=True, slots=True)
class Unit:
    """One coded picture: `pts` in 90 kHz ticks, `payload` length-prefixed NAL units."""

    pts: int
    key: bool
    payload: bytes = field(repr=False)


class Encoder:
    """H.264 of one picture size: no B-frames, closed groups, key frames only where asked for.

    Parameter sets depend on size, quality and nothing else, and stand in `config` alone: an init
    segment can be made before the first picture. `bit_rate` (bits a second) bounds what is spent;
    without it the size decides. With `live` every picture comes out as soon as it goes in;
    without, a little slower and smaller. Raises INVALID_INPUT when FFmpeg refuses the size.
    """

    def __init__(
        self, width: int, height: int, *, bit_rate: int | None = None, live: bool = True
    ) -> None:
        self.width, self.height = width, height
        rate = bit_rate or max(400_000, width * height * 4)
        lines = {
            "keyint": "infinite",
            "scenecut": 0,
            "bframes": 0,
            "open-gop": 0,
            "repeat-headers": 0,
            "vbv-maxrate": rate // 1000,
            "vbv-bufsize": rate // 1000,
        }
        try:
            self._coder = av.CodecContext.create("libx264", "w")
            self._coder.width, self._coder.height = width, height
            self._coder.pix_fmt = "yuv420p"
            self._coder.time_base = _TIME_BASE
            self._coder.framerate = Fraction(25)
            self._coder.thread_count = 1
            self._coder.flags |= av.codec.context.Flags.global_header
            self._coder.options = {
                "preset": "ultrafast" if live else "superfast",
                "tune": "zerolatency",
                "profile": "main",
                "crf": "24",
                "forced-idr": "1",
                "x264-params": ":".join(f"{name}={value}" for name, value in lines.items()),
            }
            self._coder.open()
        except (av.FFmpegError, ValueError) as error:
            raise Error(
                Kind.INVALID_INPUT, f"no encoder for this size: {error}", width=width, height=height
            ) from error
        sets = split_units(bytes(self._coder.extradata or b""))
        self.config = CodecConfig.from_parameter_sets(Codec.H264, sets)

    def encode(self, picture: npt.NDArray[np.uint8], pts: int, *, key: bool) -> list[Unit]:
        """Code one covered picture (yuv420p planar) at `pts` ticks, later than the one before."""
        # Without a copy where FFmpeg's planes lie as NumPy's do.
        plain = picture.flags.c_contiguous and self.height % 4 == 0
        build = av.VideoFrame.from_numpy_buffer if plain else av.VideoFrame.from_ndarray
        frame = build(picture, format="yuv420p")
        frame.pts, frame.time_base = pts, _TIME_BASE
        frame.pict_type = PictureType.I if key else PictureType.NONE
        return self._coded(frame)

    def flush(self) -> list[Unit]:
        """What is still inside; nothing can be encoded afterwards."""
        return self._coded(None)

    def _coded(self, frame: av.VideoFrame | None) -> list[Unit]:
        try:
            packets = self._coder.encode(frame)
        except av.FFmpegError as error:
            raise Error(Kind.INTERNAL, f"a covered picture cannot be coded: {error}") from error
        return [
            Unit(cast("int", packet.pts), packet.is_keyframe, _payload(bytes(packet)))
            for packet in packets
        ]


def _payload(data: bytes) -> bytes:
    slices = (nal for nal in split_units(data) if unit_type(Codec.H264, nal[0]) not in _SETS)
    return length_prefixed(tuple(slices))


def split_units(data: bytes) -> list[bytes]:
    """NAL units of an Annex B byte stream (H.264 B.1), without start codes."""
    units, start = [], data.find(b"\x00\x00\x01")
    while start >= 0:
        stop = data.find(b"\x00\x00\x01", start + 3)
        unit = data[start + 3 : stop if stop >= 0 else len(data)].rstrip(b"\x00")
        if unit:
            units.append(unit)
        start = stop
    return units
