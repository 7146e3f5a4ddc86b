"""A Farola without recorders: the real catalogue, keystore, sign-in, desks and live hub.

Only recorded media is invented here (`Street`), so that tests can ask for media that break off,
belong to somebody else or never end.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from fastapi import FastAPI
from laid_catalog import lay_catalog

from farola.access import Access, GrantDesk, Passwords
from farola.api import ApiSettings, Services, VisionReport, create_app, server_config
from farola.app.cameras import CameraDesk
from farola.app.parts import Parts
from farola.app.situations import SituationDesk
from farola.app.state_board import StateBoard
from farola.app.timeline import TimelineDesk
from farola.base import Clock, Error, Kind, ManualClock
from farola.catalog import Catalog
from farola.config import Identity, Settings
from farola.gate import Footage, Gate, Grants, KeyFrame, LiveSource, Looks, Still
from farola.keys import Keystore
from farola.ledger import EntryFilter, EntryPage
from farola.live import Hub
from farola.model import (
    HOUR_US,
    Alarm,
    Assignment,
    Body,
    Camera,
    Condition,
    Entry,
    EntryKind,
    Event,
    Hold,
    HourCount,
    Label,
    Person,
    Rendition,
    RetentionClass,
    Role,
    Rule,
    Session,
    Sighting,
    Span,
    Spot,
    StreamKind,
    Zone,
    ZoneKind,
)
from farola.oversight import Conduct, Finding, conduct
from farola.retention import Destruction, Why

HOST = "farola.test"
ORIGIN = f"http://{HOST}"
NAME = "ana"
PASSWORD = "a lamp on every corner"
METRICS_TOKEN = "a token for the collector"
NOW_US = 1_795_500_000_000_000
# Whoever has it may do all that there is to do; no real person may hold these together.
EVERYTHING = frozenset(Assignment(role) for role in Role)
ZONE = "America/Argentina/Buenos_Aires"

_REPORT = VisionReport("model", "0" * 64, "Apache-2.0", 9.8, 0.2, 40.0, None, ())

NEW_CAMERA: dict[str, Any] = {
    "name": "north",
    "place": "Plaza San Martín",
    "main": {"scheme": "rtsp", "host": "10.1.2.3", "port": 554, "path": "/main"},
    "sub": None,
    "credentials": {"username": "viewer", "password": "the camera's own"},
    "purpose": "Traffic safety",
    "legal_basis": "By-law 7/2026",
    "office": "Public works",
    "contact": "works@town.example",
    "assessment": "report 3/2026",
    "density": 125,
    "enabled": True,
}

NEW_ZONE: dict[str, Any] = {
    "name": "Bus lane",
    "kind": "area",
    "points": [{"x": 0.1, "y": 0.5}, {"x": 0.9, "y": 0.5}, {"x": 0.5, "y": 0.9}],
    "width_m": 40,
}
NEW_REQUEST: dict[str, Any] = {
    "camera_ids": ["cam-000000000000"],
    "start_us": NOW_US - 600_000_000,
    "end_us": NOW_US - 300_000_000,
    "reason": "crime",
    "text": "a theft at the corner, reported by phone",
    "reference": "case 77/2026",
    "incident": "",
}
NEW_HOLD: dict[str, Any] = {
    "camera_ids": ["cam-000000000000"],
    "start_us": NOW_US - 600_000_000,
    "end_us": NOW_US - 300_000_000,
    "reason": "a theft is being looked into",
    "reference": "case 77/2026",
    "days": 30,
}
NEW_RULE: dict[str, Any] = {
    "name": "Somebody on the lawn",
    "zone_id": "zon-1",
    "labels": ["person"],
    "condition": "enters",
}


@dataclass
class Street:
    """Recorded media of one camera, the one named in `owner`; keys are `init1` and `part1`."""

    rendition = Rendition.REDACTED
    owner: str = ""
    asked_with: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=lambda: [b"moof", b"mdat"])
    size: int | None = None
    fails_after: int | None = None
    error: Error | None = None
    closed: int = 0

    def playlist(
        self,
        camera_id: str,
        stream: StreamKind,
        span: Span,
        *,
        within: Span | None = None,
        query: str = "",
    ) -> str:
        self._require(camera_id)
        self.asked_with = {"query": query}
        return "#EXTM3U\n#EXT-X-VERSION:7\n"

    def init(self, camera_id: str, key: str) -> bytes:
        self._require(camera_id)
        if key != "init1":
            raise Error(Kind.NOT_FOUND, "no such init segment")
        return b"ftypmoov"

    def part(self, camera_id: str, key: str) -> Footage:
        self._require(camera_id)
        if key != "part1":
            raise Error(Kind.NOT_FOUND, "no such part")
        return Footage(self.owner, Span(1, 2), self._chunks(), self.size)

    def clip(
        self, camera_id: str, stream: StreamKind, span: Span, *, within: Span | None = None
    ) -> Footage:
        self._require(camera_id)
        return Footage(self.owner, span, self._chunks(), self.size)

    def key_frame(self, camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        self._require(camera_id)
        return KeyFrame(self.owner, at_us - 7, b"ftypmoovmoofmdat")

    def still(self, camera_id: str, stream: StreamKind, at_us: int | None) -> Still:
        self._require(camera_id)
        return Still(self.owner, (NOW_US if at_us is None else at_us) - 7, b"\xff\xd8\xff\xd9")

    def _require(self, camera_id: str) -> None:
        if camera_id != self.owner:
            raise Error(Kind.NOT_FOUND, "nothing was recorded")

    def _chunks(self) -> Iterator[bytes]:
        try:
            for number, part in enumerate(self.parts):
                if self.fails_after == number and self.error is not None:
                    raise self.error
                yield part
        finally:
            self.closed += 1


class Originals:
    """Whatever is asked of them fails the test: nobody reaches an original."""

    rendition = Rendition.ORIGINAL

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the original was asked for its {name}")


def gate_over(
    live: LiveSource, street: Street, looks: Looks, grants: Grants, originals: Any = None
) -> Gate:
    """A gate with both renditions."""
    originals = originals or Originals()
    return Gate(
        live={Rendition.ORIGINAL: originals, Rendition.REDACTED: live},
        playback={Rendition.ORIGINAL: originals, Rendition.REDACTED: street},
        looks=looks,
        grants=grants,
    )


def pointed(camera_id: str, span: Span, spots: Sequence[Spot]) -> None:
    """The left half of every picture is one thing, and the right half is many."""
    if any(each.x > 0.5 for each in spots):
        raise Error(Kind.THING_UNCLEAR, "what was pointed at cannot be told from the rest")


@dataclass
class Acts:
    """What was written down, in order; `fault` is raised instead."""

    entries: list[tuple[EntryKind, Body]] = field(default_factory=list)
    fault: Error | None = None

    def append(self, kind: EntryKind, body: Body) -> None:
        if self.fault is not None:
            raise self.fault
        self.entries.append((kind, body))

    def of(self, kind: EntryKind) -> list[Body]:
        return [body for each, body in self.entries if each is kind]


@dataclass
class Auditing:
    """The auditor's desk over the acts of this world, in place of a ledger."""

    acts: Acts
    verifier: str = "report+key"

    def entries(self, asked: EntryFilter, before: int | None, limit: int) -> EntryPage:
        made = [
            Entry(index, NOW_US, kind, b"{}", body)
            for index, (kind, body) in enumerate(self.acts.entries)
            if not asked.kinds or kind in asked.kinds
        ]
        return EntryPage(tuple(made[::-1][:limit]), None)

    def opened(self, index: int) -> Body:
        if index >= len(self.acts.entries):
            raise Error(Kind.NOT_FOUND, "there is no such entry")
        return {"leaf": "{}", "salt": "00", "body": self.acts.entries[index][1], "proof": ""}

    def conduct(self, span: Span) -> tuple[Conduct, list[Finding]]:
        made = [Entry(0, NOW_US, kind, b"{}", body) for kind, body in self.acts.entries]
        return conduct(made), []

    def note(self, by: Session, text: str, about: int | None) -> None:
        self.acts.append(EntryKind.NOTE, {"text": text, "about": about})

    def report(self, by: Session, span: Span, language: str) -> bytes:
        return b"%PDF-1.4"


