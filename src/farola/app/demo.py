"""The demonstration's town: four simulated cameras on this machine and one person a role."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from farola.access import Access, Passwords
from farola.app.demo_situations import put_situations
from farola.app.parts import Parts
from farola.app.town import FIRST_PERSON, TownReady, run_town
from farola.base import Clock
from farola.config import Settings
from farola.ledger import Ledger
from farola.model import (
    Address,
    Assignment,
    Body,
    CameraDraft,
    EntryKind,
    Mounting,
    Papers,
    Position,
    Role,
)
from farola.sim import Progress, SimCamera, default_cache, find_footage, start, town

_PLACES = {
    "plaza": ("Plaza", "Plaza central, lado norte"),
    "crossing": ("Cruce", "Cruce de Belgrano y San Martín"),
    "footpath": ("Senda", "Senda peatonal del parque"),
    "corner": ("Esquina", "Esquina del mercado"),
}
_POSITIONS = {
    "plaza": Position(-27.4512, -58.9866),
    "crossing": Position(-27.4531, -58.9839),
    "footpath": Position(-27.4489, -58.9821),
    "corner": Position(-27.4548, -58.9893),
}
PEOPLE = {
    FIRST_PERSON: Role.ADMINISTRATOR,
    "operadora": Role.OPERATOR,
    "despacho": Role.DISPATCHER,
    "supervisora": Role.SUPERVISOR,
    "custodia": Role.CUSTODIAN,
    "privacidad": Role.PRIVACY_OFFICER,
    "auditora": Role.AUDITOR,
}
_PAPERS = Papers(
    purpose="Demostración con imágenes de archivo: nadie es filmado.",
    legal_basis="Ordenanza de ejemplo 1234/2026, art. 5",
    office="Dirección de Convivencia Ciudadana (ejemplo)",
    contact="privacidad@municipio.example",
    assessment="Evaluación de impacto 3/2026 (ejemplo)",
    density=125,
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
            "site": {
                "name": "Villa Farola",
                "zone": "America/Argentina/Buenos_Aires",
                "office": "Dirección de Convivencia Ciudadana (ejemplo)",
                "contact": "convivencia@villafarola.example",
                "address": "Belgrano 100, Villa Farola",
            },
            "server": {"port": options.port},
            "storage": {
                "data": data,
                "keys": data.with_name(data.name + "-keys"),
                "min_free_bytes": 200_000_000,
            },
            "network": {"camera_networks": ["127.0.0.0/8"], "allow_loopback": True},
            "retention": {"early_alarm_bytes": 500_000_000},
            # One password, told at the start, is what the demonstration is tried with.
            "sessions": {"second_factor": False},
            "public": {"refresh_seconds": 5, "url": "https://camaras.villafarola.example"},
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

        def prepare(parts: Parts, ledger: Ledger) -> None:
            nonlocal password
            _put_cameras(parts, ledger, [camera.name for camera in cameras], server.port)
            password = _put_people(parts, ledger, password)

        def ready(town: TownReady) -> None:
            on_ready(TownReady(town.url, FIRST_PERSON, password))

        await run_town(settings, clock, ready, before_cameras=prepare)


def _put_cameras(parts: Parts, ledger: Ledger, names: Sequence[str], port: int) -> None:
    """The simulator's port is another one each time: known cameras move to it."""
    known = {camera.name: camera for camera in parts.catalog.cameras.list()}
    for path in names:
        name, place = _PLACES.get(path, (path, path))
        camera = CameraDraft(
            name=name,
            place=place,
            main=Address("rtsp", "127.0.0.1", port, f"/{path}"),
            sub=None,
            papers=_PAPERS,
            enabled=known[name].enabled if name in known else True,
            mounting=Mounting(height_m=6, tilt_deg=20, field_deg=80),
            position=_POSITIONS.get(path),
        )
        if name in known:
            parts.catalog.cameras.update(known[name].id, camera)
        else:
            parts.catalog.cameras.add(camera)
    for known_camera in parts.catalog.cameras.list():
        if known_camera.approved_us is None:
            digest = known_camera.papers_digest
            act: Body = {"camera": known_camera.id, "digest": digest, "why": "the demonstration"}
            ledger.append(EntryKind.PAPERS_APPROVED, act)
            parts.catalog.cameras.approve(known_camera.id, digest, None)
    cameras = {camera.name: camera.id for camera in parts.catalog.cameras.list()}
    put_situations(parts.catalog, cameras)


def _put_people(parts: Parts, ledger: Ledger, password: str | None) -> str:
    """One account for each role, all with the password given or a new one; answers it."""
    people = parts.catalog.people
    passwords = Passwords()
    password = password or secrets.token_hex(6)
    access = Access.over(
        parts.catalog,
        parts.keystore,
        parts.clock,
        parts.settings.sessions,
        ledger,
        passwords=passwords,
    )
    access.people.add_first(FIRST_PERSON, password)
    for name, role in PEOPLE.items():
        found = people.by_name(name)
        if found is None:
            access.people.add(None, name, frozenset({Assignment(role)}), password)
        elif not passwords.matches(found[1], password):
            access.people.reset(None, found[0].id, password)
    return password
