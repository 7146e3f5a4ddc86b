"""The API's timeline over the catalogue's recordings and the files still being written."""

from pathlib import Path
from zoneinfo import ZoneInfo

from farola.api import RecordedDay
from farola.base import Error
from farola.catalog import Catalog
from farola.catalog.spans import clip, merge
from farola.media import ticks_to_us
from farola.model import Gap, Segment, Span, StreamKind
from farola.store import scan


class TimelineDesk:
    """Spans, gaps and days. Blocks: the API calls it in threads."""

    def __init__(self, catalog: Catalog, root: Path) -> None:
        self._recordings = catalog.recordings
        self._root = root

    def spans(self, camera_id: str, stream: StreamKind, span: Span) -> list[Span]:
        """Recorded spans; of a segment still written, all that is whole in its file counts.

        An open segment's row lags behind its file by up to a minute, and so may not touch the span
        although the file does.
        """
        known = self._recordings.spans(camera_id, stream, span)
        written = [
            bound
            for segment in self._recordings.open_segments()
            if (segment.camera_id, segment.stream) == (camera_id, stream)
            for bound in self._written(segment)
        ]
        bounds = [(each.start_us, each.end_us) for each in known]
        return clip(merge([*bounds, *written]), span)

    def gaps(self, camera_id: str, stream: StreamKind, span: Span) -> list[Gap]:
        return self._recordings.gaps(camera_id, stream, span)

    def days(
        self, camera_id: str, stream: StreamKind, span: Span, zone: ZoneInfo
    ) -> list[RecordedDay]:
        days = self._recordings.days(camera_id, stream, span, zone)
        return [RecordedDay(each.day, each.recorded_us) for each in days]

    def _written(self, segment: Segment) -> list[tuple[int, int]]:
        """Starts and ends of the fragments that the file holds beyond its row."""
        try:
            found = scan(self._root / segment.path, segment.size)
        except Error:
            return []  # shredded or unreadable: the row alone tells
        return [
            (each.start_us, each.start_us + ticks_to_us(each.duration)) for each in found.fragments
        ]
