"""Stops recording while the disk is nearly full, before a full disk stops everything else."""

import os
from pathlib import Path

from farola.base import Clock, Error, Kind

_ASK_EVERY_US = 1_000_000


class Room:
    """Knows how many bytes are free below `root`, asking once a second."""

    def __init__(self, root: Path, least_bytes: int, clock: Clock) -> None:
        self._root = root
        self._least_bytes = least_bytes
        self._clock = clock
        self._asked_us: int | None = None
        self._free = 0

    def check(self) -> None:
        """Raises DISK_FULL below the configured reserve, DISK_FAILED when the disk is gone."""
        now_us = self._clock.monotonic_us()
        if self._asked_us is None or now_us - self._asked_us >= _ASK_EVERY_US:
            try:
                found = os.statvfs(self._root)
            except OSError as error:
                raise Error(
                    Kind.DISK_FAILED, f"{self._root} cannot be read: {error.strerror}"
                ) from error
            self._free = found.f_bavail * found.f_frsize
            self._asked_us = now_us
        if self._free < self._least_bytes:
            raise Error(
                Kind.DISK_FULL,
                f"only {self._free // 1_000_000} MB are free, "
                f"{self._least_bytes // 1_000_000} MB are kept in reserve",
                free_bytes=self._free,
                least_bytes=self._least_bytes,
            )
