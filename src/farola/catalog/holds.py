"""Holds and the cameras that they are of."""

from sqlalchemy import insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.database import Database
from farola.catalog.tables import DETAIL_WIDTH, NAME_WIDTH, CameraRow, HoldCameraRow, HoldRow
from farola.model import Hold, Span


class Holds:
    """The holds' rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, hold: Hold) -> None:
        """Raises Error: NOT_FOUND for an unknown camera, INVALID_INPUT."""
        with self._database.write() as connection:
            for camera_id in hold.camera_ids:
                found = connection.execute(select(CameraRow.id).where(CameraRow.id == camera_id))
                if found.first() is None:
                    raise Error(Kind.NOT_FOUND, f"there is no camera {camera_id}")
            connection.execute(
                insert(HoldRow).values(
                    id=hold.id,
                    start_us=fields.time_us(hold.span.start_us, "start_us"),
                    end_us=fields.time_us(hold.span.end_us, "end_us"),
                    reason=fields.text(hold.reason, "reason", DETAIL_WIDTH),
                    reference=fields.text(hold.reference, "reference", NAME_WIDTH),
                    placed_us=fields.time_us(hold.placed_us, "placed_us"),
                    expires_us=fields.time_us(hold.expires_us, "expires_us"),
                    ended_us=None,
                )
            )
            connection.execute(
                insert(HoldCameraRow),
                [{"hold_id": hold.id, "camera_id": each} for each in hold.camera_ids],
            )

    def list(self, *, ended: bool = False) -> tuple[Hold, ...]:
        """Holds that last, by the time they were placed; with `ended` all there ever were."""
        statement = select(HoldRow.__table__).order_by(HoldRow.placed_us, HoldRow.id)
        if not ended:
            statement = statement.where(HoldRow.ended_us.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            cameras = connection.execute(
                select(HoldCameraRow.hold_id, HoldCameraRow.camera_id).order_by(
                    HoldCameraRow.camera_id
                )
            ).all()
        return tuple(
            Hold(
                id=row.id,
                camera_ids=tuple(each[1] for each in cameras if each[0] == row.id),
                span=Span(row.start_us, row.end_us),
                reason=row.reason,
                reference=row.reference,
                placed_us=row.placed_us,
                expires_us=row.expires_us,
                ended_us=row.ended_us,
            )
            for row in rows
        )

    def end(self, hold_id: str, now_us: int) -> None:
        """Raises Error(NOT_FOUND) for a hold that is none or has ended."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(HoldRow)
                .where(HoldRow.id == hold_id, HoldRow.ended_us.is_(None))
                .values(ended_us=fields.time_us(now_us, "ended_us"))
            )
            if not changed.rowcount:
                raise Error(Kind.NOT_FOUND, "there is no such hold")
