"""Groups of cameras."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select, update

from farola.base import Error, Kind, new_id
from farola.catalog import fields
from farola.catalog.access_tables import AssignmentRow, GroupCameraRow, GroupRow
from farola.catalog.database import Database
from farola.catalog.tables import NAME_WIDTH, CameraRow
from farola.model import Group


class Groups:
    """The groups' rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> tuple[Group, ...]:
        """All groups, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(GroupRow.id, GroupRow.name).order_by(GroupRow.name))
            named = rows.all()
            inside = connection.execute(
                select(GroupCameraRow.group_id, GroupCameraRow.camera_id)
            ).all()
        return tuple(
            Group(group_id, name, frozenset(each[1] for each in inside if each[0] == group_id))
            for group_id, name in named
        )

    def save(self, group_id: str | None, name: str, camera_ids: Iterable[str]) -> Group:
        """A new group (None), or one with another name and other cameras.

        Raises Error: NOT_FOUND for a group or a camera that is none, CONFLICT for a name in use.
        """
        name = fields.text(name.strip(), "name", NAME_WIDTH)
        cameras = frozenset(camera_ids)
        with self._database.write() as connection:
            taken = connection.execute(
                select(GroupRow.id).where(GroupRow.name == name, GroupRow.id != (group_id or ""))
            ).first()
            if taken:
                raise Error(Kind.CONFLICT, "another group has this name", field="name")
            if group_id is None:
                group_id = new_id("grp")
                connection.execute(insert(GroupRow).values(id=group_id, name=name))
            else:
                _require(connection, group_id)
                connection.execute(
                    update(GroupRow).where(GroupRow.id == group_id).values(name=name)
                )
            _put(connection, group_id, cameras)
        return Group(group_id, name, cameras)

    def remove(self, group_id: str) -> None:
        """Raises Error: NOT_FOUND, CONFLICT while somebody's role is for this group."""
        with self._database.write() as connection:
            _require(connection, group_id)
            used = connection.execute(
                select(AssignmentRow.id).where(AssignmentRow.group_id == group_id)
            ).first()
            if used:
                raise Error(Kind.CONFLICT, "somebody's role is for this group")
            connection.execute(delete(GroupRow).where(GroupRow.id == group_id))


def _require(connection: Connection, group_id: str) -> None:
    if connection.execute(select(GroupRow.id).where(GroupRow.id == group_id)).first() is None:
        raise Error(Kind.NOT_FOUND, "there is no such group of cameras")


def _put(connection: Connection, group_id: str, cameras: frozenset[str]) -> None:
    known = set(connection.execute(select(CameraRow.id)).scalars()) if cameras else set()
    if not cameras <= known:
        raise Error(Kind.NOT_FOUND, "no such camera")
    connection.execute(delete(GroupCameraRow).where(GroupCameraRow.group_id == group_id))
    if cameras:
        connection.execute(
            insert(GroupCameraRow),
            [{"group_id": group_id, "camera_id": each} for each in sorted(cameras)],
        )
