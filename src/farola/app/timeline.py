"""The API's timeline over the catalogue's recordings and the files still being written."""

from pathlib import Path
from zoneinfo import ZoneInfo

from farola.api import RecordedDay
from farola.base import Error
from farola.catalog import TOLERANCE_US, Catalog
from farola.media import ticks_to_us
from farola.model import Gap, Segment, Span, StreamKind
from farola.store import scan


class TimelineDesk:
    """Spans, gaps and days. Blocks: the API calls it in threads."""

    def __init__(self, catalog: Catalog, root: Path) -> None:
        self._recordings = catalog.recordings
        self._root = root

    def spans(self, camera_id: str, stream: StreamKind, span: Span) -> list[Span]:
        """Recorded spans; an open segment counts up to its file's last whole fragment."""
        spans = self._recordings.spans(camera_id, stream, span)
        for segment in self._recordings.segments(camera_id, stream, span):
            if segment.open:
                end_us = min(self._written_end_us(segment), span.end_us)
                spans = _extend(spans, segment, end_us)
        return spans

    def gaps(self, camera_id: str, stream: StreamKind, span: Span) -> list[Gap]:
        return self._recordings.gaps(camera_id, stream, span)

    def days(
        self, camera_id: str, stream: StreamKind, span: Span, zone: ZoneInfo
    ) -> list[RecordedDay]:
        days = self._recordings.days(camera_id, stream, span, zone)
        return [RecordedDay(each.day, each.recorded_us) for each in days]

    def _written_end_us(self, segment: Segment) -> int:
        """The row of an open segment lags behind its file by up to a minute."""
        try:
            found = scan(self._root / segment.path, segment.size)
        except Error:
            return segment.end_us
        if not found.fragments:
            return segment.end_us
        last = found.fragments[-1]
        return last.start_us + ticks_to_us(last.duration)


def _extend(spans: list[Span], segment: Segment, end_us: int) -> list[Span]:
    """The span that the segment's row ends is carried on to `end_us`."""
    if not spans or end_us <= spans[-1].end_us:
        return spans
    last = spans[-1]
    if abs(last.end_us - segment.end_us) <= TOLERANCE_US:
        return [*spans[:-1], Span(last.start_us, end_us)]
    return spans
