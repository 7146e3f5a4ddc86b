"""A process that looks through the real gate over the real ledger until it is killed.

It prints a line for each picture that the gate let out, at once, so that whoever kills it knows
what left before.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from farola.access import GrantBook
from farola.app.ledger import begin, open_ledger
from farola.app.parts import open_parts
from farola.app.record import settings_for
from farola.base import SystemClock
from farola.gate import Gate, Looks, Still, Viewer
from farola.model import (
    HOUR_US,
    Address,
    Assignment,
    Camera,
    Papers,
    Person,
    Rendition,
    Role,
    StreamKind,
)


class Pictures:
    """A still for every instant."""

    rendition = Rendition.REDACTED

    def still(self, camera_id: str, stream: StreamKind, at_us: int) -> Still:
        return Still(camera_id, at_us, b"jpeg")


async def look(data: Path) -> None:
    address = Address("rtsp", "10.0.0.9", 554, "/main")
    papers = Papers("safety", "by-law 7", "public works")
    with (
        open_parts(settings_for(data), SystemClock(), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        pictures: Any = Pictures()
        gate = Gate(
            {},
            {Rendition.REDACTED: pictures},
            Looks(ledger, SystemClock()),
            GrantBook(SystemClock()),
        )
        roles = frozenset({Assignment(Role.OPERATOR)})
        viewer = Viewer(Person("per-1", "ana", 0, roles), f"ses-{os.getpid()}")

        async def walk(number: int) -> None:
            camera = Camera(f"cam-{number}", "c", "p", address, None, papers, True, False, 1)
            for hour in range(10_000):
                admitted = await gate.still(viewer, camera, StreamKind.MAIN, hour * HOUR_US)
                assert admitted.media.data == b"jpeg"
                os.write(1, f"{camera.id} {hour * HOUR_US} {viewer.session_id}\n".encode())

        await asyncio.gather(*(walk(number) for number in range(4)))


asyncio.run(look(Path(sys.argv[1])))
