"""A detector process as the service sees it: started, written to, listened to, ended."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.model import Detection
from farola.vision.detector_wire import Message, receive, send
from farola.vision.frames import Picture


@dataclass(slots=True, eq=False)
class Asked:
    """A picture that somebody waits for."""

    lane: str
    picture: Picture
    asked_us: int
    result: asyncio.Future[Sequence[Detection] | Kind]
    sent_us: int = 0


class DetectorChild:
    """One detector process and what it was asked.

    `believed` once it has seen the people of the probe; `proved` keeps that after a fault.
    `looking` are its pictures by request, `rings` the numbers of those that it has. `fault` is what
    ended it, and `gone` is set with it.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        connection: socket.socket,
        hear: Callable[["DetectorChild", Message], None],
    ) -> None:
        self.pid = process.pid
        self.ready = False
        self.believed = False
        self.proved = False
        self.looking: dict[int, Asked] = {}
        self.rings: set[int] = set()
        self.requests = 0
        self.fault: Error | None = None
        self.gone = asyncio.Event()
        self._process = process
        self._connection = connection
        self._hear = hear
        asyncio.get_running_loop().add_reader(connection.fileno(), self._read)

    @classmethod
    async def start(
        cls, command: Sequence[str], hear: Callable[["DetectorChild", Message], None]
    ) -> "DetectorChild":
        """Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    str(theirs.fileno()),
                    pass_fds=(theirs.fileno(),),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        return cls(process, ours, hear)

    def send(self, message: Message, descriptor: int | None = None) -> None:
        """A message that cannot be sent at once is as bad as one that is not answered."""
        if self.fault is not None:
            return
        try:
            send(self._connection, message, descriptor)
        except OSError as error:
            self.fail(Error(Kind.DETECTOR_FAILED, f"the detector cannot be reached: {error}"))

    def fail(self, fault: Error) -> None:
        """The first fault is the one that counts."""
        if self.fault is None:
            self.fault = fault
            self.believed = False
            self.gone.set()

    async def end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._connection.fileno())
        self._connection.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def _read(self) -> None:
        try:
            while (received := receive(self._connection)) is not None:
                self._hear(self, received[0])
                if self.fault is not None:
                    return
        except BlockingIOError:
            return
        except OSError as error:
            self.fail(Error(Kind.DETECTOR_FAILED, f"the detector cannot be heard: {error}"))
        except Error as error:
            self.fail(Error(Kind.DETECTOR_FAILED, error.message))
        else:
            self.fail(Error(Kind.DETECTOR_FAILED, "the detector process ended"))
