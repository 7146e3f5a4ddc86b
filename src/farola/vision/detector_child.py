"""A detector process as the service sees it: started, written to, listened to, ended."""

import asyncio
import socket
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.model import Detection
from farola.vision.detector_wire import Look, Message, receive, send
from farola.vision.frames import Picture


@dataclass(slots=True, eq=False)
class Asked:
    """A picture that somebody waits for; `found` once the detector has answered."""

    lane: str
    picture: Picture
    asked_us: int
    result: asyncio.Future[Sequence[Detection] | Kind]
    sent_us: int = 0
    found: Sequence[Detection] | None = None


class DetectorChild:
    """One detector process and what it was asked.

    `believed` once it has seen the people of the probe; `proved` keeps that after a fault.
    `looking` are the pictures by request that it has not answered, `rings` the numbers of those
    that it has. `fault` is what ended it, and `gone` is set with it.
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
        self._requests = 0
        self._lanes: defaultdict[str, deque[Asked]] = defaultdict(deque)
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

    def look(self, asked: Asked, ring: int, size: tuple[int, int]) -> None:
        """Asks for a picture that lies in `ring` and fills `size` of its slot."""
        self._requests += 1
        self.looking[self._requests] = asked
        self._lanes[asked.lane].append(asked)
        self.send(Look(self._requests, ring, asked.picture.slot, *size))

    def answered(self, request: int, found: Sequence[Detection]) -> list[Asked]:
        """Takes an answer; returns what can be told now: a lane hears its answers in the order in
        which it asked, though its pictures are looked at side by side. Raises KeyError.
        """
        asked = self.looking.pop(request)
        asked.found = found
        lane = self._lanes[asked.lane]
        told = []
        while lane and lane[0].found is not None:
            told.append(lane.popleft())
        if not lane:
            del self._lanes[asked.lane]
        return told

    def left(self) -> list[Asked]:
        """What was not told, in order."""
        return [asked for lane in self._lanes.values() for asked in lane]

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
