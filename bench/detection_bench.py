"""What detection costs: end to end against the bare model; cameras a core at 5, 2 and 1 a second.

The bare model is the network alone in this process, on pictures that lie ready in its input's
size, with the same streams. End to end is everything from a decoded picture to tracked sightings:
made smaller into the ring, asked of the detector process, looked at, sent back, tracked. Both take
all cores, in turns; the ratio is the median of the rounds'. Another way to run the network is
measured beside it. Then cameras ask at their own pace for ten seconds.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from threading import Thread

import av
import numpy as np
from numpy.typing import NDArray

from bench.processes import cpu_seconds
from bench.row import Row
from farola.base import Kind, SystemClock
from farola.sim import bench_clip, default_cache, find_footage
from farola.vision import (
    DetectionService,
    DetectionSettings,
    InputSpec,
    ModelFile,
    ModelStore,
    Picture,
    Ring,
    Tracker,
    model_named,
)
from farola.vision.openvino_detector import OpenVinoDetector
from farola.vision.shaping import Shaper
from farola.vision.turns import Tally

ROUNDS = 7
PICTURES = 150
LANES = 4
SLOTS = 16
STEADY_SECONDS = 10
CORES = len(os.sched_getaffinity(0))
MODEL = os.environ.get("FAROLA_BENCH_MODEL", "ssd-mobilenet-v2-oid")
MODELS = Path(os.environ.get("FAROLA_BENCH_MODELS", "data/models"))

type Pictures = NDArray[np.uint8]


def measure() -> list[Row]:
    file = ModelStore(MODELS).file(model_named(MODEL))
    frames = _frames()
    content = file.read()
    streamed = OpenVinoDetector(content, file.model, CORES)
    one_by_one = OpenVinoDetector(content, file.model, 1, cores=CORES)
    ready = [_shaped(frame, file.model.input) for frame in frames]
    bare: list[float] = []
    whole: list[float] = []
    found, busy = asyncio.run(
        _whole(file, frames, lambda: bare.append(_bare(streamed, ready)), whole)
    )
    other = [_bare(one_by_one, ready) for _ in range(3)]
    ratio = statistics.median(w / b for w, b in zip(whole, bare, strict=True))
    ours, alone = statistics.median(whole), statistics.median(bare)
    decoding = _decoding()
    steady = asyncio.run(_steady(file, frames, max(1, int(0.8 / ours / 5))))
    return [
        Row(f"a picture, {MODEL}, {CORES} at once on a core each", _ms(alone), "ms"),
        Row(f"a picture, one at a time on {CORES} cores", _ms(statistics.median(other)), "ms"),
        Row(
            "a picture end to end, decoded to tracked",
            _ms(ours),
            "ms",
            peer=_ms(alone),
            peer_name="bare model",
        ),
        Row("end to end, ratio to the bare model", round(ratio, 3), "×", at_most=1.25),
        Row("processor time a picture, end to end", _ms(busy), "ms"),
        Row("processor time to decode a picture of 640x360", _ms(decoding), "ms"),
        *(
            Row(f"cameras a core at {rate} detections a second", round(1 / busy / rate, 1), "")
            for rate in (5, 2, 1)
        ),
        *(
            Row(
                f"the same, decoding 640x360 at 25 pictures a second, {rate} detections",
                round(1 / (busy * rate + decoding * 25), 1),
                "",
            )
            for rate in (5, 2, 1)
        ),
        Row(f"{steady.cameras} cameras at 5 a second, shed", round(steady.shed * 100, 2), "%"),
        Row(f"{steady.cameras} cameras at 5 a second, answered p95", _ms(steady.p95), "ms"),
        Row("sure sightings a picture", round(found, 2), "sightings"),
    ]


@dataclass(frozen=True, slots=True)
class _Steady:
    """`shed` is the share of pictures that were not looked at, `p95` in seconds."""

    cameras: int
    shed: float
    p95: float


def _frames() -> list[av.VideoFrame]:
    footage = find_footage(None, default_cache(), lambda label, percent: None)
    with av.open(str(footage.path)) as container:
        return list(islice(container.decode(video=0), PICTURES))


def _shaped(frame: av.VideoFrame, spec: InputSpec) -> Pictures:
    room = np.empty((1, spec.height, spec.width, 3), np.uint8)
    Shaper().small(frame, 0, spec, memoryview(room).cast("B"))
    return room


def _bare(detector: OpenVinoDetector, ready: Sequence[Pictures]) -> float:
    """Seconds a picture of the network alone, on every stream at once."""

    def work(part: Sequence[Pictures]) -> None:
        for picture in part:
            detector.answers(picture)

    threads = [
        Thread(target=work, args=(ready[at :: detector.streams],)) for at in range(detector.streams)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - started) / len(ready)


async def _whole(
    file: ModelFile, frames: Sequence[av.VideoFrame], between: Callable[[], None], out: list[float]
) -> tuple[float, float]:
    """Seconds a picture end to end into `out`, once each round after `between`; returns how many
    sure sightings a picture had, and its processor time in seconds over both processes.
    """
    trackers = [Tracker(frames[0].width / frames[0].height) for _ in range(LANES)]
    sure, busy = 0, 0.0

    async def run(service: DetectionService) -> None:
        nonlocal busy
        ring = Ring.create(SLOTS, service.input.size)
        free = asyncio.Queue[int]()
        for slot in range(SLOTS):
            free.put_nowait(slot)
        shaper, at_us = Shaper(), 1

        async def look(lane: int, picture: Picture) -> None:
            nonlocal sure
            found = await service.detect(f"lane-{lane}", picture, wait=True)
            free.put_nowait(picture.slot)
            assert not isinstance(found, Kind)
            sure += sum(each.sure for each in trackers[lane].update(picture.at_us, found))

        for number in range(ROUNDS + 1):
            if number:
                between()
            started = time.perf_counter()
            busy -= _busy(service)
            async with asyncio.TaskGroup() as group:
                for frame, lane in zip(frames, cycle(range(LANES))):
                    slot = await free.get()
                    size = shaper.small(frame, 0, service.input, ring.view(slot))
                    at_us += 50_000
                    group.create_task(look(lane, Picture(ring, slot, *size, at_us)))
            busy += _busy(service)
            if number:  # the first warms up
                out.append((time.perf_counter() - started) / len(frames))
        ring.close()

    await _served(file, run)
    pictures = (ROUNDS + 1) * len(frames)
    return sure / pictures, busy / pictures


def _busy(service: DetectionService) -> float:
    """Processor time used so far, in seconds: by this process, and by the detector."""
    assert service.pid is not None
    own = os.times()
    return own.user + own.system + cpu_seconds([service.pid])


def _decoding() -> float:
    """Processor time to decode a picture of a sub-stream, in seconds."""
    footage = find_footage(None, default_cache(), lambda label, percent: None)
    clip = bench_clip(
        default_cache(),
        lambda label, percent: None,
        footage=footage.path,
        width=640,
        height=360,
        bit_rate=512_000,
    )
    with av.open(str(clip)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        started, count = time.process_time(), 0
        for _ in container.decode(video=0):
            count += 1
    return (time.process_time() - started) / count


async def _steady(file: ModelFile, frames: Sequence[av.VideoFrame], cameras: int) -> _Steady:
    """Cameras that cannot wait ask five times a second: what is shed, and p95 until answered."""
    took: list[float] = []
    tallies: list[Tally] = []

    async def run(service: DetectionService) -> None:
        ring = Ring.create(2 * cameras, service.input.size)
        shaper = Shaper()

        async def ask(lane: str, picture: Picture) -> None:
            asked = time.perf_counter()
            if not isinstance(await service.detect(lane, picture), Kind):
                took.append(time.perf_counter() - asked)

        async def camera(number: int) -> None:
            lane, tick = f"camera-{number}", number / cameras / 5
            asking = set()
            for turn in range(5 * STEADY_SECONDS):
                await asyncio.sleep(max(0.0, begun + tick + turn / 5 - time.perf_counter()))
                slot = 2 * number + turn % 2
                frame = frames[(turn + number) % len(frames)]
                size = shaper.small(frame, 0, service.input, ring.view(slot))
                asking.add(asyncio.create_task(ask(lane, Picture(ring, slot, *size, turn))))
            await asyncio.gather(*asking)

        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(cameras):
                group.create_task(camera(number))
        tallies.extend(service.tallies().values())
        ring.close()

    await _served(file, run)
    shed = sum(tally.shed for tally in tallies) / sum(tally.asked for tally in tallies)
    return _Steady(cameras, shed, statistics.quantiles(took, n=20)[-1])


async def _served(file: ModelFile, run: Callable[[DetectionService], Awaitable[None]]) -> None:
    """A detector process that is up and believed, for the time of `run`."""
    ready = asyncio.Event()
    service = DetectionService(
        (sys.executable, "-m", "farola.app.detector_process"),
        file,
        DetectionSettings(CORES),
        SystemClock(),
        lambda fault: ready.set() if fault is None else print(f"  {fault}", file=sys.stderr),
    )
    serving = asyncio.create_task(service.run())
    try:
        await ready.wait()
        await run(service)
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 2)
