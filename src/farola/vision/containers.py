"""Which files are opened at all: told by their first bytes, never by their names.

FFmpeg guesses formats from contents, and among the formats it guesses are playlists, which open
other files and addresses, and a hundred that nobody films in. Here the format is told first, from a
closed list, and FFmpeg is given that one alone.
"""

from dataclasses import dataclass

from farola.base import Error, Kind

HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says about itself; `pictures` is 0 where it does not tell."""

    container: str
    codec: str
    width: int
    height: int
    pictures: int
    duration_us: int
    sound: bool


_MOVIE_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"styp"}
_MAGIC = (
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"FLV\x01", "flv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"OggS", "ogg"),
    (0, b"DKIF", "ivf"),
    (0, b"YUV4MPEG2 ", "yuv4mpegpipe"),
    (0, b"\x06\x0e\x2b\x34\x02\x05\x01\x01", "mxf"),
    (0, b"nut/multimedia container\x00", "nut"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpegvideo"),
)
_ARCHIVE = "an archive, not a video"
_PICTURE = "a picture, not a video"
_PLAYLIST = "a playlist: it names videos but holds none"
_DOCUMENT = "a document, not a video"
_SOUND = "sound without pictures"
_REFUSED = (
    (0, b"PK\x03\x04", _ARCHIVE),
    (0, b"PK\x05\x06", _ARCHIVE),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"BZh", _ARCHIVE),
    (0, b"\xfd7zXZ\x00", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (0, b"Rar!\x1a\x07", _ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (257, b"ustar", _ARCHIVE),
    (0, b"!<arch>\n", _ARCHIVE),
    (0, b"\x89PNG\r\n\x1a\n", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF8", _PICTURE),
    (0, b"II*\x00", _PICTURE),
    (0, b"MM\x00*", _PICTURE),
    (0, b"BM", _PICTURE),
    (0, b"%PDF", _DOCUMENT),
    (0, b"\xd0\xcf\x11\xe0", _DOCUMENT),
    (0, b"ID3", _SOUND),
    (0, b"fLaC", _SOUND),
    (0, b"\x7fELF", "a program, not a video"),
    (0, b"MZ", "a program, not a video"),
)
_PLAYLIST_WORDS = (
    b"#extm3u", b"ffconcat", b"[playlist]", b"<mpd", b"<smil", b"<asx", b"[reference]", b"v=0\r\n",
)  # fmt: skip


def format_of(head: bytes) -> str:
    """FFmpeg's name for the format of a file whose first `HEAD_BYTES` bytes are `head`.

    Raises FILE_REFUSED with the reason.
    """
    if not head:
        raise Error(Kind.FILE_REFUSED, "the file is empty")
    if len(head) >= 8 and head[4:8] in _MOVIE_BOXES:
        return "mov"
    if head[:4] == b"RIFF" and len(head) >= 12:
        if head[8:12] in {b"AVI ", b"AVIX"}:
            return "avi"
        if head[8:12] == b"WEBP":
            raise Error(Kind.FILE_REFUSED, f"the file is {_PICTURE}")
        raise Error(Kind.FILE_REFUSED, f"the file is {_SOUND}")
    for at, magic, name in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return name
    for at, magic, what in _REFUSED:
        if head[at : at + len(magic)] == magic:
            raise Error(Kind.FILE_REFUSED, f"the file is {what}")
    if _is_transport_stream(head):
        return "mpegts"
    raw = _raw_video(head)
    if raw is not None:
        return raw
    raise Error(Kind.FILE_REFUSED, f"the file is {_otherwise(head)}")


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes a packet apart: 188 bytes, or 192 with a time before each (M2TS)."""
    return any(
        len(head) > start + 3 * size and all(head[start + n * size] == 0x47 for n in range(4))
        for start, size in ((0, 188), (4, 192), (0, 204))
    )


def _raw_video(head: bytes) -> str | None:
    """A bare byte stream begins with a start code and a header that names its codec."""
    if head[:4] == b"\x00\x00\x00\x01":
        first = head[4:6]
    elif head[:3] == b"\x00\x00\x01":
        first = head[3:5]
    else:
        return None
    if len(first) < 2:
        return None
    # H.265 begins with a VPS or a delimiter in layer 0, temporal id 1.
    if first in {b"\x40\x01", b"\x46\x01"}:
        return "hevc"
    if first[0] in {0x67, 0x47, 0x27, 0x09, 0x06}:  # SPS, delimiter, SEI
        return "h264"
    return None


def _otherwise(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()[:512]
    if any(word in start for word in _PLAYLIST_WORDS):
        return _PLAYLIST
    printable = sum(byte >= 0x20 or byte in b"\t\r\n\f\x1b" for byte in head)
    if printable == len(head):
        return "text, not a video"
    return "no video in a format that is read here"
