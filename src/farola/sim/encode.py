"""Pictures into files the way cameras code them: closed groups, no B-frames unless asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.video.frame import PictureType

from farola.base import Error, Kind
from farola.sim.packets import Codec


@dataclass(frozen=True, slots=True)
class Coding:
    """How to encode. `rate` is pictures a second, `group` pictures from key frame to key frame.

    `bit_rate` in bits a second makes the rate constant, with filler where the picture is too easy;
    None leaves it to the picture at a fixed quality.
    """

    codec: Codec = "h264"
    width: int = 320
    height: int = 240
    rate: int = 10
    group: int = 10
    b_frames: int = 0
    bit_rate: int | None = None
    preset: str = "veryfast"

    def options(self) -> dict[str, str]:
        if self.codec == "h265":
            lines = {
                "log-level": "none",
                "keyint": self.group,
                "min-keyint": self.group,
                "scenecut": 0,
                "bframes": self.b_frames,
                "open-gop": 0,
                "repeat-headers": 1,
            }
        else:
            lines = {
                "keyint": self.group,
                "min-keyint": self.group,
                "scenecut": 0,
                "bframes": self.b_frames,
                "open-gop": 0,
            }
        options = {"preset": self.preset}
        if self.bit_rate is not None:
            kilobits = self.bit_rate // 1000
            lines |= {"vbv-maxrate": kilobits, "vbv-bufsize": kilobits, "bitrate": kilobits}
            lines |= {"nal-hrd": "cbr"} if self.codec == "h264" else {"strict-cbr": 1}
        else:
            options["crf"] = "23"
        options[f"{'x265' if self.codec == 'h265' else 'x264'}-params"] = ":".join(
            f"{name}={value}" for name, value in lines.items()
        )
        return options


def write_video(path: Path, frames: Iterable[av.VideoFrame], coding: Coding) -> Path:
    """Encode frames of the coding's size, one picture period apart, into an MP4 at `path`.

    The file appears whole or not at all. Raises `Error(INVALID_INPUT)` when FFmpeg refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with av.open(str(unfinished), "w", format="mp4") as container:
            name = {"h264": "libx264", "h265": "libx265"}[coding.codec]
            stream = cast(
                "av.VideoStream",
                container.add_stream(name, rate=coding.rate, options=coding.options()),
            )
            stream.width, stream.height = coding.width, coding.height
            stream.pix_fmt = "yuv420p"
            period = Fraction(1, coding.rate)
            stream.codec_context.time_base = period
            for number, frame in enumerate(frames):
                frame.pts = number
                frame.time_base = period
                # A decoded key frame would otherwise be coded as one again, outside the groups.
                frame.pict_type = PictureType.NONE
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        unfinished.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise Error(Kind.INVALID_INPUT, f"cannot write {path}: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return path
