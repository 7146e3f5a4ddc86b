"""One client's connection: requests answered, pictures sent."""

import asyncio
import re
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from farola.base import Clock, Error, get_logger
from farola.sim.describe import AUDIO_TRACK, VIDEO_TRACK, session_description
from farola.sim.faults import Faults
from farola.sim.faulty import FaultyPlayer
from farola.sim.login import Door, Login
from farola.sim.messages import Block, Request, RequestReader, response
from farola.sim.packets import BLOCK_HEADER, RTP_HEADER, on_channel
from farola.sim.player import Pacer, Player
from farola.sim.reel import Reel, Unit
from farola.sim.report import sender_report

_log = get_logger("sim")
_METHODS = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "SET_PARAMETER", "TEARDOWN")
_SEND_BUFFER_BYTES = 2 << 20
_REPORT_US = 5_000_000
_PATIENCE_US = 10_000_000  # how long a full send buffer is borne
_TRACK = re.compile(r"/?trackID=(\d)$")
_INTERLEAVED = re.compile(r"(?:^|;)\s*interleaved=(\d{1,3})-(\d{1,3})\s*(?:;|$)")


@dataclass(slots=True)
class LoadedCamera:
    """A camera as the server holds it. `live` is the player that plain sessions share."""

    name: str
    live: Player
    other: Reel | None
    faults: Faults
    login: Login | None
    audio: bool
    from_first: bool
    once: bool
    sessions: int = 0


class Host(Protocol):
    """What a connection needs of its server."""

    clock: Clock
    pacer: Pacer
    session_timeout_s: int
    connections: set["Connection"]

    def camera(self, name: str) -> LoadedCamera | None: ...


