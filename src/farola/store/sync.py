"""When written bytes are forced to the disk: never on a fragment's path.

What each policy costs at a power cut stands in `docs/design/storage-format.md`.
"""

import contextlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from farola.base import Clock, Error, SystemClock
from farola.store.failures import write_error


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """`none`: the kernel decides; `segment`: when a segment is closed; `interval`: also every
    `interval_s` seconds while it is open.
    """

    mode: Literal["none", "segment", "interval"] = "segment"
    interval_s: int = 10


class OpenFile:
    """A segment file's descriptor and how far it is known to be on the disk."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path
        self.written = 0
        self.synced = 0
        self.failure: Error | None = None
        self._named = False

    def sync(self) -> None:
        """Force all that is written so far to the disk; blocks. Raises Error(DISK_FAILED).

        The directories come with the file's first sync: an entry for bytes that may be lost is
        worth nothing before. A failure stays: the kernel reports a lost page once and then calls
        it clean, so the next success would be a lie.
        """
        if self.failure:
            raise self.failure
        written = self.written
        if written == self.synced:
            return
        try:
            os.fdatasync(self.descriptor)
            if not self._named:
                for directory in self.path.parents[:4]:  # day, stream, camera, root
                    sync_directory(directory)
                self._named = True
        except OSError as error:
            self.failure = write_error(error, self.path)
            raise self.failure from error
        self.synced = written

    def close(self) -> None:
        with contextlib.suppress(OSError):  # close() reports what sync() has reported already
            os.close(self.descriptor)


def sync_directory(directory: Path) -> None:
    """Make the directory's entries durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Syncer:
    """One thread that syncs open segments and closes finished ones.

    A watched descriptor is closed by this thread alone, so that it is never reused under a running
    fdatasync. `on_error` is called from the thread with each failure; the writer also meets it at
    its next append.
    """

    def __init__(
        self,
        policy: SyncPolicy,
        on_error: Callable[[Error], None],
        clock: Clock | None = None,
    ) -> None:
        self._policy = policy
        self._on_error = on_error
        self._clock = clock or SystemClock()
        self._open: set[OpenFile] = set()
        self._retired: list[OpenFile] = []
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="farola-sync", daemon=True)
        self._thread.start()

    def watch(self, file: OpenFile) -> None:
        """Take part in the descriptor's life; `retire` must follow."""
        with self._changed:
            self._open.add(file)

    def retire(self, file: OpenFile) -> None:
        """Sync as the policy says, then close; returns at once."""
        with self._changed:
            self._open.discard(file)
            self._retired.append(file)
            self._changed.notify()

    def close(self) -> None:
        """Finish every retired file and stop; blocks until the disk has them."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        interval_us = self._policy.interval_s * 1_000_000
        periodic = self._policy.mode == "interval"
        due_us = self._clock.monotonic_us() + interval_us
        while True:
            with self._changed:
                if not self._retired and not self._stopping:
                    left_us = max(0, due_us - self._clock.monotonic_us())
                    self._changed.wait(left_us / 1_000_000 if periodic else None)
                retired, self._retired = self._retired, []
                if self._stopping and not retired:
                    return
                still_open = list(self._open)
            for file in retired:
                if self._policy.mode != "none" and os.fstat(file.descriptor).st_nlink:
                    self._sync(file)
                file.close()
            # Not a fixed sleep: segments that are retired all the time must not put it off.
            if periodic and self._clock.monotonic_us() >= due_us:
                for file in still_open:
                    self._sync(file)
                due_us = self._clock.monotonic_us() + interval_us

    def _sync(self, file: OpenFile) -> None:
        known = file.failure
        try:
            file.sync()
        except Error as error:
            if error is not known:
                self._on_error(error)
