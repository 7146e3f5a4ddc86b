"""One covered picture as a JPEG."""

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from farola.base import Error, Kind


def still(picture: npt.NDArray[np.uint8]) -> bytes:
    """A JPEG of a covered picture (yuv420p, limited range). Raises INTERNAL when FFmpeg cannot."""
    try:
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        # One thread: a darkroom tries this before it locks itself in, alone in its process.
        frame = frame.reformat(
            format="yuvj420p", src_color_range="MPEG", dst_color_range="JPEG", threads=1
        )
        coder = av.CodecContext.create("mjpeg", "w")
        coder.width, coder.height, coder.pix_fmt = frame.width, frame.height, "yuvj420p"
        coder.time_base = Fraction(1, 25)
        coder.thread_count = 1
        coder.options = {"qmin": "3", "qmax": "3"}
        frame.pts = 0
        return b"".join(bytes(packet) for packet in [*coder.encode(frame), *coder.encode(None)])
    except av.FFmpegError as error:
        raise Error(Kind.INTERNAL, f"a still cannot be coded: {error}") from error
