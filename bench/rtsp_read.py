"""What reading and depacketising costs per camera, over real sockets.

A second process sends N cameras of 1080p 25 fps 4 Mbit/s as RTSP cameras do (FU-A packets of 1400
bytes, a key frame every two seconds). This process connects to all of them with `farola.rtsp`,
waits until they run steadily, and then reports its own CPU time for each camera, the packets lost,
and the memory each camera takes.

    python bench/rtsp_read.py --cameras 40 --seconds 20
    python bench/rtsp_read.py --cameras 200 --seconds 20
    python bench/rtsp_read.py --cameras 40 --variant transport   # asyncio's, to compare
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import selectors
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import uvloop

from farola.base import Error, SystemClock
from farola.rtsp import AccessUnit, Limits, Reader, Stream, Target, connect

FRAME_RATE = 25
GOP = 50
BITS_PER_SECOND = 4_000_000
KEY_BYTES = 90_000
PAYLOAD = 1_388  # of a packet: 1400 with the RTP header


def make_gop() -> list[tuple[bytearray, list[int]]]:
    """Each frame of one GOP as interleaved packets, with the offsets of their RTP headers."""
    whole = BITS_PER_SECOND // 8 * GOP // FRAME_RATE
    other = (whole - KEY_BYTES) // (GOP - 1)
    frames = []
    for index in range(GOP):
        nal = bytes([0x65 if index == 0 else 0x41]) + b"\x88" + os.urandom(other - 2)
        if index == 0:
            nal += os.urandom(KEY_BYTES - other)
        frames.append(packetise(nal))
    return frames


def packetise(nal: bytes) -> tuple[bytearray, list[int]]:
    block, offsets = bytearray(), []
    room = PAYLOAD - 2
    parts = [nal[at : at + room] for at in range(1, len(nal), room)]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        header = nal[0] & 31 | (0x80 if index == 0 else 0) | (0x40 if last else 0)
        block += struct.pack(">BBH", 0x24, 0, 14 + len(part))
        offsets.append(len(block))
        block += struct.pack(">BBHIIBB", 0x80, 96 | last << 7, 0, 0, 0, nal[0] & 0xE0 | 28, header)
        block += part
    return block, offsets


@dataclass
class Camera:
    sock: socket.socket
    ssrc: int
    request: bytearray = field(default_factory=bytearray)
    playing: bool = False
    frame: int = 0
    sequence: int = 0
    due: float = 0.0
    unsent: bytearray = field(default_factory=bytearray)


SDP = b"v=0\r\ns=bench\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:0\r\n"


def answer(camera: Camera, request: bytes) -> None:
    method, *_ = request.split(b" ", 1)
    cseq = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"cseq"))
    head = b"RTSP/1.0 200 OK\r\n" + cseq + b"\r\nSession: 1;timeout=60\r\n"
    body = SDP if method == b"DESCRIBE" else b""
    if method == b"SETUP":
        head += b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    camera.sock.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    if method == b"PLAY":
        camera.playing = True


def serve(listener: socket.socket, cameras: int) -> None:
    """The sender's process: a plain selector loop with a clock."""
    gop = make_gop()
    open_cameras: list[Camera] = []
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select(0.002):
            if key.fileobj is listener:
                sock, _ = listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                camera = Camera(sock, ssrc=len(open_cameras) + 1)
                camera.frame = len(open_cameras) * 7 % GOP
                # Cameras of one city do not press the shutter in the same instant.
                camera.due = time.monotonic() + len(open_cameras) / cameras / FRAME_RATE
                open_cameras.append(camera)
                selector.register(sock, selectors.EVENT_READ, camera)
                continue
            camera = key.data
            data = camera.sock.recv(4096)
            if not data:
                return
            if data[0] == 0x24:
                continue
            camera.request += data
            while (end := camera.request.find(b"\r\n\r\n")) >= 0:
                answer(camera, bytes(camera.request[: end + 4]))
                del camera.request[: end + 4]
        now = time.monotonic()
        for camera in open_cameras:
            while camera.playing and camera.due <= now:
                send_frame(camera, *gop[camera.frame % GOP])


def send_frame(camera: Camera, block: bytearray, offsets: list[int]) -> None:
    stamp = camera.frame * 90_000 // FRAME_RATE & 0xFFFFFFFF
    for offset in offsets:
        struct.pack_into(">HII", block, offset + 2, camera.sequence & 0xFFFF, stamp, camera.ssrc)
        camera.sequence += 1
    camera.frame += 1
    camera.due += 1 / FRAME_RATE
    camera.sock.setblocking(False)
    try:
        if camera.unsent:
            del camera.unsent[: camera.sock.send(camera.unsent)]
        if len(camera.unsent) > 1 << 20:
            return  # As a camera does: drop the frame, which shows in the sequence.
        sent = 0 if camera.unsent else camera.sock.send(block)
        camera.unsent += memoryview(block)[sent:]
    except BlockingIOError:
        if len(camera.unsent) <= 1 << 20:
            camera.unsent += block
    finally:
        camera.sock.setblocking(True)


