"""Retention while the town runs: looks once a minute at what is due, and does it.

What is kept beside the keys, in `retention.json`: how much time has passed, and when each epoch was
last recorded under. Losing it costs nothing but that names and clock are believed once more.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from farola.app.parts import Parts
from farola.app.shredding import Shredder, alone, forget_again, free_bytes
from farola.base import Clock, Error, Kind, disk_kind, get_logger, new_id
from farola.config import Settings
from farola.keys import parse_epoch
from farola.ledger import Ledger
from farola.model import (
    STANDARD,
    Alarm,
    Body,
    Camera,
    EntryKind,
    Hold,
    RetentionClass,
    Span,
    hours_by_class,
)
from farola.retention import Destruction, Elapsed, Seen, due, observe, plan

_SWEEP_SECONDS = 60.0
_FILE = "retention.json"
_DAY_US = 86_400_000_000
_log = get_logger("retention")


@dataclass(frozen=True, slots=True)
class Preview:
    """What will be destroyed when; `now_us` is the time that `at_us` counts in."""

    planned: tuple[Destruction, ...]
    now_us: int
    hours: int
    free: int
    short_of_room: bool


class Retainer:
    """Blocking but for `run`. Several processes may have one; they wait for each other."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._shredder = Shredder(parts, ledger)
        self._settings = parts.settings.retention
        self._elapsed: Elapsed | None = None
        self._fault: Alarm | None = None
        self._short: Alarm | None = None
        self._cleared: set[str] = set()

    def alarms(self) -> list[Alarm]:
        """What keeps retention from being kept, and a disk that is short of room."""
        return [each for each in (self._fault, self._short) if each is not None]

    async def run(self) -> None:
        """Sweeps until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.sweep)
                self._fault = None
            except Error as error:
                if self._fault is None or self._fault.kind is not error.kind:
                    _log.error("retention fails", kind=error.kind, message=error.message)
                    self._fault = Alarm(error.kind, error.message, self._parts.clock.wall_us())
            await asyncio.sleep(_SWEEP_SECONDS)

    def sweep(self) -> list[Destruction]:
        """Ends holds that expired, destroys what is due, clears up; what was destroyed.

        Raises LEDGER_FAILED and what disks and catalogue say. What was not done is done next time.
        """
        with alone(self._parts):
            first = self._elapsed is None
            if first:
                forget_again(self._parts, self._ledger)
            preview, ended = self._look()
            for hold in self._parts.catalog.holds.list():
                if hold.expires_us <= preview.now_us:
                    self._end(hold, "expired")
            holds = self._parts.catalog.holds.list()
            done = due(
                preview.planned,
                ended,
                preview.now_us,
                short_of_room=preview.short_of_room,
                minimum_hours=self._settings.minimum_hours,
            )
            for what in done:
                self._shredder.destroy(what, holds)
            self._clear(holds)
            return done

    def preview(self) -> Preview:
        """What will be destroyed, when and why, as of now."""
        with alone(self._parts):
            return self._look()[0]

    def classes(self) -> Sequence[RetentionClass]:
        """That of all cameras whose papers name no other, then the others."""
        told = self._settings
        standard = RetentionClass(STANDARD, told.hours, told.justified_until, told.justification)
        return standard, *told.parsed_classes

    def place(self, hold: Hold, by: Body | None = None) -> Hold:
        """Keep a span. What of it was destroyed already stays destroyed. `by` tells who, for the
        ledger; None is somebody at the machine itself.

        Raises INVALID_INPUT for no reason, no cameras, no span or too long a time; KEY_DESTROYED
        when all of it is gone; NOT_FOUND for an unknown camera; LEDGER_FAILED.
        """
        with alone(self._parts):
            now_us = self._now_us()
            longest_us = self._settings.longest_hold_days * _DAY_US
            if not hold.reason.strip() or not hold.camera_ids:
                raise Error(Kind.INVALID_INPUT, "a hold needs a reason and a camera")
            if not now_us < hold.expires_us <= now_us + longest_us:
                days = self._settings.longest_hold_days
                raise Error(Kind.INVALID_INPUT, f"a hold lasts {days} days at most, and ends later")
            if self._gone(hold):
                raise Error(Kind.KEY_DESTROYED, "nothing of this span can be read any more")
            self._ledger.append(EntryKind.HOLD_PLACED, {**(by or {}), **_body(hold)})
            self._parts.catalog.holds.add(hold)
            for name in self._parts.keystore.epochs():
                epoch = parse_epoch(name)
                if epoch.start_us < hold.span.end_us and hold.span.start_us < epoch.end_us:
                    self._shredder.keep_held(epoch, [hold])
            return hold

    def end(self, hold_id: str, why: str, by: Body | None = None) -> None:
        """End a hold before its time; what only it kept is destroyed at once. Raises NOT_FOUND."""
        with alone(self._parts):
            for hold in self._parts.catalog.holds.list():
                if hold.id == hold_id:
                    self._look()
                    self._end(hold, why, by)
                    self._clear(self._parts.catalog.holds.list())
                    return
        raise Error(Kind.NOT_FOUND, "there is no such hold")

    def holds(self) -> Sequence[Hold]:
        """Those that last, by the time they were placed."""
        return self._parts.catalog.holds.list()

    def new_hold(
        self, camera_ids: tuple[str, ...], span: Span, reason: str, reference: str, days: int
    ) -> Hold:
        """A hold for so many days from now, not placed yet."""
        with alone(self._parts):
            now_us = self._now_us()
        expires_us = now_us + days * _DAY_US
        return Hold(new_id("hld"), camera_ids, span, reason, reference, now_us, expires_us)

    def _now_us(self) -> int:
        """What time it is by all accounts, for what is to end a given time from now."""
        self._look()
        assert self._elapsed is not None
        return self._elapsed.now_us + self._elapsed.doubted_us

    def _end(self, hold: Hold, why: str, by: Body | None = None) -> None:
        """On record, then in the catalogue, then for good."""
        assert self._elapsed is not None
        self._ledger.append(EntryKind.HOLD_ENDED, {**(by or {}), **_body(hold), "why": why})
        self._parts.catalog.holds.end(hold.id, self._elapsed.now_us)
        self._parts.keystore.end_hold(hold.id)
        self._cleared.clear()

    def _gone(self, hold: Hold) -> bool:
        """Whether every hour of the span was destroyed."""
        destroyed = [parse_epoch(name) for name in self._parts.keystore.destroyed()]
        at = hold.span.start_us
        while at < hold.span.end_us:
            until = max((e.end_us for e in destroyed if e.start_us <= at < e.end_us), default=at)
            if until == at:
                return False
            at = until
        return True

    def _clear(self, holds: tuple[Hold, ...]) -> None:
        """What destroyed hours left behind, each looked at once in a process's life."""
        destroyed = self._parts.keystore.destroyed() - self._cleared
        for name in self._shredder.left(destroyed):
            self._shredder.clear(name, holds)
        self._cleared |= destroyed

    def _look(self) -> tuple[Preview, dict[str, int]]:
        wall_us, monotonic_us = self._parts.clock.wall_us(), self._parts.clock.monotonic_us()
        state = _read(self._path)
        if self._elapsed is None:
            self._elapsed = Elapsed.begin(state.clock, wall_us, monotonic_us)
        else:
            self._elapsed = self._elapsed.tick(wall_us, monotonic_us)
        now_us = self._elapsed.now_us
        epochs = [
            Seen(each.name, each.start_us, each.end_us, each.retention_class)
            for each in map(parse_epoch, self._parts.keystore.epochs())
        ]
        known = {name: self._elapsed.redated(at) for name, at in state.ended.items()}
        ended = observe(known, epochs, wall_us, now_us)
        _write(self._path, _State((now_us, wall_us), ended))
        day = datetime.fromtimestamp(now_us // 1_000_000, UTC).date()
        hours = self._settings.hours_on(day)
        classes = hours_by_class(self._settings.parsed_classes, day)
        planned = plan(epochs, ended, classes, hours)
        free = free_bytes(self._parts.root)
        short = free < self._settings.early_alarm_bytes
        self._tell_room(short, free)
        return Preview(tuple(planned), now_us, hours, free, short), ended

    def _tell_room(self, short: bool, free: int) -> None:
        if not short:
            self._short = None
        elif self._short is None:
            message = f"the disk has {free // 1_000_000} MB left: recordings will not fit for long"
            self._short = Alarm(Kind.DISK_SHORT, message, self._parts.clock.wall_us())

    @property
    def _path(self) -> Path:
        return self._parts.keystore.directory / _FILE


def hours_now(camera: Camera, settings: Settings, clock: Clock) -> int:
    """For how many hours the camera's recordings are kept, as of today."""
    day = datetime.fromtimestamp(clock.wall_us() // 1_000_000, UTC).date()
    classes = hours_by_class(settings.retention.parsed_classes, day)
    return classes.get(camera.papers.retention_class, settings.retention.hours_on(day))


@dataclass(frozen=True, slots=True)
class _State:
    clock: tuple[int, int] | None
    ended: Mapping[str, int]


def _read(path: Path) -> _State:
    """What was kept; nothing when it cannot be read."""
    try:
        kept = json.loads(path.read_bytes())
        clock = (int(kept["now_us"]), int(kept["wall_us"]))
        return _State(clock, {str(name): int(at) for name, at in kept["ended"].items()})
    except FileNotFoundError:
        return _State(None, {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("not known how much time has passed", path=str(path), why=str(error))
        return _State(None, {})


def _write(path: Path, state: _State) -> None:
    assert state.clock is not None
    now_us, wall_us = state.clock
    data = json.dumps({"now_us": now_us, "wall_us": wall_us, "ended": dict(state.ended)})
    temporary = path.with_suffix(".new")
    try:
        with temporary.open("w", encoding="ascii") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise Error(disk_kind(error), f"{path} cannot be written: {error.strerror}") from error


def _body(hold: Hold) -> Body:
    return {
        "hold": hold.id,
        "cameras": list(hold.camera_ids),
        "start_us": hold.span.start_us,
        "end_us": hold.span.end_us,
        "reason": hold.reason,
        "reference": hold.reference,
        "expires_us": hold.expires_us,
    }
