"""Which files are opened is told by their first bytes, from a closed list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.vision.containers import HEAD_BYTES, format_of

# FFmpeg's formats that open other files or addresses, or read what is no video.
NEVER = {"hls", "dash", "concat", "image2", "sdp", "rtsp", "lavfi", "tty", "webp_pipe", "imf"}

KNOWN = {
    "mov": b"\0\0\0\x20ftypisom",
    "avi": b"RIFF\0\0\0\0AVI LIST",
    "matroska": b"\x1a\x45\xdf\xa3\x01",
    "mpegts": (b"\x47" + bytes(187)) * 5,
    "h264": b"\0\0\0\x01\x67\x64\0\x1f",
    "hevc": b"\0\0\0\x01\x40\x01\x0c\x01",
    "mpeg": b"\0\0\x01\xba\x44",
    "flv": b"FLV\x01\x05",
    "ogg": b"OggS\0",
    "ivf": b"DKIF\0\0",
}


@pytest.mark.parametrize("name", KNOWN)
def test_videos_are_told_by_their_first_bytes(name: str) -> None:
    assert format_of(KNOWN[name]) == name


def test_two_sorts_of_transport_stream_are_known() -> None:
    assert format_of((bytes(4) + b"\x47" + bytes(187)) * 5) == "mpegts"
    assert format_of((b"\x47" + bytes(203)) * 5) == "mpegts"


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_are_a_known_format_or_refused_with_a_reason(head: bytes) -> None:
    try:
        name = format_of(head)
    except Error as refused:
        name = ""
        kind, message = refused.kind, refused.message
    else:
        kind, message = Kind.FILE_REFUSED, "the file is"
    assert name not in NEVER
    assert kind is Kind.FILE_REFUSED
    assert message.startswith("the file is")


@given(st.text(min_size=1, max_size=300))
def test_text_is_never_a_video(text: str) -> None:
    head = ("\n" + text).encode()
    with pytest.raises(Error) as refused:
        format_of(head)
    assert refused.value.kind is Kind.FILE_REFUSED
