"""What was recorded, what was not, and on which local days."""

import httpx
import pytest
from api_world import NOW_US, World

from farola.base import Kind
from farola.media import FragmentEntry, pack_fragments
from farola.model import Camera, Gap, Run, Segment, StreamKind

_S = 1_000_000
_MINUTE = 60 * _S
_DAY = 86_400 * _S
MIDNIGHT_US = NOW_US // _DAY * _DAY


def record(world: World, camera: Camera, start_us: int, seconds: int) -> None:
    """A closed segment of two-second fragments, as the recorder would have saved it."""
    run_id = f"run-{start_us}"
    main = StreamKind.MAIN
    recordings = world.catalog.recordings
    end_us = start_us + seconds * _S
    recordings.begin_run(Run(run_id, camera.id, main, start_us, None, None, None))
    entries = [
        FragmentEntry(
            offset=100 + number * 1000,
            size=1000,
            sequence=number,
            start_us=start_us + number * 2 * _S,
            media_start=number * 180_000,
            duration=180_000,
            key=True,
        )
        for number in range(seconds // 2)
    ]
    recordings.save_segment(
        Segment(
            path=f"{camera.id}/main/{start_us}.fseg",
            camera_id=camera.id,
            stream=main,
            run_id=run_id,
            codec="avc1.64001f",
            width=1920,
            height=1080,
            start_us=start_us,
            end_us=end_us,
            size=100 + len(entries) * 1000,
            open=False,
            index=pack_fragments(entries),
        )
    )
    recordings.end_run(run_id, end_us, Kind.STALLED)


async def test_spans_and_gaps_of_a_span(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    record(world, camera, NOW_US, 60)
    gap = Gap(camera.id, StreamKind.MAIN, NOW_US + _MINUTE, None, Kind.STALLED, "no picture")
    world.catalog.recordings.save_gap(gap)
    address = f"/api/cameras/{camera.id}/timeline"
    asked = {"start_us": NOW_US + 10 * _S, "end_us": NOW_US + 10 * _MINUTE}
    answer = await client.get(address, params=asked)
    assert answer.status_code == 200
    assert answer.json() == {
        "spans": [{"start_us": NOW_US + 10 * _S, "end_us": NOW_US + _MINUTE}],
        "gaps": [
            {
                "start_us": NOW_US + _MINUTE,
                "end_us": None,
                "reason": "stalled",
                "detail": "no picture",
            }
        ],
        "now_us": NOW_US,
    }
    sub = await client.get(address, params=asked | {"stream": "sub"})
    assert sub.json()["spans"] == []


async def test_days_are_counted_in_the_viewers_zone(
    world: World, client: httpx.AsyncClient, camera: Camera
) -> None:
    record(world, camera, MIDNIGHT_US - 5 * _MINUTE, 540)
    address = f"/api/cameras/{camera.id}/days"
    asked = {"start_us": MIDNIGHT_US - _DAY, "end_us": MIDNIGHT_US + _DAY}
    utc = (await client.get(address, params=asked)).json()["days"]
    assert [day["recorded_us"] for day in utc] == [5 * _MINUTE, 4 * _MINUTE]
    zone = {"tz": "America/Argentina/Buenos_Aires"}
    local = (await client.get(address, params=asked | zone)).json()["days"]
    assert [day["recorded_us"] for day in local] == [9 * _MINUTE]
    assert local[0]["day"] == utc[0]["day"]


@pytest.mark.parametrize(
    ("start_us", "end_us", "more"),
    [
        ("2", "1", {}),
        ("5", "5", {}),
        ("-1", "5", {}),
        ("0", str(401 * _DAY), {}),
        ("0", "1e30", {}),
        ("0", "9" * 30, {}),
        ("now", "later", {}),
        ("0", "5", {"stream": "third"}),
        ("0", "5", {"tz": "../../etc/passwd"}),
        ("0", "5", {"tz": "Mars/Olympus"}),
        ("0", "5", {"tz": "\u0000"}),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, camera: Camera, start_us: str, end_us: str, more: dict[str, str]
) -> None:
    asked = {"start_us": start_us, "end_us": end_us} | more
    answer = await client.get(f"/api/cameras/{camera.id}/days", params=asked)
    assert answer.status_code == 422
    assert answer.json()["kind"] == "invalid_input"
