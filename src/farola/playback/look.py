"""Recorded pictures for who only looks at them: a rule that is tried, never a viewer."""

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from farola.base import Error, Kind, get_logger
from farola.model import CoverJob, Recipe, Span, StreamKind
from farola.playback.batches import batches, smaller
from farola.playback.footage import check_asked
from farola.playback.group import fragments_in, read_group
from farola.playback.parts import cut_covered
from farola.playback.shelf import Recorded, Shelf
from farola.playback.strip import choose
from farola.store import Keys, SegmentReader

_log = get_logger("playback")


class Look(NamedTuple):
    """A job with `look`, what tells the wall time (UTC microseconds) of a picture's media ticks,
    whether it follows the job before without a break, and the run that it is of.
    """

    job: CoverJob
    wall_of: Callable[[int], int]
    joined: bool
    run_id: str


class RecordedLook:
    """Reads what was recorded as jobs that give no picture back. Threads may share it."""

    def __init__(self, recorded: Recorded, keys: Keys, root: Path, *, rate: float) -> None:
        self._shelf = Shelf(recorded, root, cut_covered)
        self._keys = keys
        self._root = root
        self._rate = rate

    def jobs(self, camera_id: str, stream: StreamKind, span: Span) -> Iterator[Look]:
        """The span's recorded groups in order; damaged ones are left out. Blocks on the disk.

        Raises NOT_FOUND when nothing was recorded, and the store's and the keys' errors.
        """
        rows = list(batches(choose(self._shelf.fragments(camera_id, stream, span), span)))[::-1]
        if not rows:
            raise Error(Kind.NOT_FOUND, "nothing was recorded in this span")
        broken = False
        while rows:
            batch = rows.pop()
            path = PurePosixPath(batch.path)
            with SegmentReader.open(self._root / path, self._keys) as reader:
                check_asked(reader.header, camera_id, path)
                try:
                    found = fragments_in(reader, batch.source, batch.first, batch.end)
                    group = read_group(reader, *found, until_us=span.end_us, trail=0)
                except Error as error:
                    if error.kind not in {Kind.FILE_DAMAGED, Kind.NOT_FOUND}:
                        raise
                    if error.kind is Kind.FILE_DAMAGED:
                        _log.warning("fragments left out", path=batch.path, offset=batch.first)
                        rows += smaller(batch)[::-1]
                    broken = True
                    continue
                header = reader.header
            job = CoverJob(
                camera_id=camera_id,
                codec=header.codec,
                parameter_sets=header.parameter_sets,
                units=group.units,
                recipe=Recipe(),
                rate=self._rate,
                lead=group.lead,
                look=True,
            )
            yield Look(job, group.wall_us, batch.joined and not broken, header.run_id)
            broken = False