class Consumer:
    """Does what a recorder does with the buffer: a new one at every key frame."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def on_unit(self, unit: AccessUnit) -> None:
        if unit.key:
            stream = self.stream
            old = stream.buffer
            stream.buffer = old[unit.start :]


class Paced(asyncio.BufferedProtocol):
    """The variant that was turned down: a transport paused after each read and resumed on time."""

    def __init__(self, stream: Stream, shared: memoryview, interval_s: float) -> None:
        self._stream = stream
        self._shared = shared
        self._interval_s = interval_s
        self._rest = b""
        self._clock = SystemClock()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self._transport.write(self._stream._client.play())

    def get_buffer(self, sizehint: int) -> memoryview:
        kept = len(self._rest)
        self._shared[:kept] = self._rest
        return self._shared[kept:]

    def buffer_updated(self, nbytes: int) -> None:
        end = len(self._rest) + nbytes
        position = self._stream._incoming.feed(self._shared, 0, end, self._clock.wall_us())
        self._rest = bytes(self._shared[position:end])
        if self._interval_s:
            self._transport.pause_reading()
            loop = asyncio.get_running_loop()
            loop.call_later(self._interval_s, self._transport.resume_reading)


async def run_reader(port: int, arguments: argparse.Namespace) -> dict[str, float | int | str]:
    reader = Reader(interval_us=arguments.interval_ms * 1000)
    target = Target(f"rtsp://127.0.0.1:{port}/", "127.0.0.1", port)
    limits = Limits(receive_buffer=1 << 30) if arguments.kernel_tuned else Limits()
    base_kib = resident_kib()
    streams = []
    for _ in range(arguments.cameras):
        streams.append(await connect(target, limits=limits, clock=SystemClock(), reader=reader))
    tasks = []
    loop = asyncio.get_running_loop()
    shared = memoryview(bytearray(1 << 20))
    for stream in streams:
        consumer = Consumer(stream)
        if arguments.variant == "own":
            stream.watch(arguments.eager)
            tasks.append(asyncio.create_task(stream.play(consumer.on_unit)))
        else:
            stream._depacketiser.on_unit = consumer.on_unit
            interval_s = 0.0 if arguments.eager else arguments.interval_ms / 1000
            protocol = partial(Paced, stream, shared, interval_s)
            await loop.create_connection(protocol, sock=stream._connection._socket)
    await asyncio.sleep(arguments.warm_up)
    before, cpu, wall = totals(streams), cpu_seconds(), time.monotonic()
    await asyncio.sleep(arguments.seconds)
    after = totals(streams)
    cpu, wall = cpu_seconds() - cpu, time.monotonic() - wall
    memory_kib = resident_kib() - base_kib
    for task in tasks:
        if task.done():
            print("a stream ended:", task.exception(), file=sys.stderr)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    count = len(streams)
    return {
        "cameras": count,
        "variant": arguments.variant + (" eager" if arguments.eager else ""),
        "loop": arguments.loop,
        "interval_ms": arguments.interval_ms,
        "cpu_percent_per_camera": round(100 * cpu / wall / count, 4),
        "cpu_percent": round(100 * cpu / wall, 2),
        "packets_per_camera_second": round((after[0] - before[0]) / wall / count, 1),
        "frames_per_camera_second": round((after[1] - before[1]) / wall / count, 2),
        "megabit_per_camera": round((after[2] - before[2]) * 8e-6 / wall / count, 2),
        "lost": after[3],
        "kib_per_camera": round(memory_kib / count),
    }


def totals(streams: list[Stream]) -> tuple[int, int, int, int]:
    counters = [stream.counters for stream in streams]
    return (
        sum(item.packets for item in counters),
        sum(item.units for item in counters),
        sum(item.bytes for item in counters),
        sum(item.lost for item in counters),
    )


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_kib() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cameras", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm-up", type=float, default=5)
    parser.add_argument("--interval-ms", type=int, default=200)
    parser.add_argument("--eager", action="store_true", help="read at once, as for a live viewer")
    parser.add_argument(
        "--kernel-tuned",
        action="store_true",
        help="ask for more than any kernel grants, so that its own tuning sizes the buffers",
    )
    parser.add_argument("--variant", choices=("own", "transport"), default="own")
    parser.add_argument("--loop", choices=("uvloop", "asyncio"), default="uvloop")
    arguments = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = listener.getsockname()[1]
    context = multiprocessing.get_context("fork")
    sender = context.Process(target=serve, args=(listener, arguments.cameras), daemon=True)
    sender.start()
    listener.close()
    factory = uvloop.new_event_loop if arguments.loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        try:
            print(json.dumps(runner.run(run_reader(port, arguments)), indent=2))
        except Error as error:
            sys.exit(str(error))
        finally:
            sender.kill()


if __name__ == "__main__":
    main()
