"""Decode times for streams that only carry presentation times, as RTP does."""

from itertools import pairwise


def decode_times(pts: list[int]) -> list[tuple[int, int]]:
    """(dts, cts) of each picture of a closed group, given in decode order; pts = dts + cts.

    The n-th picture decoded gets the n-th smallest presentation time, so that decode times grow
    and the first picture shown carries the first decode time. cts is signed (`trun` version 1):
    a picture shown before later-decoded ones keeps its own time and nothing is delayed. Equal
    times are spread by one tick, since no sample may last zero.
    """
    times: list[tuple[int, int]] = []
    previous = None
    for shown, dts in zip(pts, sorted(pts), strict=True):
        if previous is not None and dts <= previous:
            dts = previous + 1
        times.append((dts, shown - dts))
        previous = dts
    return times


class DecodeClock:
    """Decode times one picture at a time, for live sending, where the group's rest is unknown.

    Without reordering dts = pts. From the first picture on that is shown before an earlier one,
    decode times advance by the smallest frame distance seen, and meet the presentation times
    again at each key frame. They always grow.
    """

    __slots__ = ("_dts", "_newest", "_recent", "_reordered")

    def __init__(self) -> None:
        self._dts: int | None = None
        self._newest = 0
        self._reordered = False
        self._recent: list[int] = []

    def next(self, pts: int, key: bool) -> tuple[int, int]:
        """(dts, cts) of the next picture in decode order."""
        if self._dts is None:
            self._dts = self._newest = pts
            return pts, 0
        if pts < self._newest and not key:
            self._reordered = True
        dts = self._dts + self._distance() if self._reordered and not key else pts
        self._remember(pts)
        self._newest = max(self._newest, pts)
        self._dts = dts = max(dts, self._dts + 1)
        return dts, pts - dts

    def _remember(self, pts: int) -> None:
        self._recent.append(pts)
        if len(self._recent) > 8:
            del self._recent[0]

    def _distance(self) -> int:
        shown = sorted(self._recent)
        steps = [b - a for a, b in pairwise(shown) if b > a]
        return min(steps, default=1)