class RefusedError(Exception):
    """A request gets this status instead of what it asked for."""

    def __init__(
        self, status: int, text: str = "", headers: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers or {}


@dataclass(slots=True)
class _Session:
    """What SETUP agreed on."""

    camera: LoadedCamera
    faults: Faults
    id: str = field(default_factory=lambda: token_hex(8))
    channel: int | None = None
    player: Player | None = None


class Connection(asyncio.Protocol):
    """Serves at most one session over one TCP or TLS connection."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._reader = RequestReader()
        self._doors: dict[str, Door] = {}
        self._described: tuple[LoadedCamera, Faults] | None = None
        self._session: _Session | None = None
        self._needs_key = False
        self._blocked_since_us: int | None = None
        self._heard_us = host.clock.monotonic_us()
        self._next_report_us = 0
        self._packets = 0
        self._octets = 0
        self.dropped_units = 0

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_SEND_BUFFER_BYTES)
        self._host.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._host.connections.discard(self)
        if self.dropped_units:  # a measurement must not take these for pictures lost by the client
            _log.warning("a client read too slowly", dropped_units=self.dropped_units)
        self._stop_playing()

    def pause_writing(self) -> None:
        self._blocked_since_us = self._host.clock.monotonic_us()

    def resume_writing(self) -> None:
        self._blocked_since_us = None

    def data_received(self, data: bytes) -> None:
        self._heard_us = self._host.clock.monotonic_us()
        try:
            messages = self._reader.feed(data)
        except Error:
            self._transport.write(response(400))
            self._transport.close()
            return
        for message in messages:
            if not isinstance(message, Block):
                self._answer(message)

    # What the player and the server call.

    def take(self, wire: bytes, unit: Unit) -> None:
        if self._blocked_since_us is not None:
            self._needs_key = True
            self.dropped_units += 1
            return
        if self._needs_key and not unit.key:
            return
        self._needs_key = False
        packets = len(unit.offsets)
        self._packets += packets
        self._octets += len(wire) - packets * (BLOCK_HEADER + RTP_HEADER)
        session = self._session
        if session is not None and session.channel:
            wire = on_channel(wire, session.channel)
        self._transport.write(wire)

    def finish(self) -> None:
        self._stop_playing()
        self._transport.close()

    def abort(self) -> None:
        """Close without sending what is still buffered."""
        self._stop_playing()
        self._transport.abort()

    def look_after(self, now_us: int) -> None:
        """Once a second: report, and end what has gone silent or does not read."""
        if now_us - self._heard_us > self._host.session_timeout_s * 1_000_000:
            self.finish()
        elif self._blocked_since_us is not None and now_us - self._blocked_since_us > _PATIENCE_US:
            self.abort()
        elif now_us >= self._next_report_us:
            self._report(now_us)

    def _report(self, now_us: int) -> None:
        session = self._session
        if session is None or session.player is None or session.channel is None:
            return
        player = session.player
        if player.silent or self._blocked_since_us is not None:
            return
        self._next_report_us = now_us + _REPORT_US
        self._transport.write(
            sender_report(
                player.ssrc,
                player.report_wall_us(),
                player.ticks_at(now_us),
                self._packets,
                self._octets,
                session.channel + 1,
            )
        )

    # Requests.

    def _answer(self, request: Request) -> None:
        headers: dict[str, str | list[str]] = {"CSeq": request.headers.get("cseq", "0")}
        try:
            if request.version != "RTSP/1.0":
                raise RefusedError(505)
            self._dispatch(request, headers)
        except RefusedError as refused:
            headers |= refused.headers
            self._transport.write(response(refused.status, headers, refused.text.encode()))

    def _dispatch(self, request: Request, headers: dict[str, str | list[str]]) -> None:
        given = request.headers.get("session")
        if given is not None:
            if self._session is None or given.partition(";")[0] != self._session.id:
                raise RefusedError(454)
            headers["Session"] = given.partition(";")[0]
        match request.method:
            case "OPTIONS":
                headers["Public"] = ", ".join(_METHODS)
                self._transport.write(response(200, headers))
            case "DESCRIBE":
                self._describe(request, headers)
            case "SETUP":
                self._setup(request, headers)
            case "PLAY":
                self._play(request, headers)
            case "GET_PARAMETER" | "SET_PARAMETER":
                self._transport.write(response(200, headers))
            case "TEARDOWN":
                self._stop_playing()
                self._transport.write(response(200, headers))
                self._transport.close()
            case _:
                raise RefusedError(405, headers={"Allow": [", ".join(_METHODS)]})

    def _describe(self, request: Request, headers: dict[str, str | list[str]]) -> None:
        camera, faults = self._target(request)
        self._described = camera, faults
        headers["Content-Base"] = request.url.rstrip("/") + "/"
        headers["Content-Type"] = "application/sdp"
        body = session_description(camera.live.reel, camera.audio)
        self._transport.write(response(200, headers, body))

    def _target(self, request: Request) -> tuple[LoadedCamera, Faults]:
        """The camera and the faults that a URL names, after the password is shown."""
        try:
            parts = urlsplit(_TRACK.sub("", request.url.rstrip("/")))
        except ValueError as error:
            raise RefusedError(400, str(error)) from error
        camera = self._host.camera(unquote(parts.path).strip("/"))
        if camera is None:
            raise RefusedError(404)
        self._authorise(camera, request)
        try:
            faults = camera.faults + Faults.parse(parts.query.rstrip("/"))
            faults.check(can_change_resolution=camera.other is not None)
        except Error as error:
            raise RefusedError(400, error.message) from error
        return camera, faults

    def _authorise(self, camera: LoadedCamera, request: Request) -> None:
        if camera.login is None:
            return
        door = self._doors.setdefault(camera.name, Door(camera.login))
        if not door.admits(request.method, request.url, request.headers.get("authorization")):
            raise RefusedError(401, headers={"WWW-Authenticate": door.challenges()})

    def _setup(self, request: Request, headers: dict[str, str | list[str]]) -> None:
        if self._described is None:
            self._described = self._target(request)
        camera, faults = self._described
        self._authorise(camera, request)
        found = _TRACK.search(request.url.rstrip("/"))
        track = int(found[1]) if found else VIDEO_TRACK
        if track != VIDEO_TRACK and not (track == AUDIO_TRACK and camera.audio):
            raise RefusedError(404)
        channels = self._channels(request.headers.get("transport", ""), track)
        session = self._session or _Session(camera, faults)
        if session.player is not None:
            raise RefusedError(455)
        self._session = session
        if track == VIDEO_TRACK:
            session.channel = channels[0]
        headers["Session"] = f"{session.id};timeout={self._host.session_timeout_s}"
        headers["Transport"] = (
            f"RTP/AVP/TCP;unicast;interleaved={channels[0]}-{channels[1]}"
            f";ssrc={camera.live.reel.ssrc:08X}"
        )
        self._transport.write(response(200, headers))

    def _channels(self, transport: str, track: int) -> tuple[int, int]:
        for offer in transport.split(","):
            if not offer.strip().upper().startswith("RTP/AVP/TCP"):
                continue
            wanted = _INTERLEAVED.search(offer)
            first = int(wanted[1]) if wanted else 2 * track
            if first <= 254:
                return first, first + 1
        raise RefusedError(461)

    def _play(self, request: Request, headers: dict[str, str | list[str]]) -> None:
        session = self._session
        if session is None or session.channel is None:
            raise RefusedError(455)
        camera = session.camera
        self._authorise(camera, request)
        if session.player is not None:  # a second PLAY changes nothing
            self._transport.write(response(200, headers))
            return
        now_us = self._host.clock.monotonic_us()
        player = session.player = self._player(session, now_us)
        joins_at = player.next_key()
        headers["Session"] = session.id
        headers["Range"] = "npt=now-"
        headers["RTP-Info"] = (
            f"url={request.url.rstrip('/')}/trackID={VIDEO_TRACK}"
            f";seq={player.reel.sequence(joins_at) & 0xFFFF}"
            f";rtptime={player.reel.ticks(joins_at) & 0xFFFFFFFF}"
        )
        self._transport.write(response(200, headers))
        self._report(now_us)
        self._needs_key = player is camera.live
        player.listeners.append(self)
        camera.sessions += 1
        self._host.pacer.add(player)

    def _player(self, session: _Session, now_us: int) -> Player:
        camera = session.camera
        live = camera.live
        if session.faults:
            return FaultyPlayer(
                live.reel,
                self._host.clock,
                now_us,
                session.faults,
                camera.other,
                once=camera.once,
            )
        if camera.from_first or camera.once:
            return Player(live.reel, self._host.clock, now_us, once=camera.once)
        if not live.scheduled:
            live.catch_up(now_us)
        return live

    def _stop_playing(self) -> None:
        session, self._session = self._session, None
        if session is not None and session.player is not None:
            session.player.listeners.remove(self)
            session.camera.sessions -= 1
