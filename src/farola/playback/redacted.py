"""The redacted rendition of what was recorded, made while it is asked for.

Everything here is decoded, covered and coded anew by the coverer; nothing that was stored is given
out, whatever fails. Blocks on disk and on the coverer, so call it from threads.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path, PurePosixPath

from farola.base import Clock, Error, Kind, get_logger
from farola.gate import Footage, KeyFrame, Still
from farola.media import CodecConfig, init_segment, ticks_to_us
from farola.model import Course, CoveredUnit, Recipe, Rendition, Span, StreamKind
from farola.playback.batches import Batch, batches, smaller
from farola.playback.coverer import Coverer
from farola.playback.covering import Covering
from farola.playback.film import Film, config_of_unit, key_frame_file
from farola.playback.footage import check_asked
from farola.playback.group import Group, fragments_in, picture_group, read_group, span_of
from farola.playback.maskbook import MaskBook
from farola.playback.moment import Moment, key_frame_near, newest_key_frame
from farola.playback.names import CoveredNames, PartName, covered_init_path
from farola.playback.parts import cut_covered, source_of
from farola.playback.playlist import write_playlist
from farola.playback.shelf import Recorded, Shelf
from farola.playback.strip import choose
from farola.store import Keys, SegmentReader

_PATIENCE_S = 20.0
_log = get_logger("playback")


class RedactedPlayback:
    """What was recorded, with people and plates covered. Threads may share it.

    `recorded`, `keys`, `root` and `clock` as in `Playback`. `recipe_for` a camera id, `model` the
    SHA-256 of the model in use: masks that others made are not used. `masks` is the directory in
    which masks are kept, None to keep none. `rate` pictures a second are looked at, and a picture
    is waited for `patience_s`. Besides what each method names, all raise the store's and the keys'
    errors, and the coverer's: DECODER_FAILED, TIMED_OUT, OVERLOADED among them.
    """

    def __init__(
        self,
        recorded: Recorded,
        keys: Keys,
        root: Path,
        clock: Clock,
        coverer: Coverer,
        recipe_for: Callable[[str], Recipe],
        model: Callable[[], str],
        *,
        rate: float,
        masks: Path | None,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._shelf = Shelf(recorded, root, cut_covered)
        self._keys = keys
        self._root = root
        self._clock = clock
        self._covering = Covering(
            coverer, recipe_for, model, MaskBook(masks), rate=rate, patience_s=patience_s
        )
        self.rendition = Rendition.REDACTED
        self._codings: dict[tuple[int, int, int], CodecConfig] = {}
        self._lock = threading.Lock()

    def leaving(self, course: Course) -> "RedactedPlayback":
        """Another, in which the thing on that course is left to be seen; it has no stills."""
        other = copy(self)
        other.rendition = Rendition.ONE_THING
        other._covering = self._covering.leaving(course)
        return other

    def playlist(
        self,
        camera_id: str,
        stream: StreamKind,
        span: Span,
        *,
        within: Span | None = None,
        query: str = "",
    ) -> str:
        """An HLS media playlist over the span; it grows while the span reaches into the future.

        Nothing is covered for it. Raises NOT_FOUND when nothing was recorded.
        """
        growing = span.end_us > self._clock.wall_us()
        pieces = choose(self._shelf.parts(camera_id, stream, span), span, within)
        if not pieces:
            raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
        return write_playlist(pieces, CoveredNames(), growing=growing, query=query)

    def init(self, camera_id: str, key: str) -> bytes:
        """The init segment that a playlist named; raises NOT_FOUND for any other key.

        Pictures of one size are all coded alike; of the first such one picture is covered to learn
        how.
        """
        path = covered_init_path(camera_id, key)
        with self._opened(camera_id, path) as reader:
            return init_segment(self._coding(reader) or self._learn(reader))

    def part(self, camera_id: str, key: str) -> Footage:
        """The part that a playlist named; raises NOT_FOUND for any other key.

        Its chunks are whole fragments of an MP4, covered while they are taken.
        """
        name = PartName.parse_covered(camera_id, key)
        with self._opened(camera_id, name.path) as reader:
            fragments, lead = fragments_in(reader, name.source, name.first, name.end)
        shown = fragments[lead:]
        if name.slices > 1 and len(shown) > 1:
            raise Error(Kind.NOT_FOUND, "this camera has no such recording")

        def chunks() -> Iterator[bytes]:
            with self._opened(camera_id, name.path) as reader:
                film = Film(self._coding(reader), shown[0].sequence)
                group = read_group(reader, fragments, lead, number=name.slice, slices=name.slices)
                yield from film.fragments(group, self._pictures(reader, name.path, group))

        return Footage(camera_id, span_of(shown, name.slice, name.slices), chunks())

    def clip(
        self, camera_id: str, stream: StreamKind, span: Span, *, within: Span | None = None
    ) -> Footage:
        """The span as one fragmented MP4, from the key frame at or before its start.

        Time goes on without a break where nothing was recorded, as in the original's. Raises
        NOT_FOUND when nothing was.
        """
        pieces = choose(self._shelf.fragments(camera_id, stream, span), span, within)
        rows = list(batches(pieces))
        if not rows:
            raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
        start_us = min(piece.item.start_us for piece in pieces)
        end_us = max(piece.item.start_us + ticks_to_us(piece.item.duration) for piece in pieces)
        shown = Span(start_us, min(end_us, span.end_us))
        return Footage(camera_id, shown, self._clip(camera_id, rows, span.end_us))

    def key_frame(self, camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        """The newest key frame at or before `at_us`, else the first after it, within 10 s.

        Raises NOT_FOUND when none was recorded so near.
        """
        moment = key_frame_near(self._shelf, camera_id, stream, at_us)
        with self._opened(camera_id, PurePosixPath(moment[0].path)) as reader:
            group = _picture(reader, moment)
            (unit,) = self._pictures(reader, PurePosixPath(moment[0].path), group)
        return key_frame_file(group, camera_id, group.wall_us(unit.media), unit)

    def still(self, camera_id: str, stream: StreamKind, at_us: int | None) -> Still:
        """That key frame as a JPEG; None takes the newest. Raises NOT_FOUND as `key_frame`."""
        if at_us is None:
            now_us = self._clock.wall_us()
            moment = newest_key_frame(self._shelf, camera_id, stream, now_us)
        else:
            moment = key_frame_near(self._shelf, camera_id, stream, at_us)
        path = PurePosixPath(moment[0].path)
        with self._opened(camera_id, path) as reader:
            group = _picture(reader, moment)
            jpeg = self._covering.still(reader, path, group)
        return Still(camera_id, group.wall_us(group.times[0]), jpeg)

    def _clip(self, camera_id: str, rows: list[Batch], end_us: int) -> Iterator[bytes]:
        """Batch after batch; what is damaged is left out, and time goes on without it."""
        film = Film(None)
        begun, shift, until = False, 0, 0
        joined = False
        rows = rows[::-1]
        while rows:
            batch = rows.pop()
            path = PurePosixPath(batch.path)
            with self._opened(camera_id, path) as reader:
                try:
                    found = fragments_in(reader, batch.source, batch.first, batch.end)
                    group = read_group(reader, *found, until_us=end_us)
                except Error as error:
                    if error.kind is Kind.FILE_DAMAGED:
                        _log.warning("fragments left out", path=batch.path, offset=batch.first)
                        rows += smaller(batch)[::-1]
                    elif error.kind is not Kind.NOT_FOUND:
                        raise
                    joined = False
                    continue
                if not (batch.joined and joined):
                    shift = until - group.times[0]
                for chunk in film.fragments(group, self._pictures(reader, path, group), shift):
                    if not begun and film.told:
                        yield init_segment(film.told) + chunk
                        begun = True
                    else:
                        yield chunk
                joined, until = True, group.end + shift
        if not begun:
            raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")

    def _pictures(
        self, reader: SegmentReader, path: PurePosixPath, group: Group
    ) -> Iterator[CoveredUnit]:
        """The group covered; how its pictures are coded is remembered for init segments."""
        size = self._size(reader)
        for unit in self._covering.film(reader, path, group):
            with self._lock:
                self._codings.setdefault(size, config_of_unit(unit))
            yield unit

    def _coding(self, reader: SegmentReader) -> CodecConfig | None:
        """How the file's pictures are coded when covered; None while that is not known."""
        with self._lock:
            return self._codings.get(self._size(reader))

    def _learn(self, reader: SegmentReader) -> CodecConfig:
        """Covers the file's first key frame to know how."""
        for fragment in reader.fragments():
            if fragment.key:
                unit = self._covering.sample(reader, picture_group(reader, (fragment,), 0))
                with self._lock:
                    return self._codings.setdefault(self._size(reader), config_of_unit(unit))
        raise Error(Kind.NOT_FOUND, "this camera has no such recording")

    def _size(self, reader: SegmentReader) -> tuple[int, int, int]:
        header = reader.header
        most_height = self._covering.recipe_for(header.camera_id).most_height
        return header.width, header.height, most_height

    @contextmanager
    def _opened(self, camera_id: str, path: PurePosixPath) -> Iterator[SegmentReader]:
        with SegmentReader.open(self._root / path, self._keys) as reader:
            check_asked(reader.header, camera_id, path)
            one_thing = self.rendition is Rendition.ONE_THING
            if one_thing and reader.header.stream is not StreamKind.MAIN:
                # It was looked for there, and a sub-stream may show another part of the place.
                raise Error(Kind.UNAVAILABLE, "one thing alone is shown in the main stream")
            yield reader


def _picture(reader: SegmentReader, moment: Moment) -> Group:
    """The moment's key frame alone, after the group of pictures before it."""
    strip, entry = moment
    source = source_of(strip.items, strip.items.index(entry))
    offset = entry.offset if source is None else strip.items[source].offset
    fragments, lead = fragments_in(reader, offset, entry.offset, entry.offset + entry.size)
    return picture_group(reader, fragments, lead)
