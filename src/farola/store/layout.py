"""Where a segment file stands, and where it must end."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from farola.store.header import SegmentHeader

SUFFIX = ".fseg"
HOUR_US = 3_600_000_000
LONGEST_SEGMENT_US = 600_000_000


def segment_path(header: SegmentHeader) -> PurePosixPath:
    """Path below the segments' root: `camera/stream/2026-11-24/201500-7f3k9q2m-0003.fseg`.

    Day and time are UTC. Names begin with the time, so a directory listing is in order.
    """
    start = datetime.fromtimestamp(header.start_us // 1_000_000, UTC)
    run = header.run_id.rsplit("-", 1)[-1][:8]
    name = f"{start:%H%M%S}-{run}-{header.number:04d}{SUFFIX}"
    return PurePosixPath(header.camera_id, header.stream, f"{start:%Y-%m-%d}", name)


def segment_cut_us(start_us: int, longest_us: int = LONGEST_SEGMENT_US) -> int:
    """The UTC instant from which a fragment belongs to the next segment.

    Segments end with the UTC hour, because a data key does, and after `longest_us` at the latest,
    because range queries are bounded below by the longest segment.
    """
    hour_end = (start_us // HOUR_US + 1) * HOUR_US
    return min(hour_end, start_us + min(longest_us, LONGEST_SEGMENT_US))


def segment_files(root: Path) -> Iterator[PurePosixPath]:
    """Every segment file below `root`, relative to it, ordered by camera, stream, day and time.

    Symbolic links to directories are not followed, so that a walk ends and stays below the root.
    """
    for directory, names, files in os.walk(root):
        names.sort()
        here = Path(directory).relative_to(root)
        for name in sorted(files):
            if name.endswith(SUFFIX):
                yield PurePosixPath(here, name)
