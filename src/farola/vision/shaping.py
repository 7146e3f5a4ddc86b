"""Decoded pictures of any kind into the two forms that are worked on.

Cameras send full and limited range, 8 and 10 bit, colour and grey, odd sizes and pictures that lie
on their side. Here each becomes a planar yuv420p picture of even size, upright and at most so high,
and a small RGB picture for the detector.
"""

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

from farola.vision.frames import PADDING, InputSpec

type Planes = npt.NDArray[np.uint8]
"""yuv420p planar, limited range, (height * 3 // 2) x width."""

_LEAST_SIDE = 16  # below it no encoder and no detector is of use


def shaped_size(width: int, height: int, quarter_turns: int, most_height: int) -> tuple[int, int]:
    """Width and height, both even, of an upright picture no higher than `most_height`."""
    if quarter_turns % 2:
        width, height = height, width
    if height > most_height:
        width, height = round(width * most_height / height), most_height
    return max(_LEAST_SIDE, width & ~1), max(_LEAST_SIDE, height & ~1)


def quarter_turns(frame: av.VideoFrame) -> int:
    """How often a picture must be turned counterclockwise by 90 degrees to stand upright."""
    return round(frame.rotation / 90) % 4


class Shaper:
    """Shapes the pictures of one stream. Keeps FFmpeg's scalers, which are costly to make."""

    def __init__(self) -> None:
        self._large = VideoReformatter()
        self._small = VideoReformatter()

    def planes(self, frame: av.VideoFrame, width: int, height: int, turns: int) -> Planes:
        """The picture upright, `width` x `height`, as memory of its own."""
        across, down = (height, width) if turns % 2 else (width, height)
        if (frame.format.name, frame.width, frame.height) != ("yuv420p", across, down):
            full = frame.format.name.startswith("yuvj") or frame.color_range == 2
            frame = self._large.reformat(
                frame,
                across,
                down,
                "yuv420p",
                src_color_range="JPEG" if full else "MPEG",
                dst_color_range="MPEG",
                interpolation="BILINEAR",
                threads=1,
            )
        elif frame.color_range == 2:  # full range in a format that does not say so
            frame = self._large.reformat(
                frame, format="yuv420p", src_color_range="JPEG", dst_color_range="MPEG", threads=1
            )
        out: Planes = np.empty((height * 3 // 2, width), np.uint8)
        flat = out.reshape(-1)
        luma, chroma = width * height, width * height // 4
        parts = (
            out[:height],
            flat[luma : luma + chroma].reshape(height // 2, width // 2),
            flat[luma + chroma :].reshape(height // 2, width // 2),
        )
        for plane, part in zip(frame.planes, parts, strict=True):
            part[...] = np.rot90(_pixels(plane, 1)[..., 0], turns)
        return out

    def small(
        self, frame: av.VideoFrame, turns: int, spec: InputSpec, slot: memoryview
    ) -> tuple[int, int]:
        """Writes the detector's input into `slot`; returns the upright picture's size."""
        width, height = frame.width, frame.height
        if turns % 2:
            width, height = height, width
        across, down = spec.placed(width, height)
        size = (down, across) if turns % 2 else (across, down)
        made = self._small.reformat(frame, *size, "rgb24", interpolation="BILINEAR", threads=1)
        room = np.frombuffer(slot, np.uint8).reshape(spec.height, spec.width, 3)
        room[:down, :across] = np.rot90(_pixels(made.planes[0], 3), turns)
        room[down:] = PADDING
        room[:down, across:] = PADDING
        return width, height


def _pixels(plane: av.video.plane.VideoPlane, size: int) -> npt.NDArray[np.uint8]:
    """A plane's rows, without what lies between them: (height, width, size)."""
    rows = np.frombuffer(plane, np.uint8, plane.height * plane.line_size)
    return rows.reshape(plane.height, plane.line_size)[:, : plane.width * size].reshape(
        plane.height, plane.width, size
    )
