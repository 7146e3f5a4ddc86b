"""What the API needs from the rest of Farola, declared by the one who needs it.

Methods that are not `async` may block on the catalogue or on argon2: the routes call them in
threads. `States` is the exception: it answers from memory and is called on the event loop.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from farola.base import Clock, Kind
from farola.gate import Gate
from farola.model import (
    Address,
    Alarm,
    Body,
    Camera,
    CameraState,
    Condition,
    Credentials,
    Direction,
    EntryKind,
    Event,
    EventFilter,
    EventPage,
    Gap,
    HourCount,
    Label,
    Papers,
    Point,
    Rule,
    Schedule,
    Session,
    Sighting,
    Span,
    StreamKind,
    Trial,
    Zone,
    ZoneKind,
)


class Stored(Enum):
    """In place of credentials: those that are stored already."""

    STORED = "stored"


STORED = Stored.STORED


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """A camera as somebody describes it, before it has an id."""

    name: str
    place: str
    main: Address
    sub: Address | None
    papers: Papers
    enabled: bool


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What a camera answered. `frame_rate` is a fraction, None when the stream does not tell."""

    ok: bool
    reason: Kind | None
    detail: str
    codec: str
    width: int
    height: int
    frame_rate: tuple[int, int] | None
    audio_offered: bool
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A local day on which something was recorded, and how many microseconds of it."""

    day: date
    recorded_us: int


class Cameras(Protocol):
    """Raises Error: NOT_FOUND, CONFLICT for a name in use, ADDRESS_REFUSED, CATALOG_LOCKED."""

    def list(self) -> Sequence[Camera]:
        """All cameras, by name."""
        ...

    def get(self, camera_id: str) -> Camera: ...

    def add(self, draft: CameraDraft, credentials: Credentials | None) -> Camera: ...

    def update(
        self, camera_id: str, draft: CameraDraft, credentials: Credentials | Stored | None
    ) -> Camera:
        """Replace what is known of a camera; STORED keeps its credentials, None removes them."""
        ...

    async def test(
        self, main: Address, credentials: Credentials | Stored | None, camera_id: str | None
    ) -> ConnectionTest:
        """Connect once, in bounded time. STORED takes the credentials of `camera_id`.

        A camera that fails is an answer (`ok` false), not an Error.
        """
        ...


class States(Protocol):
    """From memory, without blocking."""

    def all(self) -> Sequence[CameraState]: ...

    def of(self, camera_id: str) -> CameraState | None: ...

    def alarms(self) -> Sequence[Alarm]: ...


class Timeline(Protocol):
    """Spans come merged and in order, clipped to what was asked; so do gaps."""

    def spans(self, camera_id: str, stream: StreamKind, span: Span) -> Sequence[Span]: ...

    def gaps(self, camera_id: str, stream: StreamKind, span: Span) -> Sequence[Gap]: ...

    def days(
        self, camera_id: str, stream: StreamKind, span: Span, zone: ZoneInfo
    ) -> Sequence[RecordedDay]: ...


class SignIn(Protocol):
    def sign_in(self, name: str, password: str, address: str) -> tuple[str, Session]:
        """A new session and its token. `address` is where the request came from, for throttling.

        Raises UNAUTHENTICATED, or RATE_LIMITED with `retry_after_s`.
        """
        ...

    def session(self, token: str) -> Session | None:
        """The session of a token; None when there is none or it expired."""
        ...

    def sign_out(self, token: str) -> None:
        """End a session; an unknown token is no error."""
        ...

    def change_password(self, token: str, current: str, new: str, address: str) -> None:
        """Change the password of a session's person and end their other sessions.

        Raises UNAUTHENTICATED when `current` is wrong, or RATE_LIMITED.
        """
        ...


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """A zone as somebody draws it, before it has an id; the members are those of `model.Zone`."""

    name: str
    kind: ZoneKind
    points: tuple[Point, ...]
    width_m: float | None


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as somebody writes it, before it has an id; the members are those of `model.Rule`."""

    name: str
    zone_id: str
    labels: frozenset[Label]
    condition: Condition
    seconds: int
    count: int
    direction: Direction
    heading: int | None
    speed_kmh: int | None
    schedule: Schedule | None
    hold_s: int
    cool_down_s: int
    enabled: bool


class Situations(Protocol):
    """Zones and rules of a camera, and what they made of what it saw.

    Raises Error: NOT_FOUND, INVALID_INPUT with `field`, CONFLICT for a name in use, for a zone that
    rules still need, and for one zone or rule too many.
    """

    def zones(self, camera_id: str) -> Sequence[Zone]: ...

    def add_zone(self, camera_id: str, draft: ZoneDraft) -> Zone: ...

    def update_zone(self, camera_id: str, zone_id: str, draft: ZoneDraft) -> Zone: ...

    def delete_zone(self, camera_id: str, zone_id: str) -> None: ...

    def rules(self, camera_id: str) -> Sequence[Rule]: ...

    def add_rule(self, camera_id: str, draft: RuleDraft) -> Rule: ...

    def update_rule(self, camera_id: str, rule_id: str, draft: RuleDraft) -> Rule: ...

    def delete_rule(self, camera_id: str, rule_id: str) -> None: ...

    async def try_rule(self, camera_id: str, draft: RuleDraft, span: Span) -> Trial:
        """What the rule would have made of recorded video, in bounded time. Stores nothing.

        Raises also OVERLOADED while another rule is tried, and what keeps pictures from being
        looked at, such as MODEL_MISSING or DECODER_FAILED.
        """
        ...

    def events(self, asked: EventFilter, before: str | None, limit: int) -> EventPage:
        """Newest first; `before` is the `next` of an earlier page."""
        ...

    def event(self, event_id: str) -> Event: ...

    def activity(self, camera_id: str, span: Span, zone_id: str | None) -> Sequence[HourCount]:
        """Counts of the hours that touch `span`; of one zone, or of the picture and every zone."""
        ...


class Sightings(Protocol):
    """What is to be seen in recorded video, brought by who owns decoder and detector."""

    def over(
        self, camera_id: str, span: Span
    ) -> AsyncGenerator[tuple[int, Sequence[Sighting]], None]:
        """Wall time in microseconds and the tracked sightings of picture after picture.

        Close it (`aclosing`) to stop early. Raises Error: NOT_FOUND where nothing was recorded,
        and what keeps pictures from being looked at.
        """
        ...


@dataclass(frozen=True, slots=True)
class LookedAt:
    """How one camera is looked at; the members are those of the API's answer."""

    camera_id: str
    state: Literal["covered", "whole", "withheld", "noticing", "idle", "off"]
    reason: Kind | None
    asked: int
    done: int
    shed: int
    late: int
    failed: int


@dataclass(frozen=True, slots=True)
class VisionReport:
    """The detector's model and load. `fault` is why nothing is detected, None while all is well."""

    model: str
    sha256: str
    licence: str
    per_second: float
    shed_per_second: float
    queue_ms: float
    fault: Kind | None
    cameras: tuple[LookedAt, ...]


class Vision(Protocol):
    def report(self) -> VisionReport:
        """From memory, without blocking; called on the event loop."""
        ...


class Acts(Protocol):
    """Where acts are written before they happen."""

    def append(self, kind: EntryKind, body: Body) -> object:
        """Durable when it returns. Raises LEDGER_FAILED: then the act must not happen."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the routes may reach."""

    cameras: Cameras
    states: States
    timeline: Timeline
    situations: Situations
    vision: Vision
    gate: Gate
    sign_in: SignIn
    acts: Acts
    clock: Clock
