"""A camera, its state and a connection test as JSON, and their way to and from the model."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from farola.api.fields import (
    Answer,
    Body,
    CameraId,
    Micros,
    Name,
    OptionalProse,
    Place,
    Prose,
    Secret,
)
from farola.api.services import STORED, ConnectionTest, Stored
from farola.base import Kind
from farola.model import (
    CLASS_NAME,
    FIELD_DEG,
    HEIGHT_M,
    MOST_DENSITY,
    STANDARD,
    TILT_DEG,
    Address,
    Alarm,
    Camera,
    CameraDraft,
    CameraState,
    Credentials,
    Mounting,
    Papers,
    Phase,
    Position,
)

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")


def _host(value: str) -> str:
    """A host name (RFC 1123) or an IP address without brackets or zone."""
    if ":" in value:
        ipaddress.IPv6Address(value)
        if "%" in value:
            raise ValueError("an address must not name an interface")
        return value
    if not all(_LABEL.fullmatch(label) for label in value.removesuffix(".").split(".")):
        raise ValueError("neither a host name nor an IP address")
    return value


class AddressBody(Body):
    """Where a stream is reached, in parts; user name and password never stand here."""

    scheme: Literal["rtsp", "rtsps"]
    host: Annotated[
        str, StringConstraints(min_length=1, max_length=253, strict=True), AfterValidator(_host)
    ]
    port: Annotated[int, Field(ge=1, le=65535)]
    path: Annotated[
        str, StringConstraints(max_length=1024, pattern=r"^/[!-~]*$"), Field(examples=["/stream1"])
    ]

    def model(self) -> Address:
        return Address(self.scheme, self.host, self.port, self.path)


class CredentialsBody(Body):
    username: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    password: Secret

    def model(self) -> Credentials:
        return Credentials(self.username, self.password)


class MountingBody(Body):
    """How the camera hangs: from this the pixels a metre of the street are estimated."""

    height_m: Annotated[
        float, Field(ge=HEIGHT_M[0], le=HEIGHT_M[1], description="Above the ground")
    ]
    tilt_deg: Annotated[
        float, Field(ge=TILT_DEG[0], le=TILT_DEG[1], description="Down from the horizon")
    ]
    field_deg: Annotated[
        float, Field(ge=FIELD_DEG[0], le=FIELD_DEG[1], description="Across the picture")
    ]

    def model(self) -> Mounting:
        return Mounting(self.height_m, self.tilt_deg, self.field_deg)


class PositionBody(Body):
    """WGS 84."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]

    def model(self) -> Position:
        return Position(self.latitude, self.longitude)


class NewCamera(Body):
    """A camera as somebody describes it, with its papers, which say why it may exist.

    `contact`, `assessment` and `density` may come later: before they are there, nobody can approve
    the papers. `density` is in pixels a metre, no more than the purpose needs. What the public map
    shows is `position`.
    """

    name: Name
    place: Place
    main: AddressBody
    sub: AddressBody | None = None
    credentials: CredentialsBody | None = None
    purpose: Prose
    legal_basis: Prose
    office: Prose
    contact: OptionalProse = ""
    assessment: OptionalProse = ""
    retention_class: Annotated[str, StringConstraints(pattern=f"^{CLASS_NAME}$")] = STANDARD
    density: Annotated[int, Field(ge=1, le=MOST_DENSITY)] | None = None
    mounting: MountingBody | None = None
    position: PositionBody | None = None
    enabled: bool

    def draft(self) -> CameraDraft:
        return CameraDraft(
            name=self.name,
            place=self.place,
            main=self.main.model(),
            sub=self.sub.model() if self.sub else None,
            papers=Papers(
                self.purpose,
                self.legal_basis,
                self.office,
                self.contact,
                self.assessment,
                self.retention_class,
                self.density,
            ),
            enabled=self.enabled,
            mounting=self.mounting.model() if self.mounting else None,
            position=self.position.model() if self.position else None,
        )


