"""Cameras: where they are reached, why they may exist, and their sealed passwords."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast

from sqlalchemy import Connection, delete, insert, select, update

from farola.base import Clock, Error, Kind, new_id
from farola.catalog import fields
from farola.catalog.access_tables import GroupCameraRow
from farola.catalog.database import Database
from farola.catalog.tables import (
    HOST_WIDTH,
    MOST_SEALED_BYTES,
    NAME_WIDTH,
    PAPER_WIDTH,
    PATH_WIDTH,
    PLACE_WIDTH,
    ApprovalRow,
    CameraRow,
    StreamRow,
)
from farola.model import (
    FIELD_DEG,
    HEIGHT_M,
    MOST_DENSITY,
    TILT_DEG,
    Address,
    Camera,
    CameraDraft,
    Mounting,
    Papers,
    Position,
    StreamKind,
)


class Cameras:
    """The cameras' rows. Every method may raise `Error(CATALOG_LOCKED | CATALOG_FAILED | ...)`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        camera: CameraDraft,
        sealed_credentials: bytes | None = None,
        *,
        camera_id: str | None = None,
    ) -> Camera:
        """A new camera. `Error(CONFLICT)` when its name is taken, INVALID_INPUT for its fields."""
        values = _values(camera)
        camera_id = fields.text(camera_id or new_id("cam"), "id", 40)
        sealed = _sealed(sealed_credentials)
        created_us = self._clock.wall_us()
        with self._database.write() as connection:
            self._refuse_taken(connection, camera.name, camera_id)
            connection.execute(
                insert(CameraRow).values(
                    id=camera_id, sealed_credentials=sealed, created_us=created_us, **values
                )
            )
            for kind, address in _addresses(camera):
                connection.execute(
                    insert(StreamRow).values(camera_id=camera_id, kind=kind, **_parts(address))
                )
        return _camera(camera_id, camera, sealed is not None, created_us)

    def update(self, camera_id: str, camera: CameraDraft) -> Camera:
        """Replace everything but the credentials; `Error(NOT_FOUND)` for an unknown camera."""
        values = _values(camera)
        with self._database.write() as connection:
            row = connection.execute(
                select(CameraRow.id).where(CameraRow.id == camera_id)
            ).one_or_none()
            if row is None:
                raise _unknown()
            self._refuse_taken(connection, camera.name, camera_id)
            connection.execute(update(CameraRow).where(CameraRow.id == camera_id).values(**values))
            for kind, address in _addresses(camera):
                connection.execute(
                    update(StreamRow)
                    .where(StreamRow.camera_id == camera_id, StreamRow.kind == kind)
                    .values(**_parts(address))
                )
        return self.get(camera_id)

    def set_credentials(self, camera_id: str, sealed: bytes | None) -> None:
        """Store sealed credentials, or None to forget them; the old bytes leave the file."""
        sealed = _sealed(sealed)
        with self._database.write() as connection:
            changed = connection.execute(
                update(CameraRow).where(CameraRow.id == camera_id).values(sealed_credentials=sealed)
            )
            if not changed.rowcount:
                raise _unknown()
        self._database.scrub()

    def sealed_credentials(self, camera_id: str) -> bytes | None:
        """The sealed credentials for the one who opens them; `Error(NOT_FOUND)`."""
        with self._database.read() as connection:
            row = connection.execute(
                select(CameraRow.sealed_credentials).where(CameraRow.id == camera_id)
            ).one_or_none()
        if row is None:
            raise _unknown()
        return row[0]

    def approve(self, camera_id: str, digest: str, by_id: str | None) -> Camera:
        """The papers of this digest are in order.

        `Error(CONFLICT)` when they are others by now, PAPERS_INCOMPLETE when some are missing.
        """
        with self._database.write() as connection:
            camera = self.get(camera_id)
            camera.check_papers(digest)
            connection.execute(delete(ApprovalRow).where(ApprovalRow.camera_id == camera_id))
            connection.execute(
                insert(ApprovalRow).values(
                    camera_id=camera_id,
                    digest=digest,
                    approved_us=self._clock.wall_us(),
                    by_id=by_id,
                )
            )
            return self.get(camera_id)

    def get(self, camera_id: str) -> Camera:
        """`Error(NOT_FOUND)` for an unknown camera."""
        found = self._select(camera_id)
        if not found:
            raise _unknown()
        return found[0]

    def list(self) -> tuple[Camera, ...]:
        """All cameras, by name."""
        return self._select(None)

    def _select(self, camera_id: str | None) -> tuple[Camera, ...]:
        statement = select(
            CameraRow.id,
            CameraRow.name,
            CameraRow.place,
            CameraRow.purpose,
            CameraRow.legal_basis,
            CameraRow.office,
            CameraRow.contact,
            CameraRow.assessment,
            CameraRow.retention_class,
            CameraRow.density,
            CameraRow.height_m,
            CameraRow.tilt_deg,
            CameraRow.field_deg,
            CameraRow.latitude,
            CameraRow.longitude,
            CameraRow.enabled,
            CameraRow.sealed_credentials.is_not(None).label("has_credentials"),
            CameraRow.created_us,
        ).order_by(CameraRow.name)
        addresses = select(
            StreamRow.camera_id,
            StreamRow.kind,
            StreamRow.scheme,
            StreamRow.host,
            StreamRow.port,
            StreamRow.path,
        ).where(StreamRow.host.is_not(None))
        inside = select(GroupCameraRow.camera_id, GroupCameraRow.group_id)
        if camera_id is not None:
            statement = statement.where(CameraRow.id == camera_id)
            addresses = addresses.where(StreamRow.camera_id == camera_id)
            inside = inside.where(GroupCameraRow.camera_id == camera_id)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            found = {
                (row.camera_id, row.kind): Address(
                    cast(Literal["rtsp", "rtsps"], row.scheme), row.host, row.port, row.path
                )
                for row in connection.execute(addresses)
            }
            groups: dict[str, set[str]] = {}
            for of, group_id in connection.execute(inside):
                groups.setdefault(of, set()).add(group_id)
            approved = {
                row.camera_id: (row.digest, row.approved_us)
                for row in connection.execute(select(ApprovalRow.__table__))
            }
        cameras = (
            Camera(
                id=row.id,
                name=row.name,
                place=row.place,
                main=found[row.id, StreamKind.MAIN],
                sub=found.get((row.id, StreamKind.SUB)),
                papers=Papers(
                    row.purpose,
                    row.legal_basis,
                    row.office,
                    row.contact,
                    row.assessment,
                    row.retention_class,
                    row.density,
                ),
                enabled=row.enabled,
                has_credentials=row.has_credentials,
                created_us=row.created_us,
                groups=frozenset(groups.get(row.id, ())),
                mounting=None
                if row.height_m is None
                else Mounting(row.height_m, row.tilt_deg, row.field_deg),
                position=None if row.latitude is None else Position(row.latitude, row.longitude),
            )
            for row in rows
            if (row.id, StreamKind.MAIN) in found  # added between the two statements
        )
        return tuple(_approved(each, *approved.get(each.id, ("", 0))) for each in cameras)

    @staticmethod
    def _refuse_taken(connection: Connection, name: str, camera_id: str) -> None:
        taken = connection.execute(
            select(CameraRow.id).where(CameraRow.name == name, CameraRow.id != camera_id)
        ).first()
        if taken:
            raise Error(Kind.CONFLICT, "another camera has this name", field="name")


