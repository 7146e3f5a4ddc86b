"""Metrics: who may read them, what they say, and that each is documented."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from api_world import METRICS_TOKEN, World, opened_world
from prometheus_client.parser import text_string_to_metric_families

from farola.api.metrics import registry_of
from farola.base import Kind
from farola.model import Alarm, Camera, Phase, StreamKind

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


async def test_the_counters_are_the_states(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    state = world.board.of(camera.id)
    assert state is not None
    live = replace(
        state,
        phase=Phase.LIVE,
        frames=250,
        bytes=5_000_000,
        gaps=1,
        reconnects=2,
        lost=3,
        dropped=4,
        lag_us=1_500_000,
        camera_offset_us=-250_000,
    )
    world.board.state(StreamKind.MAIN, live)
    world.alarms.append(Alarm(Kind.DISK_FULL, "the disk is full", 1))
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    values = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    mine = ("camera", camera.id)
    assert values["farola_camera_frames_total", mine] == 250
    assert values["farola_camera_bytes_total", mine] == 5_000_000
    assert values["farola_camera_gaps_total", mine] == 1
    assert values["farola_camera_reconnects_total", mine] == 2
    assert values["farola_camera_lost_packets_total", mine] == 3
    assert values["farola_camera_dropped_fragments_total", mine] == 4
    assert values["farola_camera_lag_seconds", mine] == 1.5
    assert values["farola_camera_clock_offset_seconds", mine] == -0.25
    up = {phase: values["farola_camera_up", mine, ("phase", phase.value)] for phase in Phase}
    assert up == {phase: float(phase is Phase.LIVE) for phase in Phase}
    assert values["farola_alarm", ("kind", "disk_full")] == 1
    assert values[("process_resident_memory_bytes",)] > 0
    assert camera.name not in answer.text
    assert camera.place not in answer.text


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {METRICS_TOKEN}", 200),
        (f"bearer {METRICS_TOKEN}", 200),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        (f"Basic {METRICS_TOKEN}", 401),
        ("", 401),
        ("Bearer ñandú", 401),
    ],
)
async def test_a_collector_needs_the_token(
    stranger: httpx.AsyncClient, authorization: str, status: int
) -> None:
    raw = [(b"authorization", authorization.encode())]
    answer = await stranger.get("/metrics", headers=raw)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"


async def test_without_a_configured_token_there_is_none_to_guess(tmp_path: Path) -> None:
    with opened_world(tmp_path, metrics_token=None) as world:
        async with world.client() as client:
            for token in ("None", "", "null"):
                headers = {"authorization": f"Bearer {token}"}
                assert (await client.get("/metrics", headers=headers)).status_code == 401


def test_every_metric_is_documented_and_nothing_else(world: World) -> None:
    families = {family.name for family in registry_of(world.board, world.lookout).collect()}
    exposed = {name for name in families if name.startswith("farola_")}
    page = PAGE.read_text(encoding="utf-8")
    named = {name.removesuffix("_total") for name in re.findall(r"`(farola_[a-z_]+)", page)}
    assert named == exposed
    for name in families:
        assert name in page
