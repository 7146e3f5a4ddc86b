"""Test clips, drawn and encoded without any outside program."""

from collections.abc import Iterator
from pathlib import Path

import av

from farola.sim.drawn import yuv_frame
from farola.sim.encode import Coding, write_video
from farola.sim.packets import Codec

NUMBER_BITS = 16
_DARK, _LIGHT = 16, 235


def pattern(width: int, height: int, count: int) -> Iterator[av.VideoFrame]:
    """Moving grey bars under a strip of blocks that spells each frame's number.

    The strip is the top eighth of the picture: 16 equal blocks, the most significant bit first,
    light for one and dark for zero, so that a decoded picture tells which one it is.
    """
    bars = bytes(40 + (x * 4) % 160 for x in range(width * 2))
    grey = bytes([128]) * (width // 2 * (height // 2))
    strip = height // 8
    for number in range(count):
        digits = b"".join(
            bytes([_LIGHT if number >> bit & 1 else _DARK]) * (width // NUMBER_BITS)
            for bit in reversed(range(NUMBER_BITS))
        ).ljust(width, bytes([_DARK]))
        rows = (bars[(y // 8 + number * 2) % width :][:width] for y in range(height - strip))
        yield yuv_frame(width, height, digits * strip + b"".join(rows), grey, grey)


def read_number(frame: av.VideoFrame) -> int:
    """The number that `pattern` drew into a decoded frame."""
    plane = frame.planes[0]
    luma = bytes(plane)
    row = frame.height // 16 * plane.line_size
    block = frame.width // NUMBER_BITS
    number = 0
    for at in range(NUMBER_BITS):
        number = number << 1 | (luma[row + at * block + block // 2] > 128)
    return number


def tiny_clip(
    path: Path,
    codec: Codec = "h264",
    *,
    seconds: int = 2,
    width: int = 320,
    height: int = 240,
    rate: int = 10,
    group: int | None = None,
    b_frames: int = 0,
) -> Path:
    """Write a clip of `pattern` to `path` within some tenths of a second; `path` is returned.

    `group` is the number of pictures from key frame to key frame, one second's when not given.
    """
    coding = Coding(codec, width, height, rate, group or rate, b_frames, preset="ultrafast")
    return write_video(path, pattern(width, height, seconds * rate), coding)
