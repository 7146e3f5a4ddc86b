"""The recorder processes of a server: started, given cameras, watched over, started again.

A camera stays with its process while both live. When a process dies, its streams are recovered from
their files and recorded again by its successor; the other processes do not notice.
"""

import asyncio
import math
import os
import socket
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from farola.base import Backoff, Clock, Error, Kind, get_logger
from farola.media import Codec, CodecConfig
from farola.model import Alarm, Attention, CameraState, Phase, StreamKind
from farola.recorder import wire
from farola.recorder.plan import StreamPlan
from farola.recorder.take import WatchedUnit
from farola.recorder.writer import StreamKey

STREAMS_PER_PROCESS = 150
_STOP_SECONDS = 20.0
_PLAN_AGAIN_SECONDS = 2.0
_log = get_logger("recorder")


class Audience(Protocol):
    """Hears what the recorders report."""

    def state(self, stream: StreamKind, state: CameraState) -> None: ...
    def unit(self, key: StreamKey, unit: WatchedUnit) -> None: ...
    def watched(self) -> Mapping[StreamKey, Attention]: ...


Prepare = Callable[[set[StreamKey] | None], list[StreamPlan]]
"""Recovers the given streams (None: all) from their files and says how to record them now."""


def processes_for(streams: int, cores: int) -> int:
    """How many recorder processes share so many streams."""
    return max(1, min(cores, math.ceil(streams / STREAMS_PER_PROCESS)))


class Pool:
    """Runs recorder processes: `processes` of them, or with 0 as many as the streams need.

    `command` starts one, told its socket's descriptor; `setup` is the first message it gets.
    """

    def __init__(
        self,
        command: Sequence[str],
        setup: dict[str, Any],
        processes: int,
        prepare: Prepare,
        audience: Audience,
        clock: Clock,
    ) -> None:
        self._command = command
        self._setup = setup
        self._prepare = prepare
        self._audience = audience
        self._clock = clock
        self._processes = processes
        self._members: list[_Member] = []
        self._group: asyncio.TaskGroup | None = None
        self._placed: dict[StreamKey, _Member] = {}
        self._changed = asyncio.Lock()
        self._alarm: Alarm | None = None

    async def run(self) -> None:
        """Keeps every process running until cancelled, then stops them in order."""
        plans = await self._prepared(None)
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._place(plans)

    async def replan(self) -> None:
        """The cameras changed: gives every process its streams anew."""
        if self._group is None:
            return  # not started yet: the first plan will hold the change
        async with self._changed:
            self._place(await self._prepared(set()))
            for member in self._members:
                member.send_plan()
                member.send_watches()

    def watch(self, key: StreamKey, attention: Attention) -> None:
        """Asks for a stream's units, its key frames, or nothing any longer."""
        member = self._placed.get(key)
        if member is not None:
            member.watch(key, attention)

    def alarms(self) -> list[Alarm]:
        """The recorders' alarms, each kind once, the eldest first."""
        found: dict[Kind, Alarm] = {}
        for alarms in ([self._alarm] if self._alarm else [], *(m.alarms for m in self._members)):
            for alarm in alarms:
                known = found.get(alarm.kind)
                if known is None or alarm.since_us < known.since_us:
                    found[alarm.kind] = alarm
        return sorted(found.values(), key=lambda alarm: alarm.since_us)

    def pids(self) -> list[int]:
        """The processes that run at present."""
        return [member.pid for member in self._members if member.pid is not None]

    def _grow(self, processes: int) -> None:
        """Starts the processes that are missing; none is ever taken away from its cameras."""
        assert self._group is not None
        while len(self._members) < processes:
            member = _Member(self, len(self._members))
            self._members.append(member)
            self._group.create_task(member.run())

    async def _prepared(self, keys: set[StreamKey] | None) -> list[StreamPlan]:
        """Plans, as soon as disk and catalogue let them be made."""
        while True:
            try:
                plans = await asyncio.to_thread(self._prepare, keys)
            except Error as error:
                if self._alarm is None:
                    _log.error("cannot plan recordings", kind=error.kind, message=error.message)
                    self._alarm = Alarm(error.kind, error.message, self._clock.wall_us())
                await asyncio.sleep(_PLAN_AGAIN_SECONDS)
            else:
                self._alarm = None
                return plans

    def _place(self, plans: Sequence[StreamPlan]) -> None:
        wanted = {plan.key: plan for plan in plans}
        self._grow(self._processes or processes_for(len(wanted), cores()))
        for member in self._members:
            member.plans = {}
        for key in list(self._placed):
            if key not in wanted:
                del self._placed[key]
        homes: dict[str, _Member] = {}  # a camera's streams are recovered, and so placed, together
        for key, plan in wanted.items():
            kept = self._placed.get(key)
            if kept is not None:
                kept.plans[key] = plan
                homes[key[0]] = kept
        for key, plan in wanted.items():
            if key not in self._placed:
                home = homes.get(key[0])
                if home is None:
                    home = min(self._members, key=lambda each: len(each.plans))
                    homes[key[0]] = home
                home.plans[key] = plan
                self._placed[key] = home


