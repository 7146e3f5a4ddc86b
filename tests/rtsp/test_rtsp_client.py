"""The client's state machine, the watchdog and the reader's wheel, without any socket."""

import asyncio

import pytest

from farola.base import Error, Kind
from farola.rtsp import Limits, Reader, Target
from farola.rtsp.client import Client, Stage
from farola.rtsp.message import Headers, Request, Response
from farola.rtsp.rtp import DUPLICATE, LATE, Sequence, unwrap
from farola.rtsp.watchdog import REPORT_US, Watchdog

TARGET = Target("rtsp://h/cam", "h", 554, username="u", password="p")
SDP = b"v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:1\r\n"


def method_of(request: bytes) -> str:
    return request.split(b" ", 1)[0].decode()


def ok(request: bytes, *fields: tuple[str, str], status: int = 200, body: bytes = b"") -> Response:
    """An answer to the request last made."""
    lines = request.decode().split("\r\n")
    cseq = next(line.partition(": ")[2] for line in lines if line.startswith("CSeq"))
    return Response(status, "", Headers((("cseq", cseq), *fields)), body)


def playing(public: str = "OPTIONS, GET_PARAMETER", session: str = "7;timeout=30") -> Client:
    client = Client(TARGET)
    request = client.start()
    request = client.receive(ok(request, ("public", public)))
    assert method_of(request) == "DESCRIBE"
    assert client.receive(ok(request, body=SDP)) == b""
    assert client.stage is Stage.DESCRIBED
    client.receive(ok(client.setup(), ("session", session)))
    client.receive(ok(client.play()))
    assert client.stage is Stage.PLAYING
    return client


def test_the_session_is_named_in_every_later_request() -> None:
    client = playing()
    assert client.session_timeout_s == 30
    for request in (client.keep_alive(), client.teardown()):
        assert b"\r\nSession: 7\r\n" in request
    assert client.teardown() == b""


def test_credentials_never_stand_in_a_url_or_a_repr() -> None:
    assert "p" not in repr(TARGET).split("username", 1)[1].replace("port", "").replace("ip", "")
    client = Client(TARGET)
    request = client.start()
    challenge = ("www-authenticate", 'Digest realm="r", nonce="n"')
    again = client.receive(ok(request, challenge, status=401))
    assert b"Authorization: Digest" in again
    assert again.startswith(b"OPTIONS rtsp://h/cam RTSP/1.0")


def test_keep_alive_falls_back_to_what_the_camera_answers() -> None:
    client = playing()
    first = client.keep_alive()
    assert method_of(first) == "GET_PARAMETER"
    assert method_of(client.keep_alive()) == "OPTIONS"
    assert client.missed == 1
    client.receive(ok(client.keep_alive()))
    assert client.missed == 0
    client = playing()
    client.receive(ok(client.keep_alive(), status=501))
    assert method_of(client.keep_alive()) == "OPTIONS"
    assert method_of(playing(public="DESCRIBE").keep_alive()) == "OPTIONS"


def test_a_session_that_is_gone_ends_the_run() -> None:
    client = playing()
    with pytest.raises(Error) as error:
        client.receive(ok(client.keep_alive(), status=454))
    assert error.value.kind is Kind.CLOSED_BY_CAMERA


def test_a_new_nonce_while_playing_needs_no_stale_flag() -> None:
    client = playing()
    for nonce in ("a", "b"):
        challenge = ("www-authenticate", f'Digest realm="r", nonce="{nonce}"')
        again = client.receive(ok(client.keep_alive(), challenge, status=401))
        assert f'nonce="{nonce}"'.encode() in again
        client.receive(ok(again))


def test_answers_to_nothing_are_ignored() -> None:
    client = playing()
    assert client.receive(Response(500, "", Headers((("cseq", "99"),)))) == b""
    assert client.receive(Response(500, "", Headers((("cseq", "²"),)))) == b""
    assert client.receive(Response(500, "", Headers())) == b""


