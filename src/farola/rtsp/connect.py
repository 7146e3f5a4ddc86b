"""Opening a stream, and asking a camera what it has."""

import asyncio
from dataclasses import dataclass

from farola.base import Clock, Error, Kind
from farola.rtsp.client import Client, Stage
from farola.rtsp.connection import Connection
from farola.rtsp.handshake import Handshake
from farola.rtsp.reader import Reader
from farola.rtsp.sdp import Description, Track
from farola.rtsp.stream import Stream
from farola.rtsp.target import Limits, Target


@dataclass(frozen=True, slots=True)
class Probe:
    """What a camera offers: the video that would be recorded and every track it names."""

    codec: str
    parameter_sets: tuple[bytes, ...]
    tracks: tuple[Track, ...]
    audio_offered: bool


async def connect(target: Target, *, limits: Limits, clock: Clock, reader: Reader) -> Stream:
    """The whole handshake up to and including SETUP; the stream plays when told to.

    Raises Error with the kind that tells why not: NAME_UNRESOLVED, CONNECTION_REFUSED, UNREACHABLE,
    TLS_FAILED, TIMED_OUT, NOT_RTSP, HTTP_NOT_RTSP, WRONG_PASSWORD, PATH_NOT_FOUND, CAMERA_REFUSED,
    NO_VIDEO, CODEC_UNSUPPORTED, PROTOCOL_VIOLATION, CLOSED_BY_CAMERA.
    """
    client = Client(target)
    connection, handshake = await _open(target, client, limits, setup=True)
    rest = bytes(handshake.rest)
    return Stream(connection, client, rest=rest, limits=limits, clock=clock, reader=reader)


async def probe(target: Target, *, limits: Limits) -> Probe:
    """Ask for the description and leave. Raises what `connect` raises."""
    client = Client(target)
    connection, _ = await _open(target, client, limits, setup=False)
    connection.close()
    described: Description = client.described
    video = described.video
    return Probe(video.codec, video.parameter_sets, described.tracks, described.audio_offered)


async def _open(
    target: Target, client: Client, limits: Limits, *, setup: bool
) -> tuple[Connection, Handshake]:
    connection = None
    try:
        async with asyncio.timeout(limits.handshake_us / 1_000_000):
            connection = await Connection.open(target, limits)
            handshake = Handshake(connection, client, limits)
            try:
                await handshake.run(client.start(), Stage.DESCRIBED)
            except Error as error:
                if error.kind is not Kind.CLOSED_BY_CAMERA or not client.challenged:
                    raise
                # Some cameras close the connection with their 401: sign in over another one.
                connection.close()
                connection = await Connection.open(target, limits)
                handshake = Handshake(connection, client, limits)
                await handshake.run(client.start_again(), Stage.DESCRIBED)
            if setup:
                await handshake.run(client.setup(), Stage.READY)
            return connection, handshake
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, TimeoutError):
            raise Error(
                Kind.TIMED_OUT, "the camera does not answer in time", stage=client.stage.value
            ) from error
        raise
