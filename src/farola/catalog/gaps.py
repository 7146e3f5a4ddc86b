"""The gaps' rows: spans that should have been recorded and were not."""

from sqlalchemy import Row, Select, delete, insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.streams import StreamNumbers
from farola.catalog.tables import DETAIL_WIDTH, GapRow, StreamRow
from farola.model import Gap, Span, StreamKind


class Gaps(StreamNumbers):
    """Gaps of one stream never overlap, and at most the last one has no end."""

    def begin_gap(self, gap: Gap) -> None:
        """Store a gap that lasts.

        While one with the same reason lasts already, that one goes on. One with another reason
        ends where this begins.
        """
        with self._database.write() as connection:
            stream_id = self._stream_id(gap.camera_id, gap.stream)
            lasting = connection.execute(
                select(GapRow.reason).where(GapRow.stream_id == stream_id, GapRow.end_us.is_(None))
            ).scalars()
            if gap.reason.value in list(lasting):
                return
            self.end_gap(gap.camera_id, gap.stream, gap.start_us)
            self.save_gap(gap)

    def end_gap(self, camera_id: str, stream: StreamKind, end_us: int) -> None:
        """End the gap that lasts, if one does; one that would end before it began is forgotten."""
        fields.time_us(end_us, "end_us")
        with self._database.write() as connection:
            lasting = (
                GapRow.stream_id == self._stream_id(camera_id, stream),
                GapRow.end_us.is_(None),
            )
            connection.execute(delete(GapRow).where(*lasting, GapRow.start_us >= end_us))
            connection.execute(update(GapRow).where(*lasting).values(end_us=end_us))

    def save_gap(self, gap: Gap) -> None:
        """Insert a gap, or replace the one of this stream that begins at the same instant."""
        if gap.end_us is not None and gap.end_us <= gap.start_us:
            raise Error(Kind.INVALID_INPUT, "a gap ends after it begins", field="end_us")
        values = {
            "end_us": None if gap.end_us is None else fields.time_us(gap.end_us, "end_us"),
            "reason": gap.reason.value,
            "detail": fields.line(gap.detail, DETAIL_WIDTH),
        }
        start_us = fields.time_us(gap.start_us, "start_us")
        with self._database.write() as connection:
            stream_id = self._stream_id(gap.camera_id, gap.stream)
            changed = connection.execute(
                update(GapRow)
                .where(GapRow.stream_id == stream_id, GapRow.start_us == start_us)
                .values(**values)
            )
            if not changed.rowcount:
                connection.execute(
                    insert(GapRow).values(stream_id=stream_id, start_us=start_us, **values)
                )

    def gaps(self, camera_id: str, stream: StreamKind, span: Span) -> list[Gap]:
        """Gaps that touch `span`, by start; none for an unknown camera.

        A gap may last for months. As gaps do not overlap, only the last one that began before the
        span can reach into it, and so the past costs nothing.
        """
        stream_id = self._find_stream_id(camera_id, stream)
        if stream_id is None or not (0 <= span.end_us <= fields.MOST_US):
            return []
        start_us = max(span.start_us, 0)
        before = (
            select(GapRow.start_us)
            .where(GapRow.stream_id == stream_id, GapRow.start_us < start_us)
            .order_by(GapRow.start_us.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            earliest = connection.execute(before).scalar_one_or_none()
            rows = connection.execute(
                _GAPS.where(
                    GapRow.stream_id == stream_id,
                    GapRow.start_us >= (start_us if earliest is None else earliest),
                    GapRow.start_us < span.end_us,
                    (GapRow.end_us > start_us) | GapRow.end_us.is_(None),
                ).order_by(GapRow.start_us)
            ).all()
        return [_gap(row) for row in rows]

    def open_gaps(self) -> list[Gap]:
        """Gaps that last."""
        with self._database.read() as connection:
            rows = connection.execute(_GAPS.where(GapRow.end_us.is_(None))).all()
        return [_gap(row) for row in rows]


_GAPS: Select[str, str, int, int | None, str, str] = select(
    StreamRow.camera_id,
    StreamRow.kind,
    GapRow.start_us,
    GapRow.end_us,
    GapRow.reason,
    GapRow.detail,
).join(StreamRow, StreamRow.id == GapRow.stream_id)


def _gap(row: Row[str, str, int, int | None, str, str]) -> Gap:
    camera_id, kind, start_us, end_us, reason, detail = row
    return Gap(camera_id, StreamKind(kind), start_us, end_us, Kind(reason), detail)