class _Member:
    """One place in the pool: a process, and another when it dies."""

    def __init__(self, pool: Pool, number: int) -> None:
        self.plans: dict[StreamKey, StreamPlan] = {}
        self.alarms: list[Alarm] = []
        self.pid: int | None = None
        self._pool = pool
        self._number = number
        self._writer: asyncio.StreamWriter | None = None
        self._configs: dict[StreamKey, tuple[str, CodecConfig]] = {}

    async def run(self) -> None:
        backoff = Backoff(first_us=500_000, most_us=30_000_000)
        clock = self._pool._clock
        while True:
            started_us = clock.monotonic_us()
            code = await self._live_once()
            _log.error("a recorder process ended", number=self._number, exit_code=code)
            self.alarms = [Alarm(Kind.RECORDER_KILLED, "a recorder process ended", clock.wall_us())]
            self._report_gap()
            if clock.monotonic_us() - started_us > 60_000_000:
                backoff.reset()
            await asyncio.sleep(backoff.next_us() / 1_000_000)
            fresh = await self._pool._prepared(set(self.plans))
            self.plans |= {plan.key: plan for plan in fresh if plan.key in self.plans}

    def send_plan(self) -> None:
        self._send(wire.Type.PLAN, {"plans": [plan.to_json() for plan in self.plans.values()]})

    def send_watches(self) -> None:
        """What is watched already: a stream may have come to this process just now."""
        for key, attention in self._pool._audience.watched().items():
            if key in self.plans:
                self.watch(key, attention)

    def watch(self, key: StreamKey, attention: Attention) -> None:
        head = {"camera": key[0], "stream": key[1], "attention": attention}
        self._send(wire.Type.WATCH, head)

    def _send(self, kind: wire.Type, head: Any) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(wire.pack(kind, head))

    async def _live_once(self) -> int:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *self._pool._command,
                str(theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        self.pid = process.pid
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=4 << 20)
        try:
            # Settings hold secrets: they never stand in arguments or environment.
            self._send(wire.Type.SETUP, self._pool._setup)
            self.send_plan()
            self.send_watches()
            while (message := await wire.read(reader)) is not None:
                self._hear(*message)
            return await process.wait()
        except Error as error:
            _log.error("a recorder process is not understood", message=error.message)
            process.kill()
            return await process.wait()
        finally:
            await self._end(process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        writer, self._writer = self._writer, None
        if process.returncode is None and writer is not None:
            writer.write(wire.pack(wire.Type.STOP, {}))
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if writer is not None:
            writer.close()
        self.pid = None

    def _hear(self, kind: wire.Type, head: Any, payload: bytes) -> None:
        match kind:
            case wire.Type.STATES:
                self.alarms = [
                    Alarm(Kind(each["kind"]), each["message"], each["since_us"])
                    for each in head["alarms"]
                ]
                for each in head["streams"]:
                    self._pool._audience.state(*_state_from(each))
            case wire.Type.CONFIG:
                sets = tuple(b64decode(each) for each in head["sets"])
                key = (head["camera"], StreamKind(head["stream"]))
                config = CodecConfig.from_parameter_sets(Codec(head["codec"]), sets)
                self._configs[key] = (head["run"], config)
            case wire.Type.UNIT:
                key = (head["camera"], StreamKind(head["stream"]))
                run_id, config = self._configs[key]
                unit = WatchedUnit(
                    run_id, config, head["media"], head["wall_us"], head["key"], payload
                )
                self._pool._audience.unit(key, unit)
            case _:
                pass

    def _report_gap(self) -> None:
        """Nobody else can say it now: what this process recorded is not being recorded."""
        now_us = self._pool._clock.wall_us()
        for camera_id, stream in self.plans:
            self._pool._audience.state(
                stream,
                CameraState(
                    camera_id=camera_id,
                    phase=Phase.GAP,
                    reason=Kind.RECORDER_KILLED,
                    detail="the recorder process ended and is being started again",
                    since_us=now_us,
                    frames=0, bytes=0, lost=0, gaps=0, reconnects=0, dropped=0,
                    lag_us=None, camera_offset_us=None, width=0, height=0, codec="",
                ),
            )  # fmt: skip


def _state_from(value: dict[str, Any]) -> tuple[StreamKind, CameraState]:
    stream = StreamKind(value.pop("stream"))
    value["phase"] = Phase(value["phase"])
    value["reason"] = None if value["reason"] is None else Kind(value["reason"])
    return stream, CameraState(**value)


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0))
