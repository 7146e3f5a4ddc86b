"""Every look is on the ledger before its first picture leaves.

A look is what one session sees of one camera in one rendition, under one grant or none. It is
declared before anything is fetched: live as such, recorded by the UTC hours that it touches, since
scrubbing over an hour is one look and not a thousand. What lies within what was declared needs no
further entry; everything else does. When nothing was asked for a minute, or after ten, a second
entry says what was really covered and for how long.
"""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Protocol

from farola.base import Clock, Error, get_logger
from farola.gate.rules import Viewer
from farola.model import HOUR_US, Body, Camera, EntryKind, Rendition, Span

_IDLE_US = 60_000_000
_LONGEST_US = 600_000_000
_SWEEP_SECONDS = 5.0
_log = get_logger("gate")


class Acts(Protocol):
    """Where acts are written before they happen; blocks."""

    def append(self, kind: EntryKind, body: Body) -> object:
        """Durable when it returns. Raises Error: then the act must not happen."""
        ...


@dataclass(frozen=True, slots=True)
class _Key:
    session: str
    camera: str
    rendition: str
    grant: str | None
    live: bool


@dataclass(slots=True)
class _Open:
    """A look that lasts: the `hours` that were declared, and from where to where it was asked."""

    who: Body
    began_us: int
    last_us: int
    hours: set[int] = field(default_factory=set)
    start_us: int | None = None
    end_us: int | None = None
    places: int = 0


class Looks:
    """Thread-safe; `begin` blocks on the ledger when a look is new and not otherwise."""

    def __init__(self, acts: Acts, clock: Clock) -> None:
        self._acts = acts
        self._clock = clock
        self._open: dict[_Key, _Open] = {}
        self._lock = threading.Lock()

    def known(
        self,
        viewer: Viewer,
        camera: Camera,
        rendition: Rendition,
        span: Span,
        grant: str | None = None,
    ) -> bool:
        """Whether the span lies within a look that was declared; it then counts as seen."""
        with self._lock:
            look = self._open.get(_key(viewer, camera, rendition, grant, live=False))
            if look is None or not _hours(span) <= look.hours:
                return False
            self._saw(look, span)
            return True

    def begin(
        self,
        viewer: Viewer,
        camera: Camera,
        rendition: Rendition,
        span: Span,
        grant: str | None = None,
    ) -> None:
        """Declare a look at recorded pictures. Raises LEDGER_FAILED: then nothing may be shown."""
        key = _key(viewer, camera, rendition, grant, live=False)
        with self._lock:
            known = self._open.get(key)
            hours = _hours(span) - (known.hours if known else set())
            if known is not None and not hours:
                self._saw(known, span)
                return
        who = _who(viewer, camera, rendition, grant)
        declared: Body = {
            "start_us": min(hours) * HOUR_US,
            "end_us": (max(hours) + 1) * HOUR_US,
        }
        self._acts.append(EntryKind.LOOK, {**who, **declared})
        with self._lock:
            now_us = self._clock.monotonic_us()
            look = self._open.setdefault(key, _Open(who, now_us, now_us))
            look.hours |= hours
            self._saw(look, span)

    def begin_live(
        self, viewer: Viewer, camera: Camera, rendition: Rendition, grant: str | None = None
    ) -> "_Place":
        """Declare a live look; closing the place ends it."""
        key = _key(viewer, camera, rendition, grant, live=True)
        who = _who(viewer, camera, rendition, grant)
        with self._lock:
            known = self._open.get(key)
            if known is not None:
                known.places += 1
                return _Place(self, key)
        self._acts.append(EntryKind.LOOK, {**who, "live": True})
        with self._lock:
            now_us = self._clock.monotonic_us()
            look = self._open.setdefault(key, _Open({**who, "live": True}, now_us, now_us))
            look.places += 1
        return _Place(self, key)

    def export(
        self,
        viewer: Viewer,
        camera: Camera,
        rendition: Rendition,
        span: Span,
        grant: str | None = None,
    ) -> None:
        """Pictures are about to be taken out. Raises LEDGER_FAILED."""
        who = _who(viewer, camera, rendition, grant)
        body: Body = {**who, "start_us": span.start_us, "end_us": span.end_us}
        self._acts.append(EntryKind.EXPORT, body)

    def sweep(self, *, every: bool = False) -> None:
        """Write down the looks that ended; with `every` all of them."""
        now_us = self._clock.monotonic_us()
        with self._lock:
            ended = [
                (key, look)
                for key, look in self._open.items()
                if every or (not look.places and self._over(key, look, now_us))
            ]
            for key, _ in ended:
                del self._open[key]
        for key, look in ended:
            body: Body = {**look.who, "seconds": max(0, look.last_us - look.began_us) // 1_000_000}
            if not key.live and look.start_us is not None:
                body |= {"start_us": look.start_us, "end_us": look.end_us}
            try:
                self._acts.append(EntryKind.LOOK_ENDED, body)
            except Error as error:
                _log.error("a look's end is not on record", kind=error.kind, camera=key.camera)

    async def run(self) -> None:
        """Sweeps until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            await asyncio.to_thread(self.sweep)

    async def stop(self) -> None:
        """Ends every look that is still open."""
        await asyncio.to_thread(self.sweep, every=True)

    def _over(self, key: _Key, look: _Open, now_us: int) -> bool:
        if key.live:
            return True
        return now_us - look.last_us >= _IDLE_US or now_us - look.began_us >= _LONGEST_US

    def _saw(self, look: _Open, span: Span) -> None:
        look.last_us = self._clock.monotonic_us()
        look.start_us = (
            span.start_us if look.start_us is None else min(look.start_us, span.start_us)
        )
        look.end_us = span.end_us if look.end_us is None else max(look.end_us, span.end_us)

    def _left(self, key: _Key) -> None:
        with self._lock:
            look = self._open.get(key)
            if look is not None:
                look.places -= 1
                look.last_us = self._clock.monotonic_us()


class _Place:
    """One viewer's place in a live look."""

    def __init__(self, looks: Looks, key: _Key) -> None:
        self._looks = looks
        self._key = key
        self._closed = False

    def close(self) -> None:
        """May be called twice; does not wait."""
        if not self._closed:
            self._closed = True
            self._looks._left(self._key)


def _key(
    viewer: Viewer, camera: Camera, rendition: Rendition, grant: str | None, *, live: bool
) -> _Key:
    return _Key(viewer.session_id, camera.id, rendition.value, grant, live)


def _who(viewer: Viewer, camera: Camera, rendition: Rendition, grant: str | None) -> Body:
    assert viewer.person is not None  # the rules let nobody else come here
    under: Body = {} if grant is None else {"grant": grant}
    return {
        **under,
        "person": viewer.person.id,
        "person_name": viewer.person.name,
        "session": viewer.session_id,
        "camera": camera.id,
        "rendition": rendition.value,
    }


def _hours(span: Span) -> set[int]:
    return set(range(span.start_us // HOUR_US, max(span.start_us, span.end_us - 1) // HOUR_US + 1))
