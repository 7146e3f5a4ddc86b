"""The whole server: builds its parts, runs them in one task group, ends them in a written order.

Shutdown: live views end, the listener closes its connections, the recorders finish their fragments
and close their files, the ledger tells that and gives out a last checkpoint, the catalogue closes.
A second signal leaves at once: what that can cost is what a kill costs, the open fragment of each
camera.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from farola import __version__
from farola.access import Access, GrantDesk
from farola.api import ApiSettings, Services, create_app
from farola.app.auditing import AuditDesk
from farola.app.cameras import CameraDesk
from farola.app.chronicle import Chronicle
from farola.app.courses import Courses
from farola.app.documents import Documents
from farola.app.granting import GrantKeeper
from farola.app.ledger import LedgerKeeper, begin, open_ledger
from farola.app.listener import Listener
from farola.app.parts import Parts, only_recorder, open_parts
from farola.app.plans import Plans
from farola.app.publishing import SitePublisher
from farola.app.recorder_process import setup_of
from farola.app.retaining import Retainer, hours_now
from farola.app.reviews import Reviews
from farola.app.sealing import Sealer
from farola.app.seeing import Seeing
from farola.app.situations import SituationDesk
from farola.app.state_board import Originals, StateBoard
from farola.app.timeline import TimelineDesk
from farola.app.timestamps import Timestamps
from farola.app.witnesses import Witnesses
from farola.base import Clock, Error, get_logger
from farola.config import Settings
from farola.gate import Gate, Looks
from farola.ledger import Ledger
from farola.live import Hub
from farola.model import Alarm, Attention, Camera, Rendition, Span, Spot
from farola.playback import Playback
from farola.recorder import Pool, StreamKey

FIRST_PERSON = "admin"
_REFRESH_AGAIN_SECONDS = 2.0
_LOOK_SECONDS = 20.0
_log = get_logger("app")


@dataclass(frozen=True, slots=True)
class TownReady:
    """The console answers at `url`; `password` is the administrator's if just made, else None."""

    url: str
    name: str
    password: str | None


