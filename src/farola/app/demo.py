"""The demonstration's town: four simulated cameras on this machine and an administrator."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from farola.access import Passwords
from farola.app.demo_situations import put_situations
from farola.app.parts import Parts
from farola.app.town import FIRST_PERSON, TownReady, run_town
from farola.base import Clock
from farola.catalog import NewCamera
from farola.config import Settings
from farola.model import Address, Papers
from farola.sim import Progress, SimCamera, default_cache, find_footage, start, town

_PLACES = {
    "plaza": ("Plaza", "Plaza central, lado norte"),
    "crossing": ("Cruce", "Cruce de Belgrano y San Martín"),
    "footpath": ("Senda", "Senda peatonal del parque"),
    "corner": ("Esquina", "Esquina del mercado"),
}
_PAPERS = Papers(
    purpose="Demostración con imágenes de archivo: nadie es filmado.",
    legal_basis="Ordenanza de ejemplo 1234/2026, art. 5",
    office="Dirección de Convivencia Ciudadana (ejemplo)",
)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """`password` None makes a new one at each start."""

    port: int
    data: Path
    password: str | None
    video: Path | None


def demo_settings(options: DemoOptions) -> Settings:
    """Loopback cameras are allowed here and nowhere else by default."""
    data = options.data.absolute()
    return Settings.parse(
        {
            "site": {"name": "Villa Farola", "zone": "America/Argentina/Buenos_Aires"},
            "server": {"port": options.port},
            "storage": {
                "data": data,
                "keys": data.with_name(data.name + "-keys"),
                "min_free_bytes": 200_000_000,
            },
            "network": {"camera_networks": ["127.0.0.0/8"], "allow_loopback": True},
            "retention": {"early_alarm_bytes": 500_000_000},
            "logs": {"level": "warning"},
        }
    )


def demo_cameras(video: Path | None, progress: Progress) -> list[SimCamera]:
    """Finds footage and makes four cameras of it. Blocks, minutes the first time."""
    cache = default_cache()
    footage = find_footage(video, cache, progress)
    progress(f"footage from {footage.origin}", 100)
    return town(footage, cache, progress)


async def run_demo(
    options: DemoOptions,
    cameras: Sequence[SimCamera],
    clock: Clock,
    on_ready: Callable[[TownReady], None],
) -> None:
    """Serves the town until interrupted. `on_ready` always hears a password that signs in."""
    settings = demo_settings(options)
    password = options.password
    async with await start(cameras) as server:

        def prepare(parts: Parts) -> None:
            nonlocal password
            _put_cameras(parts, [camera.name for camera in cameras], server.port)
            password = _put_person(parts, password)

        def ready(town: TownReady) -> None:
            on_ready(TownReady(town.url, FIRST_PERSON, password))

        await run_town(settings, clock, ready, before_cameras=prepare)


def _put_cameras(parts: Parts, names: Sequence[str], port: int) -> None:
    """The simulator's port is another one each time: known cameras move to it."""
    known = {camera.name: camera for camera in parts.catalog.cameras.list()}
    for path in names:
        name, place = _PLACES.get(path, (path, path))
        camera = NewCamera(
            name=name,
            place=place,
            main=Address("rtsp", "127.0.0.1", port, f"/{path}"),
            sub=None,
            papers=_PAPERS,
            enabled=known[name].enabled if name in known else True,
        )
        if name in known:
            parts.catalog.cameras.update(known[name].id, camera)
        else:
            parts.catalog.cameras.add(camera)
    cameras = {camera.name: camera.id for camera in parts.catalog.cameras.list()}
    put_situations(parts.catalog, cameras)


def _put_person(parts: Parts, password: str | None) -> str:
    """The administrator, with the password given or a new one; answers it."""
    people = parts.catalog.people
    passwords = Passwords()
    password = password or secrets.token_hex(6)
    found = people.by_name(FIRST_PERSON)
    if found is None:
        people.add(FIRST_PERSON, passwords.hash(password))
    elif not passwords.matches(found[1], password):
        people.set_password_hash(found[0].id, passwords.hash(password))
        parts.catalog.sessions.delete_of(found[0].id)
    return password
