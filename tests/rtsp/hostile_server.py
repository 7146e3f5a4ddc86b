"""A server on loopback whose every answer a test writes, to behave as no camera should."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rtp_packets import PAYLOAD_TYPE

from farola.rtsp import Target

SDP = (
    "v=0\r\ns=-\r\na=control:*\r\n"
    f"m=video 0 RTP/AVP {PAYLOAD_TYPE}\r\na=rtpmap:{PAYLOAD_TYPE} H264/90000\r\na=control:1\r\n"
)

Answer = Callable[["Peer", str, str], Awaitable[None]]


@dataclass
class Peer:
    """One connection as the server sees it; `requests` are the methods received."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    async def read_request(self) -> tuple[str, str]:
        """(method, whole head); interleaved packets of the client are passed over."""
        while True:
            first = await self.reader.readexactly(1)
            if first != b"$":
                break
            head = await self.reader.readexactly(3)
            await self.reader.readexactly(int.from_bytes(head[1:]))
        text = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
        method = text.split(" ", 1)[0]
        self.requests.append(method)
        self.heads.append(text)
        return method, text

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(
        self, head: str, status: str = "200 OK", body: str = "", **headers: str
    ) -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {field_of(head, 'CSeq')}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        await self.send(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def field_of(head: str, name: str) -> str:
    lines = [line.partition(":") for line in head.split("\r\n")]
    return next((value.strip() for key, _, value in lines if key.lower() == name.lower()), "")


async def behave(peer: Peer, method: str, head: str) -> None:
    """Answer as a camera does, up to and including PLAY."""
    if method == "DESCRIBE":
        await peer.reply(head, body=SDP, Content_Type="application/sdp")
    elif method == "SETUP":
        transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
        await peer.reply(head, Session="abc;timeout=60", Transport=transport)
    elif method == "OPTIONS":
        await peer.reply(head, Public="OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN")
    else:
        await peer.reply(head, Session="abc")


@asynccontextmanager
async def serving(
    *,
    answer: Answer = behave,
    greet: bytes = b"",
    after_play: Callable[[Peer], Awaitable[None]] | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[Target, list[Peer]]]:
    """Serve until the block ends. `after_play` runs once PLAY is answered, then the server only
    goes on answering if it returns."""
    peers: list[Peer] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        peer = Peer(reader, writer)
        peers.append(peer)
        try:
            if greet:
                await peer.send(greet)
            while True:
                method, head = await peer.read_request()
                await answer(peer, method, head)
                if method == "PLAY" and after_play is not None:
                    await after_play(peer)
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    scheme = "rtsps" if tls is not None else "rtsp"
    target = Target(
        f"{scheme}://127.0.0.1:{port}/street",
        "127.0.0.1",
        port,
        tls=tls is not None,
        tls_verify=False,
    )
    try:
        yield target, peers
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
