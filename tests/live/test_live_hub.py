"""The fan-out: who watches is sent what the recorder hands over, and nobody else costs anything."""

import asyncio
import dataclasses

import pytest

from farola.base import Error, Kind
from farola.gate import Chunk, Init, LiveMessage, StateChange
from farola.live import Hub, LiveUnit, hub
from farola.live.place import Place
from farola.media import Codec, CodecConfig
from farola.model import CameraState, Phase, Rendition, StreamKind
from farola.sim.clips import tiny_clip
from farola.sim.reel import load_reel

MAIN = StreamKind.MAIN
STATE = CameraState(
    "cam-1", Phase.LIVE, None, "", 0, 0, 0, 0, 0, 0, 0, None, None, 320, 240, "avc1"
)


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> CodecConfig:
    clip = tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1)
    return CodecConfig.from_parameter_sets(Codec.H264, load_reel(clip).parameter_sets)


class Watched:
    def __init__(self) -> None:
        self.calls: list[tuple[str, StreamKind, bool]] = []

    def __call__(self, camera_id: str, stream: StreamKind, on: bool) -> None:
        self.calls.append((camera_id, stream, on))


def unit(config: CodecConfig, number: int, *, key: bool, run: str = "run-1") -> LiveUnit:
    return LiveUnit(run, config, 900_000 + number * 3_600, 10**15 + number, key, b"unit%d" % number)


async def drain(place: Place) -> list[LiveMessage]:
    found: list[LiveMessage] = []
    while True:
        try:
            async with asyncio.timeout(0.01):
                found.append(await anext(place))
        except (TimeoutError, StopAsyncIteration):
            return found


def bodies(messages: list[LiveMessage]) -> list[bytes]:
    return [m.data[m.data.index(b"mdat") + 4 :] for m in messages if isinstance(m, Chunk)]


async def test_a_late_viewer_begins_with_the_newest_key_frame(config: CodecConfig) -> None:
    live = Hub(Watched(), Rendition.REDACTED)
    first = live.subscribe("cam-1", MAIN)
    for number in range(8):
        live.unit("cam-1", MAIN, unit(config, number, key=number % 5 == 0))
    second = live.subscribe("cam-1", MAIN)
    live.unit("cam-1", MAIN, unit(config, 8, key=False))
    assert bodies(await drain(first)) == [b"unit%d" % n for n in range(9)]
    found = await drain(second)
    assert isinstance(found[0], Init)
    assert bodies(found) == [b"unit5", b"unit6", b"unit7", b"unit8"]


async def test_a_stream_is_asked_for_once_and_given_up_after_the_last(
    config: CodecConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_LINGER_SECONDS", 0.02)
    watched = Watched()
    live = Hub(watched, Rendition.REDACTED)
    places = [live.subscribe("cam-1", MAIN) for _ in range(3)]
    for place in places:
        place.close()
    again = live.subscribe("cam-1", MAIN)  # a page turned
    await asyncio.sleep(0.05)
    assert watched.calls == [("cam-1", MAIN, True)]
    again.close()
    await asyncio.sleep(0.05)
    assert watched.calls == [("cam-1", MAIN, True), ("cam-1", MAIN, False)]
    live.unit("cam-1", MAIN, unit(config, 0, key=True))  # late: nobody is there, nothing happens


async def test_a_new_run_begins_anew_with_its_key_frame(config: CodecConfig) -> None:
    live = Hub(Watched(), Rendition.REDACTED)
    place = live.subscribe("cam-1", MAIN)
    live.unit("cam-1", MAIN, unit(config, 100, key=True))
    live.unit("cam-1", MAIN, unit(config, 0, key=False, run="run-2"))
    live.unit("cam-1", MAIN, unit(config, 1, key=True, run="run-2"))
    found = await drain(place)
    assert [type(each) for each in found] == [Init, Chunk, Init, Chunk]
    assert bodies(found) == [b"unit100", b"unit1"]


async def test_viewers_hear_of_a_change_of_state_alone() -> None:
    live = Hub(Watched(), Rendition.REDACTED)
    place = live.subscribe("cam-1", MAIN)
    other = live.subscribe("cam-2", MAIN)
    live.state(STATE)
    live.state(dataclasses.replace(STATE, frames=7))
    gap = dataclasses.replace(STATE, phase=Phase.GAP, reason=Kind.STALLED)
    assert await drain(place) == [StateChange(STATE)]
    live.state(gap)
    assert await drain(place) == [StateChange(gap)]
    assert await drain(other) == []


async def test_places_are_bounded() -> None:
    live = Hub(Watched(), Rendition.REDACTED)
    for _ in range(hub.MOST_PLACES):
        live.subscribe("cam-1", MAIN)
    with pytest.raises(Error) as raised:
        live.subscribe("cam-1", MAIN)
    assert raised.value.kind is Kind.UNAVAILABLE


async def test_an_endless_group_of_pictures_is_not_kept(config: CodecConfig) -> None:
    live = Hub(Watched(), Rendition.REDACTED)
    first = live.subscribe("cam-1", MAIN)
    for number in range(1_500):
        live.unit("cam-1", MAIN, unit(config, number, key=number == 0))
    await drain(first)
    late = live.subscribe("cam-1", MAIN)
    assert bodies(await drain(late)) == []
    live.unit("cam-1", MAIN, unit(config, 1_500, key=True))
    assert bodies(await drain(late)) == [b"unit1500"]
