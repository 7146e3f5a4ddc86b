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

from farola.access import Access, GrantDesk
from farola.base import Clock, Kind
from farola.gate import Gate
from farola.ledger import EntryFilter, EntryPage
from farola.model import (
    Address,
    Alarm,
    Body,
    Camera,
    CameraDraft,
    CameraState,
    Condition,
    Credentials,
    Density,
    Direction,
    EntryKind,
    Event,
    EventFilter,
    EventPage,
    Gap,
    Hold,
    HourCount,
    Label,
    Point,
    RetentionClass,
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
from farola.oversight import Conduct, Finding
from farola.retention import Destruction


class Stored(Enum):
    """In place of credentials: those that are stored already."""

    STORED = "stored"


STORED = Stored.STORED


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

    def approve(self, camera_id: str, digest: str, by_id: str) -> Camera:
        """The papers of this digest are in order. Raises CONFLICT when they are others by now,
        PAPERS_INCOMPLETE when some are missing.
        """
        ...

    def densities(self, camera: Camera, width: int) -> Sequence[Density]:
        """Pixels a metre in its picture of that width and in its zones, as far as known."""
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


class Audit(Protocol):
    """What people did, for those who watch over it. Raises Error: NOT_FOUND, TOO_LARGE."""

    @property
    def verifier(self) -> str:
        """The public key by which reports are checked."""
        ...

    def entries(self, asked: EntryFilter, before: int | None, limit: int) -> EntryPage: ...

    def opened(self, index: int) -> Body:
        """One entry with its proof, for an outsider to check."""
        ...

    def conduct(self, span: Span) -> tuple[Conduct, Sequence[Finding]]: ...

    def note(self, by: Session, text: str, about: int | None) -> None: ...

    def report(self, by: Session, span: Span, language: str) -> bytes:
        """A signed PDF in `es` or `en`."""
        ...


class Preview(Protocol):
    """What will be destroyed when; `now_us` is the time that `at_us` counts in."""

    @property
    def planned(self) -> Sequence[Destruction]: ...

    @property
    def now_us(self) -> int: ...

    @property
    def hours(self) -> int: ...

    @property
    def free(self) -> int: ...

    @property
    def short_of_room(self) -> bool: ...


class Retention(Protocol):
    """What is destroyed and what is held. Raises Error: NOT_FOUND, INVALID_INPUT, KEY_DESTROYED."""

    def preview(self) -> Preview: ...

    def classes(self) -> Sequence[RetentionClass]: ...

    def holds(self) -> Sequence[Hold]: ...

    def new_hold(
        self, camera_ids: tuple[str, ...], span: Span, reason: str, reference: str, days: int
    ) -> Hold: ...

    def place(self, hold: Hold, by: Body | None = None) -> Hold: ...

    def end(self, hold_id: str, why: str, by: Body | None = None) -> None: ...


class Documents(Protocol):
    def register(self) -> bytes:
        """The register of processing as a PDF."""
        ...

    def manual(self) -> bytes:
        """The manual of operations and privacy as a PDF."""
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
    access: Access
    grants: GrantDesk
    audit: Audit
    retention: Retention
    documents: Documents
    acts: Acts
    clock: Clock
