"""Any bytes, cut anywhere: the result is the same, memory is bounded, and only Error is raised."""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rtp_packets import PAYLOAD_TYPE, Receiver, framed, frames, rtp

from farola.base import Error
from farola.rtsp.digest import Authorizer, parse_challenges, strongest
from farola.rtsp.incoming import MAX_GARBAGE, Incoming
from farola.rtsp.message import MAX_BODY, MAX_HEAD, Message, parse_message
from farola.rtsp.rtcp import parse_rtcp
from farola.rtsp.sdp import parse_sdp
from farola.rtsp.transport import parse_session, parse_transport

MOST_KEPT = MAX_HEAD + MAX_BODY


def outcome(data: bytes, cuts: list[int], codec: str = "h264") -> tuple[object, ...]:
    """Everything a stream makes of `data` when it is read in pieces that end at `cuts`."""
    receiver = Receiver(codec)
    messages: list[Message] = []
    reports: list[bytes] = []
    incoming = Incoming(
        receiver.depacketiser,
        channels=(0, 1),
        payload_type=PAYLOAD_TYPE,
        on_message=messages.append,
        on_rtcp=lambda view, start, end, _: reports.append(bytes(view[start:end])),
    )
    failed, rest, start = "", b"", 0
    for cut in [*sorted(cuts), len(data)]:
        piece = memoryview(rest + data[start:cut])
        start = cut
        try:
            rest = bytes(piece[incoming.feed(piece, 0, len(piece), 5) :])
        except Error as error:
            failed = error.kind.value
            break
        assert len(rest) < MOST_KEPT
    depacketiser, sequence = receiver.depacketiser, receiver.depacketiser.sequence
    if failed:
        # How far an error lets the reading come depends on the cuts; that it comes does not.
        return (failed, receiver.payloads, messages, reports)
    return (
        failed,
        receiver.payloads,
        receiver.units,
        messages,
        reports,
        bytes(depacketiser.buffer),
        (sequence.received, sequence.lost, sequence.duplicates, sequence.late, sequence.expected),
        (sequence.cycles, depacketiser.malformed, incoming.skipped_bytes, depacketiser.ticks),
        rest,
    )


SPS = bytes.fromhex("674d401f965200f0087d8088")
PPS = bytes.fromhex("68ea8f2c")
nal_units = st.one_of(
    st.just(SPS),
    st.just(PPS),
    st.binary(min_size=1, max_size=40).map(lambda tail: b"\x41" + tail),
    st.binary(min_size=1, max_size=40).map(lambda tail: b"\x65" + tail * 60),
)
pictures = st.lists(st.lists(nal_units, min_size=1, max_size=4), min_size=1, max_size=6)
MESSAGES = (
    b"RTSP/1.0 200 OK\r\nCSeq: 4\r\nContent-Length: 5\r\n\r\n$\0\0\4x",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"\r\n",
)


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """A camera's stream: pictures with losses, repeats, reports, messages and garbage in it."""
    sequence, parts = draw(st.sampled_from([0, 65_530])), []
    for index, nals in enumerate(draw(pictures)):
        packets = frames(nals, sequence, index * 3600, size=draw(st.sampled_from([30, 700])))
        sequence += len(packets)
        parts += packets
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(parts) - 1))
        action = draw(st.sampled_from(["drop", "repeat", "swap", "message", "report", "noise"]))
        if action == "drop" and len(parts) > 1:
            del parts[at]
        elif action == "repeat":
            parts.insert(at, parts[at])
        elif action == "swap":
            parts[at], parts[-1] = parts[-1], parts[at]
        elif action == "message":
            parts.insert(at, draw(st.sampled_from(MESSAGES)))
        elif action == "report":
            parts.insert(at, framed(pack(">BBHI", 0x80, 201, 1, 7), channel=1))
        elif action == "noise":
            parts.insert(at, draw(st.binary(min_size=1, max_size=60)))
    return b"".join(parts)


