"""The segments' rows: files, their spans and their packed fragment indexes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    delete,
    insert,
    literal,
    select,
    update,
)

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.streams import StreamNumbers
from farola.catalog.tables import (
    CODEC_WIDTH,
    FILE_WIDTH,
    MOST_INDEX_BYTES,
    ROOT_BYTES,
    OpenSegmentRow,
    SegmentRootRow,
    SegmentRow,
    StreamRow,
)
from farola.model import Segment, Span, StreamKind

# A segment lasts at most ten minutes plus its last fragment; the margin leaves room for a wall
# clock that is stepped meanwhile. Questions about a span look no further back than this.
LONGEST_US = (10 + 1) * 60 * 1_000_000

_PAGE = 500


class Segments(StreamNumbers):
    def save_segment(self, segment: Segment) -> None:
        """Insert the segment's row, or replace what the row of the same path holds.

        Its run must be stored. `Error(INVALID_INPUT)` for a segment longer than `LONGEST_US`,
        which questions about spans would not find.
        """
        if not 0 <= segment.end_us - segment.start_us <= LONGEST_US:
            raise Error(
                Kind.INVALID_INPUT,
                "a segment lasts from nothing to ten minutes and a margin",
                path=segment.path[:FILE_WIDTH],
                start_us=segment.start_us,
                end_us=segment.end_us,
            )
        values = {
            "stream_id": self._stream_id(segment.camera_id, segment.stream),
            "run_id": segment.run_id,
            "codec": fields.text(segment.codec, "codec", CODEC_WIDTH),
            "width": fields.number(segment.width, "width", 1 << 16),
            "height": fields.number(segment.height, "height", 1 << 16),
            "start_us": fields.time_us(segment.start_us, "start_us"),
            "end_us": fields.time_us(segment.end_us, "end_us"),
            "size": fields.number(segment.size, "size", 1 << 50),
            "packed_index": fields.blob(segment.index, "index", MOST_INDEX_BYTES),
        }
        path = fields.text(segment.path, "path", FILE_WIDTH)
        with self._database.write() as connection:
            changed = connection.execute(
                update(SegmentRow).where(SegmentRow.path == path).values(**values)
            )
            if not changed.rowcount:
                connection.execute(insert(SegmentRow).values(path=path, **values))
            if segment.root:
                _put_root(connection, path, fields.blob(segment.root, "root", ROOT_BYTES))
            if segment.open:
                _open(connection, path)
            elif changed.rowcount:
                _close(connection, SegmentRow.path == path)

    def close_segment(self, path: str) -> None:
        """Say that nobody writes the segment any more; an unknown one is no error."""
        with self._database.write() as connection:
            _close(connection, SegmentRow.path == path)

    def delete_segment(self, path: str) -> None:
        """Forget a segment whose file is gone; an unknown one is no error."""
        with self._database.write() as connection:
            _close(connection, SegmentRow.path == path)
            connection.execute(delete(SegmentRootRow).where(_root_of(path)))
            connection.execute(delete(SegmentRow).where(SegmentRow.path == path))

    def segment(self, path: str) -> Segment | None:
        """The segment in the file at `path`, relative to the segments' root."""
        if "\x00" in path or len(path) > FILE_WIDTH:
            return None
        return next(iter(self._select(SegmentRow.path == path)), None)

    def open_segments(self) -> list[Segment]:
        """Segments whose recorder has not closed them: still written, or left by a kill."""
        return self._select(SegmentRow.id.in_(select(OpenSegmentRow.segment_id)))

    def segments(self, camera_id: str, stream: StreamKind, span: Span) -> list[Segment]:
        """Segments that touch `span`, by start; none for an unknown camera.

        Looks only at starts from `span.start_us - LONGEST_US` on, so the cost does not grow with
        what was recorded before.
        """
        stream_id = self._find_stream_id(camera_id, stream)
        if stream_id is None or not _is_storable(span):
            return []
        return self._select(*touching(stream_id, span))

    def newest_end_us(self, camera_id: str, stream: StreamKind) -> int | None:
        """Where the newest segment ends; None when nothing was recorded."""
        stream_id = self._find_stream_id(camera_id, stream)
        with self._database.read() as connection:
            return connection.execute(
                select(SegmentRow.end_us)
                .where(SegmentRow.stream_id == stream_id)
                .order_by(SegmentRow.start_us.desc())
                .limit(1)
            ).scalar_one_or_none()

    def all_segments(self) -> Iterator[Segment]:
        """Every segment by path, read in pages: no transaction lasts while a page is used."""
        last = ""
        while True:
            page = self._select(
                SegmentRow.path > last, order=SegmentRow.path.expression, limit=_PAGE
            )
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].path

    def _bounds(self, stream_id: int, span: Span) -> list[tuple[int, int]]:
        """Starts and ends alone, by start: answered from the index without touching the rows."""
        statement = select(SegmentRow.start_us, SegmentRow.end_us).order_by(SegmentRow.start_us)
        with self._database.read() as connection:
            rows = connection.execute(statement.where(*touching(stream_id, span))).all()
        return [(start_us, end_us) for start_us, end_us in rows]

    def _select(
        self,
        *where: ColumnElement[bool],
        order: ColumnElement[Any] | None = None,
        limit: int | None = None,
    ) -> list[Segment]:
        statement = _SEGMENTS.where(*where).limit(limit)
        statement = statement.order_by(SegmentRow.start_us if order is None else order)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [_segment(row) for row in rows]