def _approved(camera: Camera, digest: str, approved_us: int) -> Camera:
    """An approval counts for the papers that it was given for."""
    return replace(camera, approved_us=approved_us) if digest == camera.papers_digest else camera


def _unknown() -> Error:
    return Error(Kind.NOT_FOUND, "no such camera")


def _addresses(camera: CameraDraft) -> Sequence[tuple[StreamKind, Address | None]]:
    return (StreamKind.MAIN, camera.main), (StreamKind.SUB, camera.sub)


def _parts(address: Address | None) -> dict[str, str | int | None]:
    if address is None:
        return {"scheme": None, "host": None, "port": None, "path": None}
    if address.scheme not in {"rtsp", "rtsps"}:
        raise Error(Kind.INVALID_INPUT, "scheme must be rtsp or rtsps", field="scheme")
    path = fields.text(address.path, "path", PATH_WIDTH)
    if not path.startswith("/"):
        raise Error(Kind.INVALID_INPUT, "path must begin with /", field="path")
    return {
        "scheme": address.scheme,
        "host": fields.text(address.host, "host", HOST_WIDTH),
        "port": fields.number(address.port, "port", 65535),
        "path": path,
    }


def _values(camera: CameraDraft) -> dict[str, str | bool | int | float | None]:
    """A camera that records must say why it exists (RED_LINES, Always built 5)."""
    papers = camera.papers
    least = 1 if camera.enabled else 0
    for address in (camera.main, camera.sub):
        _parts(address)
    return {
        "name": fields.text(camera.name, "name", NAME_WIDTH),
        "place": fields.text(camera.place, "place", PLACE_WIDTH),
        "purpose": fields.text(papers.purpose, "purpose", PAPER_WIDTH, least=least),
        "legal_basis": fields.text(papers.legal_basis, "legal_basis", PAPER_WIDTH, least=least),
        "office": fields.text(papers.office, "office", PAPER_WIDTH, least=least),
        "contact": fields.text(papers.contact, "contact", PAPER_WIDTH, least=0),
        "assessment": fields.text(papers.assessment, "assessment", PAPER_WIDTH, least=0),
        "retention_class": fields.retention_class(papers.retention_class),
        "density": None
        if papers.density is None
        else fields.number(papers.density, "density", MOST_DENSITY),
        "enabled": camera.enabled,
        **_hung(camera.mounting),
        **_placed(camera.position),
    }


def _hung(mounting: Mounting | None) -> dict[str, float | None]:
    if mounting is None:
        return {"height_m": None, "tilt_deg": None, "field_deg": None}
    return {
        "height_m": fields.real(mounting.height_m, "height_m", *HEIGHT_M),
        "tilt_deg": fields.real(mounting.tilt_deg, "tilt_deg", *TILT_DEG),
        "field_deg": fields.real(mounting.field_deg, "field_deg", *FIELD_DEG),
    }


def _placed(position: Position | None) -> dict[str, float | None]:
    if position is None:
        return {"latitude": None, "longitude": None}
    return {
        "latitude": fields.real(position.latitude, "latitude", -90, 90),
        "longitude": fields.real(position.longitude, "longitude", -180, 180),
    }


def _sealed(sealed: bytes | None) -> bytes | None:
    return None if sealed is None else fields.blob(sealed, "credentials", MOST_SEALED_BYTES)


def _camera(camera_id: str, camera: CameraDraft, has_credentials: bool, created_us: int) -> Camera:
    return Camera(
        id=camera_id,
        name=camera.name,
        place=camera.place,
        main=camera.main,
        sub=camera.sub,
        papers=camera.papers,
        enabled=camera.enabled,
        has_credentials=has_credentials,
        created_us=created_us,
        mounting=camera.mounting,
        position=camera.position,
    )