@dataclass
class Told:
    planned: tuple[Destruction, ...] = (
        Destruction("2026-11-24T13.standard", NOW_US, Why.RETENTION),
    )
    now_us: int = NOW_US
    hours: int = 72
    free: int = 10
    short_of_room: bool = False


class Papers:
    def register(self) -> bytes:
        return b"%PDF-1.4"

    def manual(self) -> bytes:
        return b"%PDF-1.4"


@dataclass
class Retaining:
    """Holds in memory; the real retainer is tested over real recordings in tests/app."""

    kept: list[Hold] = field(default_factory=list)

    def preview(self) -> Told:
        return Told()

    def classes(self) -> list[RetentionClass]:
        return [RetentionClass("standard", 72)]

    def holds(self) -> list[Hold]:
        return self.kept

    def new_hold(
        self, camera_ids: tuple[str, ...], span: Span, reason: str, reference: str, days: int
    ) -> Hold:
        expires_us = NOW_US + days * 86_400_000_000
        return Hold("hld-1", camera_ids, span, reason, reference, NOW_US, expires_us)

    def place(self, hold: Hold, by: Body | None = None) -> Hold:
        self.kept.append(hold)
        return hold

    def end(self, hold_id: str, why: str, by: Body | None = None) -> None:
        self.kept = [each for each in self.kept if each.id != hold_id]


