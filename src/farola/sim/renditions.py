"""Footage into the files that cameras play: cut, scaled, encoded once, kept by recipe."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
from av.filter import Graph

from farola.base import Error, Kind
from farola.sim.drawn import moving_texture
from farola.sim.encode import Coding, write_video
from farola.sim.packets import Codec

Progress = Callable[[str, int], None]
"""Called with what is being done and how many hundredths of it are."""

_FORMAT = 2  # part of every recipe's hash; raise it when the same recipe gives other pictures
_MOST_RATE = 25
_MOST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the picture, in thousandths of its width and height."""

    left: int = 0
    top: int = 0
    width: int = 1000
    height: int = 1000


@dataclass(frozen=True, slots=True)
class Recipe:
    """How footage becomes a camera's file: which part of the picture, how coded, how long.

    `repeat` plays short footage again until `seconds` are full; `noise` adds a sensor's (0-100).
    """

    window: Window = field(default_factory=Window)
    coding: Coding = field(default_factory=Coding)
    seconds: int = _MOST_SECONDS
    repeat: bool = False
    noise: int = 0

    def digest(self, footage: Path) -> str:
        """The same for the same recipe over the same footage; the file's time stands for its
        contents, which may be gigabytes."""
        status = footage.stat()
        facts = [_FORMAT, str(footage.resolve()), status.st_size, status.st_mtime_ns, asdict(self)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds: `codec` is FFmpeg's name, `rate` pictures a second, 25 when unknown."""

    codec: str
    width: int
    height: int
    rate: Fraction
    seconds: int


def inspect(path: Path) -> Source:
    """Read a file's facts. Raises `Error`: INVALID_INPUT, NO_VIDEO."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise Error(Kind.NO_VIDEO, f"{path} holds no video")
            stream = container.streams.video[0]
            rate = stream.average_rate or stream.guessed_rate or 25
            return Source(
                stream.codec_context.name,
                stream.codec_context.width,
                stream.codec_context.height,
                Fraction(rate.numerator, rate.denominator),
                (container.duration or 0) // av.time_base,
            )
    except (av.FFmpegError, OSError) as error:
        raise Error(Kind.INVALID_INPUT, f"cannot read {path}: {error}") from error


def render(footage: Path, recipe: Recipe, cache: Path, label: str, progress: Progress) -> Path:
    """The footage after a recipe, made now or found in `cache`."""
    path = cache / f"{label}-{recipe.digest(footage)}.mp4"
    if not path.exists():
        count = recipe.seconds * recipe.coding.rate
        frames = _counted(islice(_frames(footage, recipe), count), count, label, progress)
        write_video(path, frames, recipe.coding)
    progress(label, 100)
    return path


def playable(path: Path, codec: Codec | None, cache: Path, progress: Progress) -> Path:
    """The file itself where the simulator can play it, else a transcoded copy from `cache`.

    Without a `codec` any that the simulator knows will do, and a copy is H.264.
    """
    source = inspect(path)
    names = {"h264": "h264", "h265": "hevc"}
    wanted = [names[codec]] if codec else list(names.values())
    if source.codec in wanted:
        return path
    rate = camera_rate(source)
    coding = Coding(codec or "h264", source.width & ~1, source.height & ~1, rate, group=rate)
    recipe = Recipe(coding=coding, seconds=longest(source))
    return render(path, recipe, cache, path.stem[:40], progress)


def camera_rate(source: Source) -> int:
    """Pictures a second for a camera that plays this source."""
    return max(1, min(round(source.rate), _MOST_RATE))


def longest(source: Source) -> int:
    """For how many seconds a camera plays this source before it begins again."""
    return min(source.seconds + 1, _MOST_SECONDS) if source.seconds else _MOST_SECONDS


def bench_clip(
    cache: Path,
    progress: Progress,
    *,
    footage: Path | None = None,
    codec: Codec = "h264",
    width: int = 1920,
    height: int = 1080,
    rate: int = 25,
    group: int = 50,
    bit_rate: int = 4_000_000,
    seconds: int = 10,
) -> Path:
    """A clip of constant bit rate for measurements, of footage or, without any, drawn texture.

    The footage is repeated when it is shorter than the clip.
    """
    coding = Coding(codec, width, height, rate, group, bit_rate=bit_rate, preset="superfast")
    label = f"bench-{codec}-{width}x{height}-{rate}fps-{bit_rate // 1000}kbps"
    if footage is not None:
        recipe = Recipe(coding=coding, seconds=seconds, repeat=True, noise=10)
        return render(footage, recipe, cache, label, progress)
    path = cache / f"{label}-group{group}-{seconds}s-drawn{_FORMAT}.mp4"
    if not path.exists():
        count = rate * seconds
        frames = moving_texture(width, height, count)
        write_video(path, _counted(frames, count, label, progress), coding)
    progress(label, 100)
    return path


def _counted(
    frames: Iterator[av.VideoFrame], count: int, label: str, progress: Progress
) -> Iterator[av.VideoFrame]:
    shown = -1
    for number, frame in enumerate(frames):
        done = min(99, number * 100 // count)
        if done // 5 != shown:
            shown = done // 5
            progress(label, done)
        yield frame


def _frames(footage: Path, recipe: Recipe) -> Iterator[av.VideoFrame]:
    yield from _one_pass(footage, recipe)
    while recipe.repeat:
        yield from _one_pass(footage, recipe)


def _one_pass(footage: Path, recipe: Recipe) -> Iterator[av.VideoFrame]:
    try:
        with av.open(str(footage)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            graph = _graph(stream, recipe)
            for frame in container.decode(stream):
                graph.push(frame)
                yield from _ready(graph)
            graph.push(None)
            yield from _ready(graph)
    except (av.FFmpegError, OSError) as error:
        raise Error(Kind.INVALID_INPUT, f"cannot decode {footage}: {error}") from error


def _graph(stream: av.VideoStream, recipe: Recipe) -> Graph:
    window, coding = recipe.window, recipe.coding
    size = f"{coding.width}:{coding.height}"
    steps = [
        (
            "crop",
            f"iw*{window.width}/1000:ih*{window.height}/1000"
            f":iw*{window.left}/1000:ih*{window.top}/1000",
        ),
        ("scale", f"{size}:force_original_aspect_ratio=increase:flags=bicubic"),
        ("crop", size),
        ("setsar", "1"),
        ("fps", str(coding.rate)),
        *([("noise", f"alls={recipe.noise}:allf=t")] if recipe.noise else []),
        ("format", "yuv420p"),
    ]
    graph = Graph()
    nodes = [graph.add_buffer(template=stream)]
    nodes += [graph.add(name, arguments) for name, arguments in steps]
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph


def _ready(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield cast("av.VideoFrame", graph.pull())
        except (av.BlockingIOError, av.EOFError):
            return
