"""Footage as a recorder would have it, and real darkrooms to put it into."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from farola.app.darkroom import Darkroom, DarkroomSettings
from farola.base import Error, Kind, SystemClock
from farola.media import Codec, CodecConfig
from farola.model import (
    Box,
    Cover,
    CoveredUnit,
    CoverJob,
    Label,
    LaneSpec,
    Recipe,
    RecordedUnit,
    Sighting,
)
from farola.vision.frames import InputSpec, Picture

type Planes = npt.NDArray[np.uint8]

WIDTH, HEIGHT, RATE = 320, 240, 10
STEP = 90_000 // RATE
INPUT = InputSpec(96, 96)
ALL = Box(0, 0, 1, 1)
PERSON = Box(0.4, 0.3, 0.2, 0.4)


@dataclass(frozen=True)
class Film:
    """Coded pictures, and the same as they were before."""

    config: CodecConfig
    units: list[RecordedUnit] = field(repr=False)
    pictures: list[Planes] = field(repr=False)

    def job(self, **changes: object) -> CoverJob:
        values: dict[str, object] = {
            "camera_id": "cam-1",
            "codec": self.config.codec,
            "parameter_sets": self.config.parameter_sets,
            "units": self.units,
            "recipe": Recipe(),
            "rate": 5.0,
        }
        return CoverJob(**(values | changes))  # type: ignore[arg-type]


def textures(count: int, seed: int = 1, width: int = WIDTH, height: int = HEIGHT) -> list[Planes]:
    """A still scene of large shapes, full of fine detail, so that covered squares show."""
    random = np.random.default_rng(seed)
    scene = np.full((height * 3 // 2, width), 128, np.uint8)
    luma = scene[:height]
    for size, low, high in ((40, 50, 170), (4, 0, 60)):
        shape = -(-height // size), -(-width // size)
        shapes = random.integers(low, high, shape, dtype=np.uint8)
        grown = np.kron(shapes, np.ones((size, size), np.uint8))[:height, :width]
        luma[...] = grown if size == 40 else luma + grown
    return [scene.copy() for _ in range(count)]


def film(pictures: Iterable[Planes], codec: str = "h264", group: int = 10) -> Film:
    """The pictures coded as a camera would, `RATE` a second."""
    kept = list(pictures)
    height, width = kept[0].shape[0] * 2 // 3, kept[0].shape[1]
    names = {"h264": "libx264", "h265": "libx265"}
    coder = av.CodecContext.create(names[codec], "w")
    coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
    coder.time_base, coder.framerate = Fraction(1, 90_000), Fraction(RATE)
    coder.flags |= av.codec.context.Flags.global_header
    lines = f"keyint={group}:min-keyint={group}:scenecut=0:bframes=0:open-gop=0"
    more = ":log-level=none" if codec == "h265" else ""
    coder.options = {"preset": "ultrafast", "crf": "16", f"x{codec[1:]}-params": lines + more}
    coder.open()
    config = CodecConfig.from_parameter_sets(codec, nals(bytes(coder.extradata or b"")))
    units = []
    for number, picture in enumerate([*kept, None]):
        frame = None
        if picture is not None:
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number * STEP, Fraction(1, 90_000)
        for packet in coder.encode(frame):
            payload = b"".join(len(nal).to_bytes(4) + nal for nal in nals(bytes(packet)))
            units.append(RecordedUnit(packet.pts or 0, packet.is_keyframe, payload))
    return Film(config, units, kept)


def nals(data: bytes) -> list[bytes]:
    """NAL units of a byte stream with start codes."""
    return [part.rstrip(b"\0") for part in data.split(b"\0\0\1") if part.strip(b"\0")]


def decoded(units: Sequence[CoveredUnit]) -> list[Planes]:
    """The pictures of covered units, by FFmpeg alone."""
    coder = av.CodecContext.create("h264", "r")
    coder.extradata = CodecConfig.from_parameter_sets(
        Codec.H264, units[0].parameter_sets
    ).decoder_record
    found = []
    for unit in units:
        packet = av.Packet(unit.payload)
        packet.pts = unit.media
        found += coder.decode(packet)
    found += coder.decode(None)
    return [frame.to_ndarray(format="yuv420p") for frame in found]


def detail(picture: Planes, box: Box = ALL) -> float:
    """Mean difference of neighbouring pixels within squares of 8: near 0 where covered.

    Pairs across borders of 8 pixels are left out, since a mosaic has its edges there.
    """
    height, width = picture.shape[0] * 2 // 3, picture.shape[1]
    luma = picture[:height].astype(np.int16)
    part = np.abs(np.diff(luma, axis=1))
    inner = (np.arange(width - 1) + 1) % 8 != 0
    rows = slice(int(box.top * height), int(box.bottom * height))
    columns = np.zeros(width - 1, bool)
    columns[int(box.left * width) : int(box.right * width) - 1] = True
    return float(part[rows][:, columns & inner].mean())


async def see_person(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
    return [Sighting(7, Label.PERSON, 0.9, PERSON, True)]


async def see_nobody(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
    return []


def darkroom(
    detect: Callable[[str, Picture], Awaitable[Sequence[Sighting] | Kind]] = see_person,
    *,
    failures: list[Error] | None = None,
    file: int | None = None,
    **settings: int,
) -> Darkroom:
    """A real process, locked in."""
    told: list[Error] = [] if failures is None else failures
    return Darkroom(
        DarkroomSettings(INPUT, **{"memory": 512 << 20, **settings}),  # type: ignore[arg-type]
        detect,
        SystemClock(),
        told.append,
        file=file,
    )


async def covered(room: Darkroom, job: CoverJob) -> list[CoveredUnit]:
    return [unit async for unit in room.cover(job)]


class Viewer:
    """What a live lane tells."""

    def __init__(self) -> None:
        self.units: list[CoveredUnit] = []
        self.states: list[Cover] = []
        self.news = asyncio.Event()

    def unit(self, unit: CoveredUnit) -> None:
        self.units.append(unit)
        self.news.set()

    def state(self, cover: Cover) -> None:
        self.states.append(cover)
        self.news.set()

    async def until(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not what():
                self.news.clear()
                await self.news.wait()


def spec(*, show: bool = True, rate: float = 5.0, **recipe: object) -> LaneSpec:
    return LaneSpec("lane-1", "cam-1", Recipe(**recipe), rate, show)  # type: ignore[arg-type]


def written(path: Path, pictures: Iterable[Planes]) -> Path:
    """An MP4 file of the pictures."""
    made = film(pictures)
    height, width = made.pictures[0].shape[0] * 2 // 3, made.pictures[0].shape[1]
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, picture in enumerate(made.pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
