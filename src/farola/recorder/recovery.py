"""After a crash: what the files hold that the catalogue does not know yet.

Run before recording begins, it needs no hand: torn tails are cut, the rows of segments and runs are
written as their files say, gaps are made to fit them, and one begins where each recording ends.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from farola.base import Error, Kind, get_logger
from farola.media import Codec, CodecConfig, FragmentEntry, pack_fragments, ticks_to_us
from farola.merkle import root_of
from farola.model import Gap, Run, Segment, Span, StreamKind
from farola.recorder import untold
from farola.recorder.writer import StreamKey
from farola.store import Scan, recover, segment_files, stored_hashes

_DAY_US = 86_400_000_000
_log = get_logger("recorder")


class Recordings(untold.Recordings, Protocol):
    """What recovery needs of the catalogue."""

    def open_segments(self) -> list[Segment]: ...
    def open_gaps(self) -> list[Gap]: ...
    def newest_end_us(self, camera_id: str, stream: StreamKind) -> int | None: ...
    def save_segment(self, segment: Segment) -> None: ...
    def close_segment(self, path: str) -> None: ...
    def delete_segment(self, path: str) -> None: ...
    def run(self, run_id: str) -> Run | None: ...
    def begin_run(self, run: Run) -> None: ...
    def close_after_crash(
        self, now_us: int, camera_ids: Collection[str] | None = None
    ) -> list[Run]: ...


def recover_streams(
    root: Path, recordings: Recordings, keys: Collection[StreamKey], now_us: int
) -> int:
    """Recovers these streams' files into the catalogue; answers how many files were looked at.

    A camera's streams are recovered together. Raises CONFLICT while another recorder writes one of
    the files (it must end first), and DISK_READ_ONLY.
    """
    wanted = set(keys)
    paths = {
        PurePosixPath(segment.path)
        for segment in recordings.open_segments()
        if (segment.camera_id, segment.stream) in wanted
    }
    since: dict[StreamKey, int] = {}  # where the catalogue may be wrong about a stream's gaps
    for camera_id, stream in wanted:
        paths |= _unknown_files(root, recordings, camera_id, stream)
        newest_us = recordings.newest_end_us(camera_id, stream)
        if newest_us is not None:
            since[camera_id, stream] = newest_us
    for gap in recordings.open_gaps():
        _note(since, (gap.camera_id, gap.stream), gap.start_us)
    for path in sorted(paths):
        segment = _recover_file(root, path, recordings)
        if segment is not None:
            _note(since, (segment.camera_id, segment.stream), segment.start_us)
    for (camera_id, stream), since_us in since.items():
        if (camera_id, stream) in wanted:
            untold.mend_gaps(recordings, camera_id, stream, since_us, now_us)
    recordings.close_after_crash(now_us, {camera_id for camera_id, _ in wanted})
    if paths:
        _log.info("recovered after a crash", segments=len(paths))
    return len(paths)


def segment_row(path: PurePosixPath, found: Scan) -> Segment:
    """The catalogue row that a closed file stands for. Raises FILE_DAMAGED for an empty one."""
    if not found.fragments:
        raise Error(Kind.FILE_DAMAGED, "the segment holds no whole fragment", path=str(path))
    header = found.header
    config = CodecConfig.from_parameter_sets(Codec(header.codec), header.parameter_sets)
    last = found.fragments[-1]
    return Segment(
        path=path.as_posix(),
        camera_id=header.camera_id,
        stream=header.stream,
        run_id=header.run_id,
        codec=config.rfc6381,
        width=header.width,
        height=header.height,
        start_us=found.fragments[0].start_us,
        end_us=last.start_us + ticks_to_us(last.duration),
        size=found.end,
        open=False,
        index=pack_fragments(
            FragmentEntry(
                offset=each.offset,
                size=each.size,
                sequence=each.sequence,
                start_us=each.start_us,
                media_start=each.media_start,
                duration=each.duration,
                key=each.key,
            )
            for each in found.fragments
        ),
    )


def _unknown_files(
    root: Path, recordings: Recordings, camera_id: str, stream: StreamKind
) -> set[PurePosixPath]:
    """Files of the last known day and later that no row names: the crash was faster than it."""
    base = PurePosixPath(camera_id, stream)
    newest_us = recordings.newest_end_us(camera_id, stream)
    files = {base / each for each in segment_files(root / base)}
    if not files or newest_us is None:
        return files
    since_us = newest_us - _DAY_US
    known = {
        PurePosixPath(segment.path)
        for segment in recordings.segments(
            camera_id, stream, Span(since_us, newest_us + 366 * _DAY_US)
        )
    }
    # A day's directory is named by its segments' UTC day; an earlier one than the oldest known
    # path of the span can hold nothing newer.
    first = min((each.parent.name for each in known), default="")
    return {each for each in files - known if each.parent.name >= first}


def _note(since: dict[StreamKey, int], key: StreamKey, start_us: int) -> None:
    since[key] = min(since.get(key, start_us), start_us)


def _recover_file(root: Path, path: PurePosixPath, recordings: Recordings) -> Segment | None:
    """The file's row as it is now stored; None when nothing in it can be played."""
    try:
        found = recover(root / path)
        if found is None or not found.fragments:
            recordings.delete_segment(path.as_posix())
            return None
        hashes = stored_hashes(root / path, found.fragments)
        segment = replace(segment_row(path, found), root=root_of(hashes))
    except Error as error:
        if error.kind is Kind.CONFLICT:
            raise Error(
                Kind.CONFLICT, f"another recorder still writes {path}", path=str(path)
            ) from error
        if error.kind is Kind.DISK_READ_ONLY:
            raise  # the tail can be cut when the disk is mended, and what it holds be found
        _log.error("a segment cannot be recovered", path=str(path), message=error.message)
        recordings.close_segment(path.as_posix())
        return None
    if recordings.run(segment.run_id) is None:
        recordings.begin_run(
            Run(
                id=segment.run_id,
                camera_id=segment.camera_id,
                stream=segment.stream,
                start_us=segment.start_us,
                end_us=None,
                end_reason=None,
                camera_offset_us=found.fragments[-1].camera_offset_us,
            )
        )
    recordings.save_segment(segment)
    return segment
