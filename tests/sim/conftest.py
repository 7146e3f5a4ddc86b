"""A raw RTSP client for the simulator's tests: it sees every byte and mends nothing."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from farola.sim.clips import tiny_clip


@dataclass(frozen=True)
class Packet:
    """An RTP packet as it arrived; `at` is the loop's time in seconds."""

    sequence: int
    ticks: int
    ssrc: int
    marker: bool
    payload: bytes
    at: float

    @property
    def kind(self) -> int:
        """The H.264 NAL unit type, looked up inside an FU-A."""
        first = self.payload[0] & 31
        return self.payload[1] & 31 if first == 28 else first


@dataclass(frozen=True)
class Report:
    """A sender report: NTP seconds, RTP time, packets sent."""

    ntp_seconds: int
    ticks: int
    packets: int


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next(value for key, value in self.headers if key.lower() == name.lower())


class Client:
    def __init__(self, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.url = url
        self.reader, self.writer = reader, writer
        self.packets: list[Packet] = []
        self.reports: list[Report] = []
        self.channel = 0

    async def ask(self, method: str, url: str | None = None, **headers: str) -> Answer:
        lines = [f"{method} {url or self.url} RTSP/1.0", "CSeq: 7"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        while (answer := await self.read_one()) is None:
            pass
        return answer

    async def read_one(self) -> Answer | None:
        """Read one message: an answer is returned, an interleaved packet is kept."""
        first = await self.reader.readexactly(1)
        if first == b"$":
            channel, size = struct.unpack(">BH", await self.reader.readexactly(3))
            self._keep(channel, await self.reader.readexactly(size))
            return None
        head = first + await self.reader.readuntil(b"\r\n\r\n")
        status, *lines = head.decode().strip().split("\r\n")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        length = next((int(v) for name, v in headers if name == "Content-Length"), 0)
        body = await self.reader.readexactly(length)
        return Answer(int(status.split()[1]), headers, body)

    def _keep(self, channel: int, data: bytes) -> None:
        if channel == self.channel:
            _, marked, sequence, ticks, ssrc = struct.unpack(">BBHII", data[:12])
            at = asyncio.get_running_loop().time()
            self.packets.append(Packet(sequence, ticks, ssrc, marked > 127, data[12:], at))
        elif channel == self.channel + 1:
            assert data[1] == 200
            seconds, _, ticks, packets = struct.unpack(">IIII", data[8:24])
            self.reports.append(Report(seconds, ticks, packets))

    async def play(self) -> Answer:
        assert (await self.ask("DESCRIBE")).status == 200
        transport = f"RTP/AVP/TCP;unicast;interleaved={self.channel}-{self.channel + 1}"
        setup = await self.ask("SETUP", f"{self.url}/trackID=0", Transport=transport)
        self.session = setup.header("Session").split(";")[0]
        return await self.ask("PLAY", Session=self.session)

    async def read_all(self) -> list[Packet]:
        """Read until the simulator closes."""
        try:
            while True:
                await self.read_one()
        except asyncio.IncompleteReadError:
            return self.packets

    async def read_for(self, seconds: float) -> list[Packet]:
        try:
            async with asyncio.timeout(seconds):
                await self.read_all()
        except TimeoutError:
            pass
        return self.packets


Dial = Callable[[str], Awaitable[Client]]


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    clients: list[Client] = []

    async def connect(url: str) -> Client:
        parts = urlsplit(url)
        assert parts.hostname is not None
        client = Client(url, *await asyncio.open_connection(parts.hostname, parts.port))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.writer.transport.abort()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of H.264, 20 pictures, a key frame each quarter of a second."""
    return tiny_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", seconds=1, rate=20, group=5)


@pytest.fixture(scope="session")
def other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same at another size."""
    path = tmp_path_factory.mktemp("clips") / "other.mp4"
    return tiny_clip(path, seconds=1, rate=20, group=5, width=160, height=128)
