"""What was recorded and what was not: runs, segments and gaps, and questions over all three."""

from collections.abc import Collection
from datetime import tzinfo
from itertools import batched

from sqlalchemy import func, select

from farola.base import Kind
from farola.catalog import fields, spans
from farola.catalog.gaps import Gaps
from farola.catalog.runs import Runs
from farola.catalog.segments import Segments
from farola.catalog.spans import RecordedDay
from farola.catalog.tables import SegmentRow
from farola.model import Gap, Run, Span, StreamKind

_STARTS_A_QUESTION = 500


class Recordings(Runs, Segments, Gaps):
    """The rows of runs, segments and gaps.

    Every method may raise `Error(CATALOG_LOCKED)` when another writer holds the catalogue for
    longer than the busy time-out, `DISK_FULL`, `DISK_READ_ONLY` and `CATALOG_FAILED`; after any of
    them nothing has changed and the call can be repeated.
    """

    def spans(self, camera_id: str, stream: StreamKind, span: Span) -> list[Span]:
        """The recorded parts of `span`, disjoint, by start; holes up to 0.1 s are closed.

        Whole segments count by start and end, read from the index alone. Packed fragment indexes
        are opened only for segments that an edge of `span` cuts or that a gap lies in.
        """
        stream_id = self._find_stream_id(camera_id, stream)
        if stream_id is None or not 0 <= span.end_us <= fields.MOST_US:
            return []
        bounds = self._bounds(stream_id, span)
        doubtful = spans.doubtful(bounds, span, self.gaps(camera_id, stream, span))
        whole = set(bounds) - set(doubtful)
        return spans.clip(spans.merge([*whole, *self._fragments(stream_id, doubtful)]), span)

    def days(
        self, camera_id: str, stream: StreamKind, span: Span, zone: tzinfo
    ) -> list[RecordedDay]:
        """The local days in `span` with recordings, and how much of each; from the index alone."""
        stream_id = self._find_stream_id(camera_id, stream)
        if stream_id is None or not 0 <= span.end_us <= fields.MOST_US:
            return []
        merged = spans.merge(self._bounds(stream_id, span))
        return spans.per_day(spans.clip(merged, span), zone)

    def close_after_crash(
        self, now_us: int, camera_ids: Collection[str] | None = None
    ) -> list[Run]:
        """End what a killed recorder left open: of these cameras, or of all with None.

        Its runs end where their last segment ends, reason `recorder_killed`; from there a gap
        lasts until the next recording ends it (`end_gap`), unless one lasts already. Its segments
        are closed as they stand: read their files and save them first. Answers the runs.
        """
        closed = []
        with self._database.write() as connection:
            lasting = {(gap.camera_id, gap.stream) for gap in self.open_gaps()}
            for run in self.open_runs():
                if camera_ids is not None and run.camera_id not in camera_ids:
                    continue
                last = connection.execute(
                    select(func.max(SegmentRow.end_us)).where(SegmentRow.run_id == run.id)
                ).scalar()
                end_us = max(run.start_us, last or 0)
                self.end_run(run.id, end_us, Kind.RECORDER_KILLED)
                if end_us < now_us and (run.camera_id, run.stream) not in lasting:
                    self.save_gap(
                        Gap(run.camera_id, run.stream, end_us, None, Kind.RECORDER_KILLED, "")
                    )
                closed.append(run)
            for segment in self.open_segments():
                if camera_ids is None or segment.camera_id in camera_ids:
                    self.close_segment(segment.path)
        return closed

    def _fragments(self, stream_id: int, bounds: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """These segments' fragments; a segment without a readable index counts as one."""
        found = []
        for some in batched(bounds, _STARTS_A_QUESTION):
            statement = select(
                SegmentRow.start_us, SegmentRow.end_us, SegmentRow.packed_index
            ).where(
                SegmentRow.stream_id == stream_id,
                SegmentRow.start_us.in_([start_us for start_us, _ in some]),
            )
            with self._database.read() as connection:
                rows = connection.execute(statement).all()
            for start_us, end_us, index in rows:
                found += spans.fragment_bounds(index) or [(start_us, end_us)]
        return found