@dataclass
class Sidewalk:
    """What is to be seen in recorded video, in place of decoder and detector."""

    pictures: list[tuple[int, list[Sighting]]] = field(default_factory=list)
    error: Error | None = None
    hangs: bool = False
    closed: int = 0

    async def over(
        self, camera_id: str, span: Span
    ) -> AsyncGenerator[tuple[int, Sequence[Sighting]], None]:
        try:
            for at_us, sightings in self.pictures:
                if span.start_us <= at_us < span.end_us:
                    yield at_us, sightings
            if self.error is not None:
                raise self.error
            if self.hangs:
                await asyncio.sleep(3600)
        finally:
            self.closed += 1


@dataclass
class Lookout:
    """What looks at the cameras, in place of eyes and a detector."""

    told: VisionReport = _REPORT

    def report(self) -> VisionReport:
        return self.told


@dataclass
class World:
    """Everything that a test reaches into; `watch_calls` is what the hub asked recorders for."""

    catalog: Catalog
    passwords: Passwords
    clock: Clock
    access: Access
    grants: GrantDesk
    cameras: CameraDesk
    board: StateBoard
    hub: Hub
    acts: Acts
    street: Street
    originals: Any
    sidewalk: Sidewalk
    lookout: Lookout
    alarms: list[Alarm]
    services: Services
    settings: ApiSettings
    app: FastAPI
    watch_calls: list[tuple[str, StreamKind, bool]]

    def client(self, **more: Any) -> httpx.AsyncClient:
        """A browser of this site that is not signed in; server faults become answers."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"origin": ORIGIN} | more.pop("headers", {})
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers, **more)

    @contextlib.asynccontextmanager
    async def signed_in(self, name: str = NAME) -> AsyncIterator[httpx.AsyncClient]:
        async with self.client() as client:
            body = {"name": name, "password": PASSWORD}
            answer = await client.post("/api/session", json=body)
            assert answer.status_code == 200, answer.text
            yield client

    def add_person(self, name: str, *assignments: Assignment) -> Person:
        """Somebody who signs in with the same password."""
        hashed = self.passwords.hash(PASSWORD)
        return self.catalog.people.add(name, hashed, assignments)

    def notice(self, camera_id: str) -> None:
        """A zone, a rule, an event and a count with ids that the routes' walk knows."""
        area = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
        self.catalog.zones.save_zone(Zone("zon-1", camera_id, "Lawn", ZoneKind.AREA, area))
        rule = Rule(
            "rul-1", camera_id, "zon-1", "Nobody", frozenset({Label.PERSON}), Condition.ENTERS
        )
        self.catalog.zones.save_rule(rule)
        self.catalog.events.save(
            Event(
                "evt-1", camera_id, "zon-1", "Lawn", "rul-1", "Nobody", Condition.ENTERS,
                Label.PERSON, NOW_US, NOW_US + 5, 1, NOW_US,
            )
        )  # fmt: skip
        hour_us = NOW_US - NOW_US % HOUR_US
        self.catalog.events.add_counts(
            [HourCount(camera_id, None, hour_us, Label.PERSON, 3, 2, 60_000_000)]
        )

    async def add_camera(self, client: httpx.AsyncClient, **changes: Any) -> Camera:
        answer = await client.post("/api/cameras", json=NEW_CAMERA | changes)
        assert answer.status_code == 201, answer.text
        added = answer.json()
        return self.catalog.cameras.approve(added["id"], added["papers_digest"], None)


