"""Every hour the newest checkpoint goes to the town's timestamp authority, where it has one.

Its token says when the checkpoint was there at the latest, by a clock that is not the town's.
"""

import asyncio

from farola.app.parts import Parts
from farola.app.publishing import write_whole
from farola.base import Error, Kind, ask_outside, disk_kind, get_logger
from farola.ledger import CHECKPOINT, QUERY, Question, load_roots
from farola.merkle import Checkpoint, Note
from farola.model import Alarm

_LOOK_SECONDS = 60.0
_HOUR_US = 3_600_000_000
_FOLDER = "timestamps"
_log = get_logger("ledger")


class Timestamps:
    """Belongs to the server's event loop. Raises CONFIG_INVALID for roots that cannot be read."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        settings = parts.settings.ledger
        self._url = settings.timestamp_url
        self._roots = load_roots(settings.timestamp_roots) if settings.timestamp_roots else []
        self._stamped = 0
        self._next_us = 0
        self._fault: Alarm | None = None

    def alarms(self) -> list[Alarm]:
        """What keeps checkpoints from being stamped."""
        return [self._fault] if self._fault else []

    async def run(self) -> None:
        """Until cancelled; without an authority nothing is done."""
        while True:
            if self._url is not None and self._parts.clock.monotonic_us() >= self._next_us:
                try:
                    await asyncio.to_thread(self.stamp)
                    self._next_us = self._parts.clock.monotonic_us() + _HOUR_US
                    self._fault = None
                except Error as error:
                    if self._fault is None:
                        _log.error("no timestamp", kind=error.kind, message=error.message)
                        now_us = self._parts.clock.wall_us()
                        self._fault = Alarm(error.kind, error.message, now_us)
            await asyncio.sleep(_LOOK_SECONDS)

    def stamp(self) -> int | None:
        """A token for the newest checkpoint; its size, or None where it has one already.

        An earlier token stays with what it is of until a new one is whole.

        Blocks. Raises UNREACHABLE, UNAVAILABLE for a token that is not right, the disk's.
        """
        assert self._url is not None
        folder = self._parts.settings.public_directory / "ledger"
        try:
            data = (folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Error(disk_kind(error), f"the checkpoint cannot be read: {error}") from error
        size = Checkpoint.parse(Note.parse(data.decode("utf-8")).text).size
        if size == self._stamped:
            return None
        question = Question.of(data)
        try:
            status, answer = ask_outside(self._url, question.query, {"content-type": QUERY})
        except Error as error:
            message = f"the timestamp authority cannot be reached: {error.message}"
            raise Error(Kind.UNREACHABLE, message) from error
        if status != 200:
            raise Error(Kind.UNAVAILABLE, f"the timestamp authority answered {status}")
        question.check(answer, self._roots)
        try:
            kept = folder / _FOLDER
            write_whole({kept / f"{size}.{CHECKPOINT}": data, kept / f"{size}.tsr": answer})
        except OSError as error:
            raise Error(disk_kind(error), f"the timestamp cannot be kept: {error}") from error
        self._stamped = size
        return size