async def run_town(
    settings: Settings,
    clock: Clock,
    on_ready: Callable[[TownReady], None],
    *,
    password: str | None = None,
    before_cameras: Callable[[Parts, Ledger], None] | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM. The first start makes the administrator `admin`.

    `before_cameras` may put cameras into the catalogue before they are recorded (the demo does).
    Raises what keeps the town from starting: KEY_MISSING, KEY_WRONG, CATALOG_FAILED,
    LEDGER_FAILED, LEDGER_ROLLED_BACK, UNAVAILABLE
    (the port is taken), CONFLICT (another server has this directory), CONFIG_INVALID, the disk's.
    """
    with (
        only_recorder(settings),
        open_parts(settings, clock, create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        if before_cameras is not None:
            await asyncio.to_thread(before_cameras, parts, ledger)
        access = Access.over(
            parts.catalog,
            parts.keystore,
            clock,
            settings.sessions,
            ledger,
            identity=settings.identity,
        )
        first = await asyncio.to_thread(access.people.add_first, FIRST_PERSON, password)
        listener = Listener(settings.server.host, settings.server.port)
        town = Town(parts, ledger, access, listener)
        ready = TownReady(listener.url, FIRST_PERSON, first[1] if first else None)
        await town.run(lambda: on_ready(ready))


class Town:
    """The running server."""

    def __init__(self, parts: Parts, ledger: Ledger, access: Access, listener: Listener) -> None:
        self._parts = parts
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._changed = asyncio.Event()
        settings = parts.settings
        clock = parts.clock
        witnesses = Witnesses(settings.ledger, ledger, clock)
        self._keeper = LedgerKeeper(parts, ledger, witnesses)
        self._looks = Looks(ledger, clock)
        self._retainer = Retainer(parts, ledger)
        catalog = parts.catalog
        grants = GrantDesk(
            catalog.grants,
            catalog.people,
            catalog.cameras.get,
            clock,
            settings.grants,
            acts=ledger,
            pointed=self._pointed,
        )
        self._granting = GrantKeeper(parts, ledger, grants)
        self._reviews = Reviews(parts)
        self._sealer = Sealer(parts, ledger)
        self._timestamps = Timestamps(parts)

        def hours(camera: Camera) -> int:
            return hours_now(camera, settings, clock)

        self._publisher = SitePublisher(parts, ledger, witnesses, hours)
        self._board = StateBoard(clock, self._alarms)
        self._chronicle = Chronicle(parts, ledger, self._alarms, self._model)
        self._pool = Pool(
            command=[sys.executable, "-m", "farola.app.recorder_process"],
            setup=setup_of(settings),
            processes=settings.recorder.workers,
            prepare=Plans(parts.catalog, parts.keystore, parts.root, clock).prepare,
            audience=self._board,
            clock=clock,
        )
        self._originals = Hub(
            lambda camera_id, stream, on: self._ask((camera_id, stream)), Rendition.ORIGINAL
        )
        self._seeing = Seeing(parts, lambda key, attention: self._ask(key))
        self._hubs = (self._originals, self._seeing.hub)
        self._board.attach(self._hubs, (Originals(self._originals), self._seeing.eyes))
        self._courses = Courses(
            self._seeing.jobs,
            self._seeing.playback,
            lambda grant_id: grants.book.find(grant_id) is not None,
        )
        playback = Playback(parts.catalog.recordings, parts.keystore, parts.root, clock)
        services = Services(
            cameras=CameraDesk(parts, self._camera_changed),
            states=self._board,
            timeline=TimelineDesk(parts.catalog, parts.root),
            situations=SituationDesk(
                parts.catalog, self._seeing.zone, self._seeing.jobs, self._seeing.noticing.changed
            ),
            vision=self._seeing.board,
            gate=Gate(
                live={
                    Rendition.REDACTED: self._seeing.hub,
                    Rendition.ORIGINAL: self._originals,
                },
                playback={
                    Rendition.REDACTED: self._seeing.playback,
                    Rendition.ORIGINAL: playback,
                },
                looks=self._looks,
                grants=grants.book,
                one_thing=self._courses,
            ),
            access=access,
            grants=grants,
            audit=AuditDesk(parts, ledger),
            retention=self._retainer,
            documents=Documents(parts, hours),
            acts=ledger,
            clock=clock,
        )
        token = settings.metrics.token
        self._app = create_app(
            services,
            ApiSettings(
                version=__version__,
                site_name=settings.site.name,
                zone=settings.site.zone,
                public_url=settings.server.public_url,
                public=settings.public_directory,
                identity_provider=settings.identity.label,
                metrics_token=token.get_secret_value() if token else None,
            ),
        )

    async def run(self, on_started: Callable[[], None]) -> None:
        """Serves until a signal, then stops in order."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._signalled)
        try:
            self._cameras(await asyncio.to_thread(self._parts.catalog.cameras.list))
            async with asyncio.TaskGroup() as group:
                recording = group.create_task(self._pool.run())
                seeing = group.create_task(self._seeing.run())
                keeping = group.create_task(self._keeper.run())
                looking = group.create_task(self._looks.run())
                retaining = group.create_task(self._retainer.run())
                granting = group.create_task(self._granting.run())
                publishing = group.create_task(self._publisher.run())
                reviewing = group.create_task(self._reviews.run())
                stamping = group.create_task(self._timestamps.run())
                sealing = group.create_task(self._sealer.run())
                chronicling = group.create_task(self._chronicle.run())
                following = group.create_task(self._follow_cameras())
                serving = group.create_task(self._listener.serve(self._app, on_started))
                await self._stop.wait()
                _log.info("stopping")
                for hub in self._hubs:
                    hub.close()
                await self._listener.stop()
                await asyncio.wait((serving,))
                following.cancel()
                seeing.cancel()
                recording.cancel()
                looking.cancel()
                retaining.cancel()
                granting.cancel()
                publishing.cancel()
                reviewing.cancel()
                chronicling.cancel()
                sealing.cancel()
                stamping.cancel()
                keeping.cancel()
            await self._looks.stop()
            await self._keeper.stop()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                self._loop.remove_signal_handler(number)

    def _signalled(self) -> None:
        if self._stop.is_set():
            os._exit(130)
        self._stop.set()

    def _alarms(self) -> list[Alarm]:
        return [
            *self._pool.alarms(),
            *self._seeing.alarms(),
            *self._keeper.alarms(),
            *self._retainer.alarms(),
            *self._granting.alarms(),
            *self._publisher.alarms(),
            *self._reviews.alarms(),
            *self._timestamps.alarms(),
        ]

    def _pointed(self, camera_id: str, span: Span, spots: Sequence[Spot]) -> None:
        self._courses.check(camera_id, span, spots)

    def _model(self) -> tuple[str, str]:
        load = self._seeing.detection.load()
        return load.model, load.sha256

    def _cameras(self, cameras: Sequence[Camera]) -> None:
        self._board.cameras(cameras)
        self._seeing.eyes.cameras(cameras)

    def _ask(self, key: StreamKey) -> None:
        """A viewer or an eye wants more or less of a stream than before."""
        self._pool.watch(key, self._board.watched().get(key, Attention.NONE))

    def _camera_changed(self) -> None:
        """Called in the API's threads."""
        self._loop.call_soon_threadsafe(self._changed.set)

    async def _follow_cameras(self) -> None:
        """Brings changed cameras to the recorders and the states: at once those changed by the
        API, soon those changed by another process, such as `farola camera add`.
        """
        known = None
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._changed.wait()
            asked = self._changed.is_set()
            self._changed.clear()
            try:
                cameras = await asyncio.to_thread(self._parts.catalog.cameras.list)
            except Error as error:
                _log.error("cameras cannot be read", kind=error.kind, message=error.message)
                await asyncio.sleep(_REFRESH_AGAIN_SECONDS)
                self._changed.set()
                continue
            if asked or (known is not None and cameras != known):
                self._cameras(cameras)
                await self._pool.replan()
            known = cameras
