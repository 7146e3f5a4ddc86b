"""Redacted live streams a core: processor time of darkroom and detector for a second of video.

Real footage of a street at 360 and 720 lines, 25 pictures a second, goes through a real darkroom
and a real detector process in step with the clock, at 5, 2 and 1 detections a second. What a second
of video costs in processor time, over both processes and the parent that relays between them,
tells how many such streams a core carries.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import av

from bench.processes import cpu_seconds
from bench.row import Row
from farola.app.darkroom import Darkroom, DarkroomSettings
from farola.base import Kind, SystemClock
from farola.media import Codec, CodecConfig
from farola.model import Cover, CoveredUnit, CoverState, LaneSpec, Recipe, Sighting
from farola.sim import bench_clip, default_cache, find_footage
from farola.vision import DetectionService, DetectionSettings, Follower, ModelStore, Picture

SIZES = ((640, 360, 1_000_000), (1280, 720, 2_500_000))
RATES = (5.0, 2.0, 1.0)
PICTURE_RATE = 25
WARM_UP_S, MEASURED_S = 6, 12
_TICKS = 90_000 // PICTURE_RATE


@dataclass(frozen=True, slots=True)
class _Unit:
    key: bool
    payload: bytes


def measure() -> list[Row]:
    rows = []
    for width, height, bit_rate in SIZES:
        config, film = _film(width, height, bit_rate)
        for rate in RATES:
            busy, shown = asyncio.run(_run(config, film, rate))
            what = f"{height} lines, {rate:g} detections a second"
            rows += [
                Row(f"redacted streams a core, {what}", round(1 / busy, 1), "streams"),
                Row(f"processor time for a second of video, {what}", round(busy * 1e3, 1), "ms"),
                Row(f"pictures with people alone covered, {what}", round(shown * 100, 1), "%"),
            ]
    return rows


def _film(width: int, height: int, bit_rate: int) -> tuple[CodecConfig, list[_Unit]]:
    footage = find_footage(None, default_cache(), lambda label, percent: None)
    clip = bench_clip(
        default_cache(),
        lambda label, percent: None,
        footage=None if footage.drawn else footage.path,
        width=width,
        height=height,
        rate=PICTURE_RATE,
        group=PICTURE_RATE,
        bit_rate=bit_rate,
    )
    film: list[_Unit] = []
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        sets = _sets_of(bytes(stream.codec_context.extradata or b""))
        for packet in container.demux(stream):
            if packet.size:
                film.append(_Unit(packet.is_keyframe, bytes(packet)))
    return CodecConfig.from_parameter_sets(Codec.H264, sets), film


def _sets_of(record: bytes) -> tuple[bytes, ...]:
    """SPS and PPS of an avcC (ISO/IEC 14496-15 5.3.3.1)."""
    sets, place = [], 5
    for _ in range(2):
        count = record[place] & 31
        place += 1
        for _ in range(count):
            size = int.from_bytes(record[place : place + 2])
            sets.append(record[place + 2 : place + 2 + size])
            place += 2 + size
    return tuple(sets)


async def _run(config: CodecConfig, film: Sequence[_Unit], rate: float) -> tuple[float, float]:
    """Processor seconds for a second of video, and the share of pictures not wholly covered."""
    clock = SystemClock()
    service = DetectionService(
        [sys.executable, "-m", "farola.app.detector_process"],
        ModelStore(Path("data/models")).in_use(),
        DetectionSettings(streams=1),
        clock,
    )
    running = asyncio.create_task(service.run())
    follower = Follower()
    covers: list[CoverState] = []

    async def detect(lane: str, picture: Picture) -> Sequence[Sighting] | Kind:
        found = await service.detect(lane, picture)
        return found if isinstance(found, Kind) else follower.see(picture, found)

    def covered(unit: CoveredUnit) -> None:
        covers.append(unit.cover.state)

    def changed(cover: Cover) -> None:
        pass

    try:
        while service.load().fault is not None:
            await asyncio.sleep(0.1)
        async with Darkroom(DarkroomSettings(input=service.input), detect, clock) as room:
            lane = room.live(LaneSpec("bench", "bench", Recipe(), rate, True), covered, changed)
            begun_us, busy, spent = clock.monotonic_us(), 0.0, [0.0]

            def used() -> float:
                pids = [pid for pid in (room.pid, service.pid) if pid is not None]
                own = os.times()
                return own.user + own.system + cpu_seconds(pids)

            total = (WARM_UP_S + MEASURED_S) * PICTURE_RATE
            for number, unit in zip(range(total), cycle(film)):
                if number == WARM_UP_S * PICTURE_RATE:
                    covers.clear()
                    spent[0] = used()
                lane.unit(config, number * _TICKS, clock.wall_us(), unit.key, unit.payload)
                due_us = begun_us + (number + 1) * 1_000_000 // PICTURE_RATE
                await asyncio.sleep(max(0, due_us - clock.monotonic_us()) / 1e6)
            busy = (used() - spent[0]) / MEASURED_S
            lane.close()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return busy, covers.count(CoverState.COVERED) / max(1, len(covers))