class ApprovalBody(Body):
    """`digest` is that of the papers which were read."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class CameraUpdate(NewCamera):
    """Replaces a camera. Without `credentials` the stored ones stay, null removes them."""

    def chosen_credentials(self) -> Credentials | Stored | None:
        return _chosen(self, self.credentials)


class TestRequest(Body):
    """Without `credentials`, those stored for `camera_id` are used where it is given."""

    __test__ = False  # its name does not make it pytest's

    main: AddressBody
    credentials: CredentialsBody | None = None
    camera_id: CameraId | None = None

    def chosen_credentials(self) -> Credentials | Stored | None:
        return _chosen(self, self.credentials) if self.camera_id else self._given()

    def _given(self) -> Credentials | None:
        return self.credentials.model() if self.credentials else None


def _chosen(body: Body, given: CredentialsBody | None) -> Credentials | Stored | None:
    if "credentials" not in body.model_fields_set:
        return STORED
    return given.model() if given else None


class AddressAnswer(Answer):
    scheme: Literal["rtsp", "rtsps"]
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, address: Address) -> "AddressAnswer":
        return cls(scheme=address.scheme, host=address.host, port=address.port, path=address.path)


class MountingAnswer(Answer):
    height_m: float
    tilt_deg: float
    field_deg: float

    @classmethod
    def of(cls, mounting: Mounting) -> "MountingAnswer":
        return cls(
            height_m=mounting.height_m, tilt_deg=mounting.tilt_deg, field_deg=mounting.field_deg
        )


class PositionAnswer(Answer):
    latitude: float
    longitude: float

    @classmethod
    def of(cls, position: Position) -> "PositionAnswer":
        return cls(latitude=position.latitude, longitude=position.longitude)


class CameraStateAnswer(Answer):
    """A camera's condition now. Counters start with the recorder; `lag_us` is None before the first
    fragment; `camera_offset_us` is the camera's clock minus ours, None when never measured.
    """

    camera_id: str
    phase: Phase
    reason: Kind | None
    detail: str
    since_us: Micros
    frames: int
    bytes: int
    lost: int
    gaps: int
    reconnects: int
    dropped: int
    lag_us: int | None
    camera_offset_us: int | None
    width: int
    height: int
    codec: str

    @classmethod
    def of(cls, state: CameraState) -> "CameraStateAnswer":
        return cls(**{name: getattr(state, name) for name in cls.model_fields})


class CameraAnswer(Answer):
    """A camera as everybody signed in may know it; credentials are never given back.

    `approved_us` is null while nobody has approved its papers as they are now: then it is not seen
    live. `papers_digest` names them, `papers_missing` are the members without which nobody can.
    """

    id: str
    name: str
    place: str
    main: AddressAnswer
    sub: AddressAnswer | None
    purpose: str
    legal_basis: str
    office: str
    contact: str
    assessment: str
    retention_class: str
    density: int | None
    mounting: MountingAnswer | None
    position: PositionAnswer | None
    enabled: bool
    has_credentials: bool
    created_us: Micros
    papers_digest: str
    papers_missing: list[str]
    approved_us: Micros | None
    review_due_us: Micros | None
    state: CameraStateAnswer

    @classmethod
    def of(cls, camera: Camera, state: CameraState | None) -> "CameraAnswer":
        return cls(
            id=camera.id,
            name=camera.name,
            place=camera.place,
            main=AddressAnswer.of(camera.main),
            sub=AddressAnswer.of(camera.sub) if camera.sub else None,
            purpose=camera.papers.purpose,
            legal_basis=camera.papers.legal_basis,
            office=camera.papers.office,
            contact=camera.papers.contact,
            assessment=camera.papers.assessment,
            retention_class=camera.papers.retention_class,
            density=camera.papers.density,
            mounting=MountingAnswer.of(camera.mounting) if camera.mounting else None,
            position=PositionAnswer.of(camera.position) if camera.position else None,
            enabled=camera.enabled,
            has_credentials=camera.has_credentials,
            created_us=camera.created_us,
            papers_digest=camera.papers_digest,
            papers_missing=list(camera.papers.missing),
            approved_us=camera.approved_us,
            review_due_us=camera.review_due_us,
            state=CameraStateAnswer.of(state or unseen(camera)),
        )


class CameraList(Answer):
    cameras: list[CameraAnswer]


class TestAnswer(Answer):
    """What the camera answered; `frame_rate` is in pictures a second."""

    __test__ = False

    ok: bool
    reason: Kind | None
    detail: str
    codec: str
    width: int
    height: int
    frame_rate: float | None
    audio_offered: bool
    elapsed_ms: int

    @classmethod
    def of(cls, test: ConnectionTest) -> "TestAnswer":
        rate = test.frame_rate
        return cls(
            ok=test.ok,
            reason=test.reason,
            detail=test.detail,
            codec=test.codec,
            width=test.width,
            height=test.height,
            frame_rate=round(rate[0] / rate[1], 3) if rate and rate[1] else None,
            audio_offered=test.audio_offered,
            elapsed_ms=test.elapsed_ms,
        )


class AlarmAnswer(Answer):
    """A condition of the whole recorder that somebody must mend; it clears by itself."""

    kind: Kind
    message: str
    since_us: Micros

    @classmethod
    def of(cls, alarm: Alarm) -> "AlarmAnswer":
        return cls(kind=alarm.kind, message=alarm.message, since_us=alarm.since_us)


def unseen(camera: Camera) -> CameraState:
    """The state of a camera that no recorder has spoken of yet."""
    return CameraState(
        camera_id=camera.id,
        phase=Phase.CONNECTING if camera.enabled else Phase.OFF,
        reason=None if camera.enabled else Kind.CAMERA_DISABLED,
        detail="",
        since_us=camera.created_us,
        frames=0,
        bytes=0,
        lost=0,
        gaps=0,
        reconnects=0,
        dropped=0,
        lag_us=None,
        camera_offset_us=None,
        width=0,
        height=0,
        codec="",
    )
