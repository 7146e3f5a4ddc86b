"""From a camera and a stream's kind to the number that rows refer to."""

from sqlalchemy import select

from farola.base import Error, Kind
from farola.catalog.database import Database
from farola.catalog.tables import StreamRow
from farola.model import StreamKind


class StreamNumbers:
    """Looks numbers up once: a camera's stream rows are made with it and never replaced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def streams(self) -> list[tuple[str, StreamKind]]:
        """The camera and the kind of every stream, whether it has an address or not."""
        with self._database.read() as connection:
            rows = connection.execute(select(StreamRow.camera_id, StreamRow.kind)).all()
        return [(camera_id, StreamKind(kind)) for camera_id, kind in rows]

    def _stream_id(self, camera_id: str, stream: StreamKind) -> int:
        """`Error(NOT_FOUND)` for an unknown camera."""
        found = self._find_stream_id(camera_id, stream)
        if found is None:
            raise Error(Kind.NOT_FOUND, "no such camera", camera_id=camera_id[:40])
        return found

    def _find_stream_id(self, camera_id: str, stream: StreamKind) -> int | None:
        key = (camera_id, stream.value)
        known = self._database.stream_ids.get(key)
        if known is not None:
            return known
        with self._database.read() as connection:
            found = connection.execute(
                select(StreamRow.id).where(
                    StreamRow.camera_id == camera_id, StreamRow.kind == stream.value
                )
            ).scalar_one_or_none()
        if found is not None:
            self._database.stream_ids[key] = found
        return found
