"""Session descriptions of cameras, and the URLs that their control attributes mean."""

from base64 import b64encode

import pytest

from farola.base import Error, Kind
from farola.rtsp.sdp import Description, parse_sdp, resolve_control

URL = "rtsp://10.0.0.7:554/cam"
SPS = bytes.fromhex("674d401f965200f0087d8088")
PPS = bytes.fromhex("68ea8f2c")
VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n"
AUDIO = "m=audio 0 RTP/AVP 0\r\na=control:trackID=2\r\n"


def parse(text: str, base: str | None = None) -> Description:
    return parse_sdp(b"v=0\r\n" + text.encode(), request_url=URL, content_base=base)


def test_the_first_video_is_chosen_and_audio_only_noted() -> None:
    sets = f"{b64encode(SPS).decode()},{b64encode(b'\0\0\0\1' + PPS).decode()}"
    fmtp = f"a=fmtp:96 packetization-mode=1; sprop-parameter-sets={sets}\r\n"
    described = parse(f"a=control:*\r\n{AUDIO}{VIDEO}{fmtp}{VIDEO}")
    assert described.control == URL
    assert described.video.codec == "h264"
    assert described.video.payload_type == 96
    assert described.video.control == f"{URL}/trackID=1"
    assert described.video.parameter_sets == (SPS, PPS)
    assert described.audio_offered
    assert [track.kind for track in described.tracks] == ["audio", "video", "video"]


def test_h265_sets_come_in_order_whatever_the_order_sent() -> None:
    vps, sps, pps = b"\x40\x01\x0c\x01", b"\x42\x01\x01\x01", b"\x44\x01\xc1\x72"
    names = {"sprop-pps": pps, "sprop-sps": sps, "sprop-vps": vps}
    fmtp = ";".join(f"{name}={b64encode(unit).decode()}" for name, unit in names.items())
    video = VIDEO.replace("H264", "h265")
    described = parse(f"{video}a=fmtp:96 {fmtp}\r\n")
    assert described.video.codec == "h265"
    assert described.video.parameter_sets == (vps, sps, pps)


@pytest.mark.parametrize("sets", ["", "!!!!", "Z01A", "é", "A" * 10_000, ",,,,"])
def test_useless_sets_are_left_out(sets: str) -> None:
    assert parse(f"{VIDEO}a=fmtp:96 sprop-parameter-sets={sets}\r\n").video.parameter_sets == ()


def test_an_unsupported_video_is_passed_over_for_a_later_one() -> None:
    jpeg = "m=video 0 RTP/AVP 26\r\na=control:trackID=0\r\n"
    assert parse(jpeg + VIDEO).video.control.endswith("trackID=1")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (AUDIO, Kind.NO_VIDEO),
        ("", Kind.NO_VIDEO),
        ("m=video 0 RTP/AVP 26\r\n", Kind.CODEC_UNSUPPORTED),
        (VIDEO.replace("H264", "AV1"), Kind.CODEC_UNSUPPORTED),
        (VIDEO.replace("90000", "8000"), Kind.CODEC_UNSUPPORTED),
        (VIDEO + "a=fmtp:96 packetization-mode=2\r\n", Kind.CODEC_UNSUPPORTED),
        (
            VIDEO.replace("H264", "H265") + "a=fmtp:96 sprop-max-don-diff=4\r\n",
            Kind.CODEC_UNSUPPORTED,
        ),
        ("m=video\r\n", Kind.PROTOCOL_VIOLATION),
        (AUDIO * 100, Kind.PROTOCOL_VIOLATION),
        ("a=x\r\n" * 5_000, Kind.PROTOCOL_VIOLATION),
        (VIDEO.replace("trackID=1", "track 1"), Kind.PROTOCOL_VIOLATION),
        (VIDEO.replace("trackID=1", "x" * 4_000), Kind.PROTOCOL_VIOLATION),
    ],
)
def test_what_is_refused(text: str, kind: Kind) -> None:
    with pytest.raises(Error) as error:
        parse(text)
    assert error.value.kind is kind


def test_something_else_than_an_sdp_is_refused() -> None:
    for body in (b"", b"<html>", b"\xff" * 100):
        with pytest.raises(Error) as error:
            parse_sdp(body, request_url=URL, content_base=None)
        assert error.value.kind is Kind.PROTOCOL_VIOLATION


@pytest.mark.parametrize(
    ("base", "control", "url"),
    [
        ("rtsp://h/cam", "*", "rtsp://h/cam"),
        ("rtsp://h/cam", "", "rtsp://h/cam"),
        ("rtsp://h/cam", "trackID=1", "rtsp://h/cam/trackID=1"),
        ("rtsp://h/cam/", "trackID=1", "rtsp://h/cam/trackID=1"),
        # What Dahua's cameras and live555 expect, against RFC 1808.
        (
            "rtsp://h/cam?channel=1&subtype=0",
            "trackID=0",
            "rtsp://h/cam?channel=1&subtype=0/trackID=0",
        ),
        ("rtsp://h/cam", "/other/1", "rtsp://h/other/1"),
        ("rtsp://h/cam?a=1", "?ctype=video", "rtsp://h/cam?ctype=video"),
        ("rtsp://h/cam", "rtsp://10.9.9.9/x/1", "rtsp://10.9.9.9/x/1"),
        ("rtsp://h/cam", "RTSP://h/x", "RTSP://h/x"),
    ],
)
def test_control_urls(base: str, control: str, url: str) -> None:
    assert resolve_control(base, control) == url


@pytest.mark.parametrize("base", ["", "/cam", "http://h/", "rtsp://h/a b", "rtsp://" + "x" * 3000])
def test_a_useless_content_base_is_not_used(base: str) -> None:
    assert parse(VIDEO, base).video.control == f"{URL}/trackID=1"


def test_the_content_base_is_used() -> None:
    assert parse(VIDEO, "rtsp://h/else/").video.control == "rtsp://h/else/trackID=1"