def _root_of(path: str) -> ColumnElement[bool]:
    return SegmentRootRow.segment_id.in_(select(SegmentRow.id).where(SegmentRow.path == path))


def _put_root(connection: Connection, path: str, root: bytes) -> None:
    """A root that is under a seal stays as it is: that the file is another one is for the check."""
    changed = connection.execute(
        update(SegmentRootRow)
        .where(_root_of(path), SegmentRootRow.seal.is_(None))
        .values(root=root)
    )
    if not changed.rowcount:
        known = select(SegmentRootRow.segment_id).where(SegmentRootRow.segment_id == SegmentRow.id)
        new = select(SegmentRow.id, literal(root, LargeBinary), literal(False)).where(
            SegmentRow.path == path, ~known.exists()
        )
        connection.execute(
            insert(SegmentRootRow).from_select(["segment_id", "root", "entered"], new)
        )


def touching(stream_id: int, span: Span) -> tuple[ColumnElement[bool], ...]:
    """The bounded condition that every question about a span uses."""
    return (
        SegmentRow.stream_id == stream_id,
        SegmentRow.start_us > max(span.start_us - LONGEST_US, -1),
        SegmentRow.start_us < span.end_us,
        SegmentRow.end_us > span.start_us,
    )


def _is_storable(span: Span) -> bool:
    return span.start_us <= fields.MOST_US and 0 <= span.end_us <= fields.MOST_US


def _open(connection: Connection, path: str) -> None:
    known = select(OpenSegmentRow.segment_id).where(OpenSegmentRow.segment_id == SegmentRow.id)
    new = select(SegmentRow.id).where(SegmentRow.path == path, ~known.exists())
    connection.execute(insert(OpenSegmentRow).from_select(["segment_id"], new))


def _close(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(
        delete(OpenSegmentRow).where(
            OpenSegmentRow.segment_id.in_(select(SegmentRow.id).where(which))
        )
    )


_SEGMENTS = (
    select(
        StreamRow.camera_id,
        StreamRow.kind,
        SegmentRow.run_id,
        SegmentRow.path,
        SegmentRow.codec,
        SegmentRow.width,
        SegmentRow.height,
        SegmentRow.start_us,
        SegmentRow.end_us,
        SegmentRow.size,
        SegmentRow.packed_index,
        OpenSegmentRow.segment_id.label("open_id"),
    )
    .join(StreamRow, StreamRow.id == SegmentRow.stream_id)
    .outerjoin(OpenSegmentRow, OpenSegmentRow.segment_id == SegmentRow.id)
)


def _segment(row: Row[*tuple[Any, ...]]) -> Segment:
    return Segment(
        path=row.path,
        camera_id=row.camera_id,
        stream=StreamKind(row.kind),
        run_id=row.run_id,
        codec=row.codec,
        width=row.width,
        height=row.height,
        start_us=row.start_us,
        end_us=row.end_us,
        size=row.size,
        open=row.open_id is not None,
        index=row.packed_index,
    )
