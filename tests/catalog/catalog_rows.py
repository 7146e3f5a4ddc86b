"""Rows for tests: segments of two-second fragments, and what to read of them."""

from farola.media import FragmentEntry, pack_fragments
from farola.model import Address, CameraDraft, Mounting, Papers, Position, Segment, StreamKind

NOW_US = 1_795_500_000_000_000  # 2026-11-24 06:00 UTC

FRAGMENT_US = 2_000_000
FRAGMENT_TICKS = 180_000
FRAGMENT_BYTES = 1_000_000


def new_camera(name: str = "Plaza") -> CameraDraft:
    return CameraDraft(
        name=name,
        place="Plaza San Martín",
        main=Address("rtsp", "10.1.2.3", 554, "/main?x=1"),
        sub=Address("rtsp", "10.1.2.3", 554, "/sub"),
        papers=Papers(
            "traffic safety", "Ley 25.326", "Tránsito", "0362 4444", "informe 3", "bank", 125
        ),
        enabled=True,
        mounting=Mounting(6.5, 20, 80),
        position=Position(-27.45, -58.98),
    )


def entries(
    start_us: int, fragments: int, missing: frozenset[int] = frozenset()
) -> list[FragmentEntry]:
    """Consecutive fragments but for the `missing` numbers, whose sequence and time stay free."""
    found, offset = [], 100
    for number in range(fragments):
        if number in missing:
            continue
        found.append(
            FragmentEntry(
                offset,
                FRAGMENT_BYTES,
                number,
                start_us + number * FRAGMENT_US,
                number * FRAGMENT_TICKS,
                FRAGMENT_TICKS,
                True,
            )
        )
        offset += FRAGMENT_BYTES
    return found


def segment(
    camera_id: str,
    start_us: int,
    fragments: int = 300,
    *,
    missing: frozenset[int] = frozenset(),
    stream: StreamKind = StreamKind.MAIN,
    run_id: str = "run-1",
    open: bool = False,
) -> Segment:
    listed = entries(start_us, fragments, missing)
    return Segment(
        path=f"{camera_id}/{stream}/{start_us}-{run_id}.fseg",
        camera_id=camera_id,
        stream=stream,
        run_id=run_id,
        codec="avc1.64001f",
        width=1920,
        height=1080,
        start_us=start_us,
        end_us=start_us + fragments * FRAGMENT_US,
        size=listed[-1].offset + listed[-1].size,
        open=open,
        index=pack_fragments(listed),
    )
