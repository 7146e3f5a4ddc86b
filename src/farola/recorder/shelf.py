"""One stream's segment files: which file a fragment goes to, and what the catalogue hears of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from farola.base import Error, Kind
from farola.keys import DataKey
from farola.media import CodecConfig, FragmentEntry, pack_fragments, pack_samples, ticks_to_us
from farola.merkle import root_of
from farola.model import Gap, Run, Segment, StreamKind
from farola.recorder.cutter import Cut
from farola.recorder.gaps import GapBook
from farola.store import Fragment, SegmentHeader, SegmentWriter, Syncer, segment_cut_us

_ROW_EVERY_US = 60_000_000  # an open segment's row lags by at most this; its file never does


@dataclass(frozen=True, slots=True)
class PlacedCut:
    """A cut fragment with its place in wall time; `stepped` asks for a new segment."""

    run_id: str
    cut: Cut
    start_us: int
    stepped: bool
    camera_offset_us: int | None

    @property
    def end_us(self) -> int:
        """As everybody who reads the file computes it; the row must say the same."""
        return self.start_us + ticks_to_us(self.cut.duration)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What a segment began with. Not the fragment itself: its payload would stay in memory."""

    run_id: str
    config: CodecConfig
    start_us: int


class KeySource(Protocol):
    """Gives data keys; `farola.keys.Keystore` is one."""

    def data_key(self, camera_id: str, start_us: int, retention_class: str) -> DataKey: ...


class RowSink(Protocol):
    """Takes catalogue rows; `farola.recorder.rows.Rows` is one."""

    def run(self, run: Run) -> None: ...
    def segment(self, segment: Segment) -> None: ...
    def gap(self, gap: Gap) -> None: ...


class Shelf:
    """Appends one stream's fragments to segment files. Called from the writer's thread alone."""

    def __init__(
        self,
        root: Path,
        keys: KeySource,
        rows: RowSink,
        gaps: GapBook,
        camera_id: str,
        stream: StreamKind,
        segment_us: int,
        syncer: Syncer,
        retention_class: Callable[[], str],
    ) -> None:
        self.gaps = gaps
        self.bytes = 0
        self.newest_end_us: int | None = None
        self._root = root
        self._keys = keys
        self._rows = rows
        self._camera_id = camera_id
        self._stream = stream
        self._segment_us = segment_us
        self._syncer = syncer
        self._retention_class = retention_class
        self._writer: SegmentWriter | None = None
        self._entries: list[FragmentEntry] = []
        self._hashes: list[bytes] = []
        self._first: _Opening | None = None
        self._cut_us = 0
        self._number = 0
        self._end_us = 0
        self._row_saved_us = 0
        self._run: Run | None = None

    def append(self, placed: PlacedCut) -> None:
        """Puts one fragment on disk; an `Error` of the disk leaves all earlier ones whole."""
        if self._writer is not None and not self._fits(placed):
            self._close_segment()
        if self._writer is None:
            self._open_segment(placed)
        assert self._writer is not None
        cut = placed.cut
        try:
            written = self._writer.append(
                Fragment(
                    sequence=cut.sequence,
                    start_us=placed.start_us,
                    media_start=cut.media_start,
                    duration=cut.duration,
                    key=cut.key,
                    camera_offset_us=placed.camera_offset_us,
                    lost=cut.lost,
                    samples=pack_samples(cut.samples),
                    payload=cut.payload,
                    chunks=cut.chunks,
                )
            )
        except Error:
            self._close_segment()  # whatever befell this file, the next try begins another one
            raise
        entry = FragmentEntry(
            offset=written.offset,
            size=written.size,
            sequence=cut.sequence,
            start_us=placed.start_us,
            media_start=cut.media_start,
            duration=cut.duration,
            key=cut.key,
        )
        self._entries.append(entry)
        self._hashes.append(written.hash)
        self.bytes += entry.size
        self._end_us = placed.end_us
        self.newest_end_us = placed.end_us
        hole = (Kind.PACKETS_LOST if cut.lost else Kind.STALLED) if cut.after_hole else None
        self.gaps.covered(placed.start_us, placed.end_us, hole)
        self._note_run(placed)
        if len(self._entries) == 1 or placed.end_us - self._row_saved_us >= _ROW_EVERY_US:
            self._save_row(open_=True)

    def end_run(self, reason: Kind, end_us: int, camera_offset_us: int | None) -> None:
        """The connection ended: closes the file and the run."""
        self._close_segment()
        if self._run is not None:
            known = self._run.camera_offset_us
            self._rows.run(
                replace(
                    self._run,
                    end_us=max(end_us, self._run.start_us),
                    end_reason=reason,
                    camera_offset_us=known if camera_offset_us is None else camera_offset_us,
                )
            )
            self._run = None

    def _fits(self, placed: PlacedCut) -> bool:
        first = self._first
        assert first is not None
        return (
            not placed.stepped
            and placed.run_id == first.run_id
            and placed.cut.config == first.config
            and placed.start_us < self._cut_us
        )

    def _open_segment(self, placed: PlacedCut) -> None:
        config = placed.cut.config
        key = self._keys.data_key(self._camera_id, placed.start_us, self._retention_class())
        self._number = self._number + 1 if self._is_run(placed.run_id) else 0
        header = SegmentHeader(
            camera_id=self._camera_id,
            stream=self._stream,
            run_id=placed.run_id,
            number=self._number,
            start_us=placed.start_us,
            codec=config.codec.value,
            parameter_sets=config.parameter_sets,
            width=config.picture.width,
            height=config.picture.height,
            key_id=key.id,
            epoch=key.epoch,
            wrapped_key=key.wrapped,
        )
        self._writer = SegmentWriter.create(self._root, header, key.secret, self._syncer)
        self._entries, self._hashes = [], []
        self._first = _Opening(placed.run_id, config, placed.start_us)
        self._cut_us = segment_cut_us(placed.start_us, self._segment_us)

    def _close_segment(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            writer.close()
        finally:
            if self._entries:
                self._save_row(open_=False, writer=writer)
            self._entries, self._hashes = [], []
            self._first = None

    def _save_row(self, *, open_: bool, writer: SegmentWriter | None = None) -> None:
        writer = writer or self._writer
        first = self._first
        assert writer is not None
        assert first is not None
        last = self._entries[-1]
        config = first.config
        self._row_saved_us = self._end_us
        self._rows.segment(
            Segment(
                path=writer.path.as_posix(),
                camera_id=self._camera_id,
                stream=self._stream,
                run_id=first.run_id,
                codec=config.rfc6381,
                width=config.picture.width,
                height=config.picture.height,
                start_us=first.start_us,
                end_us=self._end_us,
                size=last.offset + last.size,
                open=open_,
                index=pack_fragments(self._entries),
                root=b"" if open_ else root_of(self._hashes),
            )
        )

    def _note_run(self, placed: PlacedCut) -> None:
        if self._run is not None and self._is_run(placed.run_id):
            if self._run.camera_offset_us is not None or placed.camera_offset_us is None:
                return
            start_us = self._run.start_us
        else:
            start_us = placed.start_us
        self._run = Run(
            id=placed.run_id,
            camera_id=self._camera_id,
            stream=self._stream,
            start_us=start_us,
            end_us=None,
            end_reason=None,
            camera_offset_us=placed.camera_offset_us,
        )
        self._rows.run(self._run)

    def _is_run(self, run_id: str) -> bool:
        return self._run is not None and self._run.id == run_id
