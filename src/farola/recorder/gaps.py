"""Keeps one stream's gaps: every span that should have been recorded and was not."""

from collections.abc import Callable

from farola.base import Kind
from farola.model import Gap, StreamKind


class GapBook:
    """Fed with what reached the disk and with why nothing does; saves a `Gap` at each change.

    A gap is saved when it opens (without an end) and again when it closes; its start identifies it.
    """

    def __init__(
        self,
        camera_id: str,
        stream: StreamKind,
        save: Callable[[Gap], None],
        *,
        covered_until_us: int | None = None,
        open_gap: Gap | None = None,
    ) -> None:
        self.count = 0
        self._camera_id = camera_id
        self._stream = stream
        self._save = save
        self._until_us = covered_until_us
        self._open = open_gap

    @property
    def open_gap(self) -> Gap | None:
        """The gap that lasts now, if one does."""
        return self._open

    @property
    def covered_until_us(self) -> int | None:
        """Where the newest recording ends; None before the first."""
        return self._until_us

    def missing(self, reason: Kind, detail: str, now_us: int) -> None:
        """Nothing has reached the disk since the last fragment, for this reason."""
        if self._open is not None and self._open.reason is reason:
            return
        if self._open is not None:
            start_us = max(now_us, self._open.start_us)
            if start_us > self._open.start_us:
                self._close(start_us)
            else:  # same instant: the newer reason replaces the older
                self.count -= 1
        else:
            start_us = now_us if self._until_us is None else self._until_us
        self._open = Gap(self._camera_id, self._stream, start_us, None, reason, detail)
        self.count += 1
        self._save(self._open)

    def covered(self, start_us: int, end_us: int, hole: Kind | None = None) -> None:
        """A fragment with this span is on disk; `hole` says why pictures before it are missing."""
        if self._open is not None:
            self._close(max(start_us, self._open.start_us))
        elif hole is not None and self._until_us is not None and start_us > self._until_us:
            self.count += 1
            self._save(Gap(self._camera_id, self._stream, self._until_us, start_us, hole, ""))
        self._until_us = end_us

    def _close(self, end_us: int) -> None:
        gap = self._open
        assert gap is not None
        self._save(Gap(gap.camera_id, gap.stream, gap.start_us, end_us, gap.reason, gap.detail))
        self._open = None
