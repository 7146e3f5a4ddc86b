"""Cameras that misbehave while they play: the run ends with its word, or goes on and counts."""

import asyncio
from collections.abc import Awaitable, Callable
from struct import pack

import pytest
import uvloop
from hostile_server import Peer, behave, field_of, serving
from rtp_packets import SSRC, framed, frames, rtp

from farola.base import Error, Kind, SystemClock
from farola.rtsp import AccessUnit, Counters, Limits, Reader, SenderReport, connect

KEY = b"\x65\x88" + bytes(range(200)) * 20
SLICE = b"\x41\x9a" + bytes(range(100))
GOODBYE = framed(pack(">BBHI", 0x81, 203, 1, SSRC), channel=1)
LIMITS = Limits(handshake_us=500_000, stall_us=400_000, teardown_us=200_000, unit_bytes=300_000)

AfterPlay = Callable[[Peer], Awaitable[None]]


class Played:
    """What a stream delivered and why it ended."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self.kind: Kind | None = None
        self.message = ""
        self.counters: Counters | None = None
        self.report: SenderReport | None = None
        self.requests: list[str] = []
        self.heads: list[str] = []


async def play(after_play: AfterPlay, *, eager: bool = True, limits: Limits = LIMITS) -> Played:
    played = Played()
    async with serving(after_play=after_play) as (target, peers):
        reader = Reader(interval_us=40_000)
        stream = await connect(target, limits=limits, clock=SystemClock(), reader=reader)
        stream.watch(eager)
        try:
            await asyncio.wait_for(stream.play(played.units.append), 20)
        except Error as error:
            played.kind, played.message = error.kind, error.message
        finally:
            await stream.close()
        played.counters, played.report = stream.counters, stream.sender_report
        played.requests, played.heads = peers[0].requests, peers[0].heads
        assert len(reader) == 0
    return played


def sending(*data: bytes, then_wait: bool = True) -> AfterPlay:
    async def send(peer: Peer) -> None:
        for part in data:
            await peer.send(part)
        if not then_wait:
            peer.writer.close()

    return send


def pictures(count: int, sequence: int = 0, stamp: int = 0) -> list[bytes]:
    out: list[bytes] = []
    for index in range(count):
        out += frames([SLICE], sequence + len(out), stamp + index * 3600)
    return out


@pytest.mark.parametrize("eager", [False, True])
async def test_a_close_in_the_middle(eager: bool) -> None:
    whole = b"".join(frames([KEY], 0, 0) + frames([KEY], 5, 3600))
    played = await play(sending(whole[:-50], then_wait=False), eager=eager)
    assert played.kind is Kind.CLOSED_BY_CAMERA
    assert [unit.damaged for unit in played.units] == [False, True]
    assert [unit.key for unit in played.units] == [True, True]


async def test_a_goodbye_ends_the_run() -> None:
    played = await play(sending(*pictures(3), GOODBYE))
    assert played.kind is Kind.CLOSED_BY_CAMERA
    assert len(played.units) == 3


async def test_silence_is_a_stall() -> None:
    played = await play(sending(*pictures(3)), eager=False)
    assert played.kind is Kind.STALLED
    assert len(played.units) == 3


async def test_packets_that_make_no_picture() -> None:
    async def never(peer: Peer) -> None:
        for number in range(10_000):
            await peer.send(framed(rtp(number, 0, b"\x7c\x05middle of nothing")))
            await asyncio.sleep(0.005)

    assert (await play(never)).kind is Kind.PROTOCOL_VIOLATION


async def test_a_picture_without_end() -> None:
    async def endless(peer: Peer) -> None:
        await peer.send(framed(rtp(0, 0, b"\x7c\x85" + bytes(1_000))))
        for number in range(1, 100_000):
            await peer.send(framed(rtp(number, 0, b"\x7c\x05" + bytes(1_000))))

    played = await play(endless)
    assert played.kind is Kind.PROTOCOL_VIOLATION
    assert "larger" in played.message


@pytest.mark.parametrize(
    "noise", [b"\xff\x00\x24\x00" * 40_000, b"RTSP/1.0 200 OK\r\n" + b"A" * 40_000]
)
async def test_noise_without_end(noise: bytes) -> None:
    played = await play(sending(*pictures(2), noise))
    assert played.kind is Kind.PROTOCOL_VIOLATION
    assert len(played.units) == 2


async def test_noise_between_packets_is_passed_over() -> None:
    parts = pictures(4)
    played = await play(sending(parts[0], b"\xffnoise\x24\x00", *parts[1:], GOODBYE))
    assert len(played.units) == 4
    assert played.counters is not None
    assert played.counters.skipped_bytes == 8


async def test_wraps_duplicates_and_swaps() -> None:
    parts = pictures(8, sequence=65_533, stamp=0xFFFFFFFF - 7200)
    parts[5], parts[6] = parts[6], parts[5]
    played = await play(sending(*parts, parts[-1], GOODBYE))
    assert played.kind is Kind.CLOSED_BY_CAMERA
    ticks = [unit.ticks - played.units[0].ticks for unit in played.units]
    assert ticks == [3600 * index for index in (0, 1, 2, 3, 4, 6, 7)]
    counters = played.counters
    assert counters is not None
    assert (counters.lost, counters.reordered, counters.duplicates) == (1, 1, 1)


async def test_a_jump_of_the_sequence_is_one_loss() -> None:
    played = await play(sending(*pictures(2), *pictures(2, sequence=30_000, stamp=7200), GOODBYE))
    assert [unit.lost for unit in played.units] == [0, 0, 1, 0]


async def test_a_sender_report_is_kept_even_if_it_comes_first() -> None:
    now_ntp = (1_800_000_000 + 2_208_988_800) << 32
    report = pack(">BBHIQIII", 0x80, 200, 6, SSRC, now_ntp, 3600, 1, 1)
    played = await play(sending(framed(report, channel=1), *pictures(2), GOODBYE))
    assert played.report is not None
    assert played.report.ntp_us == 1_800_000_000_000_000
    assert played.report.ticks == played.units[1].ticks


async def test_other_channels_are_passed_over() -> None:
    parts = pictures(2)
    played = await play(sending(parts[0], framed(bytes(900), channel=7), parts[1], GOODBYE))
    assert len(played.units) == 2


async def test_requests_of_the_camera_are_answered() -> None:
    async def ask(peer: Peer) -> None:
        for number, method in enumerate(["OPTIONS", "GET_PARAMETER", "ANNOUNCE", "SET_PARAMETER"]):
            await peer.send(f"{method} rtsp://c/ RTSP/1.0\r\nCSeq: {number}\r\n\r\n".encode())
            answers.append((await peer.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n"))
        await peer.send(b"".join(pictures(1)) + GOODBYE)

    answers: list[list[str]] = []
    assert (await play(ask)).kind is Kind.CLOSED_BY_CAMERA
    assert [answer[0].split()[1] for answer in answers] == ["200", "200", "501", "501"]
    assert [answer[1] for answer in answers] == [f"CSeq: {number}" for number in range(4)]


async def test_a_redirect_is_not_followed() -> None:
    request = b"REDIRECT rtsp://c/ RTSP/1.0\r\nCSeq: 1\r\nLocation: rtsp://10.0.0.1/\r\n\r\n"
    assert (await play(sending(*pictures(1), request))).kind is Kind.CLOSED_BY_CAMERA


@pytest.mark.parametrize(
    ("refusing", "kind"), [(True, Kind.CAMERA_REFUSED), (False, Kind.TIMED_OUT)]
)
async def test_play_refused_or_unanswered(refusing: bool, kind: Kind) -> None:
    async def refuse(peer: Peer, method: str, head: str) -> None:
        if method != "PLAY":
            await behave(peer, method, head)
        elif refusing:
            await peer.reply(head, "455 Method Not Valid in This State")

    limits = Limits(handshake_us=300_000, stall_us=600_000, teardown_us=100_000)
    async with serving(answer=refuse) as (target, _):
        reader = Reader(interval_us=20_000)
        stream = await connect(target, limits=limits, clock=SystemClock(), reader=reader)
        with pytest.raises(Error) as error:
            await asyncio.wait_for(stream.play(lambda _: None), 20)
        await stream.close()
        assert error.value.kind is kind


async def test_teardown_reaches_a_camera_that_is_still_sending() -> None:
    async def flood(peer: Peer) -> None:
        await peer.send(b"".join(pictures(2_000)))

    async with serving(after_play=flood) as (target, peers):
        stream = await connect(target, limits=LIMITS, clock=SystemClock(), reader=Reader())

        def enough(unit: AccessUnit) -> None:
            raise Error(Kind.RECORDER_STOPPED, "enough")

        with pytest.raises(Error, match="enough"):
            await asyncio.wait_for(stream.play(enough), 20)
        await stream.close()
        await stream.close()
        assert peers[0].requests[-1] == "TEARDOWN"
        assert field_of(peers[0].heads[-1], "Session") == "abc"


async def test_closing_a_playing_stream_ends_play() -> None:
    async with serving(after_play=sending(*pictures(2))) as (target, _):
        stream = await connect(target, limits=LIMITS, clock=SystemClock(), reader=Reader())
        playing = asyncio.create_task(stream.play(lambda _: None))
        await asyncio.sleep(0)
        await stream.close()
        with pytest.raises(Error) as error:
            await playing
        assert error.value.kind is Kind.RECORDER_STOPPED


async def test_a_bug_in_the_consumer_is_raised_by_play() -> None:
    async with serving(after_play=sending(*pictures(2))) as (target, _):
        reader = Reader(interval_us=20_000)
        stream = await connect(target, limits=LIMITS, clock=SystemClock(), reader=reader)
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(stream.play(lambda unit: print(1 // unit.lost)), 20)
        await stream.close()


def test_all_of_it_on_uvloop() -> None:
    async def run() -> None:
        for eager in (False, True):
            played = await play(
                sending(*pictures(5), *frames([KEY], 5, 90_000), GOODBYE), eager=eager
            )
            assert played.kind is Kind.CLOSED_BY_CAMERA
            assert [unit.key for unit in played.units] == [False] * 5 + [True]

    uvloop.run(run())