def test_a_camera_that_forgets_the_cseq_is_understood() -> None:
    client = Client(TARGET)
    client.start()
    assert method_of(client.receive(Response(200, "", Headers()))) == "DESCRIBE"


def test_requests_of_the_camera_cannot_inject_lines() -> None:
    client = playing()
    answer = client.receive(Request("OPTIONS", "*", Headers((("cseq", "x y"),))))
    assert b"CSeq" not in answer


def test_what_the_camera_names_cannot_break_a_request() -> None:
    client = Client(TARGET)
    challenge = ("www-authenticate", 'Digest realm="\x01", nonce="n"')
    with pytest.raises(Error) as error:
        client.receive(ok(client.start(), challenge, status=401))
    assert error.value.kind is Kind.PROTOCOL_VIOLATION


def test_the_watchdog_asks_for_keep_alives_and_reports() -> None:
    dog = Watchdog(Limits(), session_timeout_s=60)
    dog.start(0)
    wanted = []
    for second in range(1, 61):
        wishes = dog.check(second * 1_000_000, playing=True, packets=second, units=second)
        wanted += [(second, "keep")] * wishes.keep_alive + [(second, "report")] * wishes.report
    assert [at for at, what in wanted if what == "keep"] == [24, 48]
    reports = [at for at, what in wanted if what == "report"]
    assert reports == list(range(REPORT_US // 1_000_000, 61, REPORT_US // 1_000_000))


def test_the_watchdog_tells_a_stall_from_nonsense() -> None:
    for packets, kind in ((0, Kind.STALLED), (1, Kind.PROTOCOL_VIOLATION)):
        dog = Watchdog(Limits(), session_timeout_s=60)
        dog.start(0)
        for second in range(1, 11):
            dog.check(second * 1_000_000, playing=True, packets=packets * second, units=0)
        with pytest.raises(Error) as error:
            dog.check(11_000_000, playing=True, packets=packets * 11, units=0)
        assert error.value.kind is kind


def test_sequence_numbers() -> None:
    sequence = Sequence()
    assert [sequence.accept(n) for n in (65_534, 65_535, 0, 2, 1, 2, 3)] == [
        0, 0, 0, 1, LATE, DUPLICATE, 0,
    ]  # fmt: skip
    assert sequence.highest == 0x10003
    assert sequence.accept(40_000) == 1
    assert (sequence.lost, sequence.received) == (2, 6)
    assert sequence.accept(39_950) == DUPLICATE


@pytest.mark.parametrize("step", [1, -1, 3600, -7200, 0x7FFFFFFF, -0x80000000])
@pytest.mark.parametrize("ticks", [1 << 32, (1 << 32) + 0xFFFFFFF0, 5 << 32])
def test_time_stamps_unwrap_to_the_nearest(ticks: int, step: int) -> None:
    assert unwrap((ticks + step) & 0xFFFFFFFF, ticks) == ticks + step


class Visitor:
    def __init__(self, log: list["Visitor"]) -> None:
        self._log = log

    def fileno(self) -> int:
        return -1

    def visit(self, shared: memoryview) -> None:
        self._log.append(self)


async def test_the_reader_visits_everybody_in_turn() -> None:
    log: list[Visitor] = []
    reader = Reader(interval_us=8_000, shared_bytes=1_000)
    visitors = [Visitor(log) for _ in range(20)]
    for visitor in visitors:
        reader.add(visitor)
        reader.add(visitor)
    assert len(reader) == 20
    while len(log) < 200:
        await asyncio.sleep(0.001)
    counts = [log.count(visitor) for visitor in visitors]
    assert max(counts) - min(counts) <= 1
    for visitor in visitors:
        reader.remove(visitor)
        reader.remove(visitor)
    log.clear()
    await asyncio.sleep(0.03)
    assert log == []
    reader.add(visitors[0])
    while not log:
        await asyncio.sleep(0.001)
    reader.remove(visitors[0])
