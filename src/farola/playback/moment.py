"""The key frame that shows an instant, and the newest one."""

from farola.base import Error, Kind
from farola.media import FragmentEntry
from farola.model import Span, StreamKind
from farola.playback.shelf import Shelf
from farola.playback.strip import Strip

_REACH_US = 10_000_000
_DAY_US = 86_400_000_000
# How far back the newest key frame is looked for, step by step: most cameras have one in the first.
_LOOK_BACK_US = (60_000_000, 3_600_000_000, _DAY_US, 8 * _DAY_US, 64 * _DAY_US, 512 * _DAY_US)

type Moment = tuple[Strip[FragmentEntry], FragmentEntry]
"""A fragment that begins with a key frame, and the strip that it is part of."""


def key_frame_near(shelf: Shelf, camera_id: str, stream: StreamKind, at_us: int) -> Moment:
    """The newest at or before `at_us`, else the first after it; NOT_FOUND beyond 10 s."""
    reach = Span(at_us - _REACH_US, at_us + _REACH_US + 1)
    near = [
        (strip, entry)
        for strip in shelf.fragments(camera_id, stream, reach)
        for entry in strip.items
        if entry.key and reach.start_us <= entry.start_us < reach.end_us
    ]
    if not near:
        raise Error(Kind.NOT_FOUND, "no key frame was recorded within 10 seconds")
    return min(near, key=lambda found: _distance(found, at_us))


def newest_key_frame(shelf: Shelf, camera_id: str, stream: StreamKind, now_us: int) -> Moment:
    """Raises NOT_FOUND when nothing was recorded."""
    for back_us in _LOOK_BACK_US:
        span = Span(max(0, now_us - back_us), now_us + _REACH_US)
        for strip in shelf.newest(camera_id, stream, span):
            keys = [entry for entry in strip.items if entry.key]
            if keys:
                return strip, keys[-1]
    raise Error(Kind.NOT_FOUND, "nothing was recorded")


def _distance(found: Moment, at_us: int) -> tuple[bool, int]:
    """Those at or before come first, then the nearest."""
    after_us = found[1].start_us - at_us
    return after_us > 0, abs(after_us)
