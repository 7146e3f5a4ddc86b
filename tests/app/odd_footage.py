"""Video files of every odd kind, made with PyAV."""

import io
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

type Rgb = npt.NDArray[np.uint8]


def scene(width: int, height: int) -> Rgb:
    """Red above, blue below, so that a turned picture shows; fine grey detail over both."""
    random = np.random.default_rng(5)
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, :, 0] = 180
    picture[height // 2 :, :, 2] = 180
    grain = random.integers(0, 60, (height // 4 + 1, width // 4 + 1, 1), dtype=np.uint8)
    picture += np.kron(grain, np.ones((4, 4, 1), np.uint8))[:height, :width]
    return picture


def make(
    path: Path,
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    size: tuple[int, int] = (192, 144),
    times: Sequence[int] = tuple(range(0, 12 * 3600, 3600)),
    ticks: int = 90_000,
    container: str | None = None,
    options: dict[str, str] | None = None,
    rotate: int = 0,
    sound: bool = False,
    scenes: Callable[[int], Rgb] | None = None,
) -> Path:
    """Writes a file whose pictures have the given times in ticks of 90 kHz.

    `ticks` is the time base of codecs that know none so fine.
    """
    fixed = scene(*size)
    with av.open(str(path), "w", format=container) as out:
        stream: Any = out.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.codec_context.time_base = Fraction(1, ticks)
        if rotate:
            stream.set_display_rotation(rotate)
        heard: Any = None
        if sound:
            heard = out.add_stream("aac", rate=48_000)
        for number, at in enumerate(times):
            picture = fixed if scenes is None else scenes(number)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = at * ticks // 90_000, Fraction(1, ticks)
            out.mux(stream.encode(frame))
        if heard is not None:
            silence = av.AudioFrame.from_ndarray(
                np.zeros((2, 1024), np.float32), format="fltp", layout="stereo"
            )
            silence.sample_rate, silence.pts = 48_000, 0
            out.mux(heard.encode(silence))
            out.mux(heard.encode(None))
        out.mux(stream.encode(None))
    return path


def broken(path: Path, source: Path, places: Iterable[float], length: int = 400) -> Path:
    """A copy with random bytes at `places`, shares of its length."""
    random = np.random.default_rng(9)
    data = bytearray(source.read_bytes())
    for place in places:
        start = int(len(data) * place)
        end = min(len(data), start + length)
        data[start:end] = random.integers(0, 256, end - start, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    return path


def jpeg() -> bytes:
    """One picture, as a camera's still."""
    out = io.BytesIO()
    with av.open(out, "w", format="mjpeg") as container:
        stream: Any = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(scene(64, 64), format="rgb24")
        container.mux(stream.encode(frame.reformat(format="yuvj420p")))
        container.mux(stream.encode(None))
    return out.getvalue()