@settings(max_examples=400, deadline=None)
@given(streams(), st.data())
def test_cuts_change_nothing(data: bytes, draw: st.DataObject) -> None:
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=12))
    assert outcome(data, cuts) == outcome(data, [])


@settings(max_examples=60, deadline=None)
@given(streams())
def test_one_byte_at_a_time_changes_nothing(data: bytes) -> None:
    data = data[:3_000]
    assert outcome(data, list(range(len(data)))) == outcome(data, [])


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.binary(max_size=80).map(framed),
            st.tuples(st.integers(0, 65_535), st.binary(max_size=60), st.booleans()).map(
                lambda t: framed(rtp(t[0], t[0], t[1], marker=t[2]))
            ),
        ),
        max_size=12,
    ).map(b"".join),
    st.sampled_from(["h264", "h265"]),
    st.data(),
)
def test_noise_is_survived_and_cuts_change_nothing(
    data: bytes, codec: str, draw: st.DataObject
) -> None:
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=12))
    assert outcome(data, cuts, codec) == outcome(data, [], codec)


def test_garbage_without_end_is_given_up() -> None:
    assert outcome(b"\xff" * (MAX_GARBAGE + 1), [])[0] == "protocol_violation"
    assert outcome(b"\xff" * (MAX_GARBAGE + 1), list(range(0, MAX_GARBAGE, 999)))[0] != ""
    assert outcome(b"$\0\0\1" * MAX_GARBAGE, [])[0] == "protocol_violation"


def test_garbage_between_packets_costs_only_itself() -> None:
    one, two = frames([b"\x41\x9a123"], 0, 0), frames([b"\x41\x9a456"], 1, 3600)
    data = b"".join(one) + b"!$\0\0\x20noise$\0" + b"".join(two)
    failed, payloads, *_ = outcome(data, [])
    assert failed == ""
    assert payloads == [b"\0\0\0\5\x41\x9a123", b"\0\0\0\5\x41\x9a456"]


def attempt(function: object, *values: object, **named: object) -> None:
    """Call a parser: whatever comes in, only Error may come out."""
    assert callable(function)
    try:
        function(*values, **named)
    except Error:
        return


text_like = st.text(
    st.sampled_from("Digest Basic realm=\"nonce\\,; \tqop'=auth-MD5SHA256/0123456789\r\n\xff"),
    max_size=200,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), text_like.map(lambda text: text.encode())))
def test_parsers_raise_nothing_but_error(data: bytes) -> None:
    attempt(parse_message, data, 0, len(data))
    attempt(parse_message, b"RTSP/1.0 200 OK\r\n" + data + b"\r\n\r\n", 0, len(data) + 21)
    attempt(parse_sdp, data, request_url="rtsp://h/", content_base=data.decode("latin-1"))
    attempt(parse_rtcp, data, 0, len(data))
    text = data.decode("latin-1")
    attempt(parse_session, text)
    attempt(parse_transport, text, asked=(0, 1))
    best = strongest(parse_challenges([text]))
    if best is not None:
        Authorizer(best, "u", "p").authorization("PLAY", "rtsp://h/")


sdp_lines = st.lists(
    st.one_of(
        st.sampled_from(
            ["m=video 0 RTP/AVP 96 97", "a=rtpmap:96 H264/90000", "a=rtpmap:97 H265/90000", "a="]
        ),
        st.text(max_size=40).map(lambda text: "a=fmtp:96 " + text),
        st.text(max_size=40).map(lambda text: "a=control:" + text),
        st.text(max_size=40).map(lambda text: "a=fmtp:97 sprop-sps=" + text),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(sdp_lines)
def test_descriptions_raise_nothing_but_error(lines: list[str]) -> None:
    body = "\n".join(["v=0", *lines]).encode()
    attempt(parse_sdp, body, request_url="rtsp://h/", content_base=None)


@pytest.mark.parametrize(
    "text", ["Digest " + 'a="' * 50_000, "Digest " * 9_000, "=," * 60_000, "A" * 60_000]
)
def test_long_challenges_take_no_long_time(text: str) -> None:
    assert len(parse_challenges([text] * 4)) <= 16