@contextlib.contextmanager
def opened_world(
    folder: Path,
    clock: Clock | None = None,
    *,
    second_factor: bool = False,
    break_glass: bool = False,
    originals: Any = None,
    identity: Identity | None = None,
    **told: Any,
) -> Iterator[World]:
    clock = clock or ManualClock(NOW_US)
    settings = Settings.parse(
        {
            "storage": {"data": folder / "data", "keys": folder / "keys"},
            "network": {"allow_loopback": True},
            "sessions": {"second_factor": second_factor},
            "grants": {"break_glass": break_glass},
        }
    )
    root = settings.storage.data / "segments"
    root.mkdir(parents=True)
    lay_catalog(settings.storage.data / "catalog.db")
    keystore = Keystore.open(settings.storage.keys, create=True)
    with Catalog.open(settings.catalog_url, clock=clock, busy_ms=2_000) as catalog:
        passwords = Passwords(passes=1, memory_kib=64, lanes=1)
        acts = Acts()
        access = Access.over(
            catalog,
            keystore,
            clock,
            settings.sessions,
            acts,
            passwords=passwords,
            identity=identity,
        )
        catalog.people.add(NAME, passwords.hash(PASSWORD), EVERYTHING)
        grants = GrantDesk(
            catalog.grants,
            catalog.people,
            catalog.cameras.get,
            clock,
            settings.grants,
            acts=acts,
            pointed=pointed,
        )
        alarms: list[Alarm] = []
        board = StateBoard(clock, lambda: list(alarms))
        cameras = CameraDesk(
            Parts(settings, root, catalog, keystore, clock),
            lambda: board.cameras(list(catalog.cameras.list())),
        )
        watch_calls: list[tuple[str, StreamKind, bool]] = []
        hub = Hub(lambda *call: watch_calls.append(call), Rendition.REDACTED)
        board.attach((hub,), ())
        street = Street()
        sidewalk = Sidewalk()
        lookout = Lookout()
        services = Services(
            cameras=cameras,
            states=board,
            timeline=TimelineDesk(catalog, root),
            situations=SituationDesk(
                catalog, ZoneInfo(ZONE), sidewalk, lambda _: None, try_within_s=0.3
            ),
            vision=lookout,
            gate=gate_over(hub, street, Looks(acts, clock), grants.book, originals),
            access=access,
            grants=grants,
            audit=Auditing(acts),
            retention=Retaining(),
            documents=Papers(),
            acts=acts,
            clock=clock,
        )
        told.setdefault("metrics_token", METRICS_TOKEN)
        told.setdefault("console", folder / "console")
        told.setdefault("public", folder / "public")
        api_settings = ApiSettings(version="0.0.0", site_name="Villa Farola", **told)
        app = create_app(services, api_settings)
        yield World(
            catalog=catalog,
            passwords=passwords,
            clock=clock,
            access=access,
            grants=grants,
            cameras=cameras,
            board=board,
            hub=hub,
            acts=acts,
            street=street,
            originals=originals,
            sidewalk=sidewalk,
            lookout=lookout,
            alarms=alarms,
            services=services,
            settings=api_settings,
            app=app,
            watch_calls=watch_calls,
        )


@contextlib.asynccontextmanager
async def served(app: FastAPI, **changes: Any) -> AsyncIterator[tuple[str, int]]:
    """The app behind the real server on a free port of this machine: host and port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        config = server_config(app, host="127.0.0.1", port=port)
        for name, value in changes.items():
            setattr(config, name, value)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listening]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
                if running.done():
                    running.result()
            yield "127.0.0.1", port
        finally:
            server.should_exit = True
            await running
