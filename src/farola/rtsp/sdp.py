"""The session description of a camera (SDP, RFC 8866), as far as one video stream needs it."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from farola.base import Error, Kind

MAX_LINES = 2_000
MAX_MEDIA = 32
MAX_PARAMETER_SETS = 16
MAX_PARAMETER_SET = 4_096
_MAX_URL = 2_048

_URL = re.compile(r"rtsps?://[^\s]+", re.IGNORECASE)
_RTPMAP = re.compile(r"(\d{1,3})\s+([^/\s]+)/(\d{1,9})(?:/.*)?")
_VIDEO_CODECS = {"H264": "h264", "H265": "h265", "HEVC": "h265"}


@dataclass(frozen=True, slots=True)
class Track:
    """One media line: what the camera offers, whether or not it is wanted."""

    kind: str
    encoding: str
    control: str


@dataclass(frozen=True, slots=True)
class Video:
    """The video track to set up. `codec` is "h264" or "h265"; the clock is always 90 kHz.

    `parameter_sets` are NAL units without start codes (VPS, SPS, PPS in that order), possibly none.
    `control` is the URL for SETUP.
    """

    codec: str
    payload_type: int
    control: str
    parameter_sets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """What DESCRIBE brought. `control` is the URL for PLAY and TEARDOWN."""

    control: str
    video: Video
    tracks: tuple[Track, ...]

    @property
    def audio_offered(self) -> bool:
        """Whether the camera has sound; it is never set up."""
        return any(track.kind == "audio" for track in self.tracks)


@dataclass(slots=True)
class _Media:
    kind: str
    protocol: str
    formats: list[str]
    attributes: list[tuple[str, str]]

    def first(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)

    def encodings(self) -> list[tuple[int, str, int]]:
        """(payload type, upper case encoding name, clock rate) in the media line's order."""
        mapped = {}
        for key, value in self.attributes:
            match = _RTPMAP.match(value) if key == "rtpmap" else None
            if match is not None:
                mapped[match[1]] = (int(match[1]), match[2].upper(), int(match[3]))
        return [mapped[number] for number in self.formats if number in mapped]

    def parameters(self, payload_type: int) -> dict[str, str]:
        """The fmtp parameters of a payload type, names in lower case."""
        found: dict[str, str] = {}
        for key, value in self.attributes:
            number, _, text = value.partition(" ")
            if key != "fmtp" or number != str(payload_type):
                continue
            for part in text.split(";"):
                name, _, content = part.partition("=")
                found.setdefault(name.strip().lower(), content.strip())
        return found


def parse_sdp(body: bytes, *, request_url: str, content_base: str | None) -> Description:
    """Read a description and choose its first H.264 or H.265 video track.

    `content_base` is the Content-Base (or Content-Location) field of the response. Raises
    Error(NO_VIDEO) without a video track, Error(CODEC_UNSUPPORTED) if there are some and none can
    be recorded, Error(PROTOCOL_VIOLATION) if it is not an SDP or breaks a bound.
    """
    session, media = _read(body)
    base = _base(request_url, content_base)
    control = next((value for key, value in session if key == "control"), "*")
    aggregate = resolve_control(base, control)
    tracks = tuple(
        Track(
            kind=item.kind,
            encoding=next((name for _, name, _ in item.encodings()), "/".join(item.formats[:1])),
            control=_control_of(item, base, aggregate),
        )
        for item in media
    )
    offered = []
    for item in media:
        if item.kind != "video":
            continue
        for payload_type, name, rate in item.encodings():
            offered.append(name)
            codec = _VIDEO_CODECS.get(name)
            if codec is None or rate != 90_000 or not _can_unpack(codec, item, payload_type):
                continue
            sets = _parameter_sets(codec, item.parameters(payload_type))
            where = _control_of(item, base, aggregate)
            return Description(aggregate, Video(codec, payload_type, where, sets), tracks)
        offered += [number for number in item.formats if not item.encodings()]
    if offered:
        names = ", ".join(offered[:8])[:100]
        raise Error(Kind.CODEC_UNSUPPORTED, f"no H.264 or H.265 among {names}", offered=names)
    raise Error(Kind.NO_VIDEO, "the camera offers no video track")


def _read(body: bytes) -> tuple[list[tuple[str, str]], list[_Media]]:
    lines = body.decode("utf-8", "replace").replace("\r", "\n").split("\n")
    lines = [line.strip() for line in lines if line.strip()]
    if not lines or not lines[0].startswith("v="):
        raise Error(Kind.PROTOCOL_VIOLATION, "the description is not an SDP")
    if len(lines) > MAX_LINES:
        raise Error(Kind.PROTOCOL_VIOLATION, "the description has too many lines", limit=MAX_LINES)
    session: list[tuple[str, str]] = []
    media: list[_Media] = []
    for line in lines:
        value = line[2:]
        if line.startswith("m="):
            if len(media) == MAX_MEDIA:
                raise Error(Kind.PROTOCOL_VIOLATION, "too many media lines", limit=MAX_MEDIA)
            parts = value.split()
            if len(parts) < 3:
                raise Error(Kind.PROTOCOL_VIOLATION, "a media line of the SDP is malformed")
            media.append(_Media(parts[0].lower(), parts[2], parts[3:], []))
        elif line.startswith("a="):
            name, _, content = value.partition(":")
            attributes = media[-1].attributes if media else session
            attributes.append((name.strip().lower(), content.strip()))
    return session, media


def _can_unpack(codec: str, item: _Media, payload_type: int) -> bool:
    """Whether packets arrive in decoding order, which the depacketisers rely on."""
    parameters = item.parameters(payload_type)
    if codec == "h264":
        return parameters.get("packetization-mode", "0") in ("0", "1")
    # With a DON in every packet (RFC 7798, 4.4) units may be interleaved.
    return parameters.get("sprop-max-don-diff", "0") in ("", "0")


def _parameter_sets(codec: str, parameters: dict[str, str]) -> tuple[bytes, ...]:
    """The NAL units of the sprop parameters; what is malformed is left out: they come in-band."""
    names = (
        ("sprop-parameter-sets",) if codec == "h264" else ("sprop-vps", "sprop-sps", "sprop-pps")
    )
    wanted = (7, 8) if codec == "h264" else (32, 33, 34)
    found: list[tuple[int, bytes]] = []
    for name in names:
        for text in parameters.get(name, "").split(",")[:MAX_PARAMETER_SETS]:
            unit = _decode(text)
            if len(unit) < 4:
                continue
            nal_type = unit[0] & 31 if codec == "h264" else unit[0] >> 1 & 63
            if nal_type in wanted:
                found.append((nal_type, unit))
    found.sort(key=lambda pair: pair[0])
    return tuple(unit for _, unit in found[:MAX_PARAMETER_SETS])


def _decode(text: str) -> bytes:
    text = text.strip()
    if len(text) > MAX_PARAMETER_SET * 4 // 3 or not text.isascii():
        return b""
    try:
        unit = b64decode(text + "=" * (-len(text) % 4))
    except Base64Error:
        return b""
    # Some cameras leave the start code in.
    return unit.removeprefix(b"\0\0\0\1").removeprefix(b"\0\0\1").rstrip(b"\0")


def _base(request_url: str, content_base: str | None) -> str:
    text = (content_base or "").strip()
    return text if _usable(text) else request_url


def _usable(url: str) -> bool:
    return len(url) <= _MAX_URL and url.isascii() and _URL.fullmatch(url) is not None


def _control_of(item: _Media, base: str, aggregate: str) -> str:
    control = item.first("control")
    # Without one of its own, the only media line is controlled by the session (RFC 2326, C.1.1).
    return aggregate if control is None else resolve_control(base, control)


def resolve_control(base: str, control: str) -> str:
    """The URL that a control attribute means (RFC 2326, C.1.1).

    `*` and nothing mean the base itself. A relative one is appended after a slash even behind a
    query, as every camera expects, and not resolved as RFC 1808 has it. An absolute one is only a
    name inside the connection that stands: nothing ever connects to it. Raises
    Error(PROTOCOL_VIOLATION) if the result cannot stand in a request line.
    """
    control = control.strip()
    if control in ("", "*"):
        url = base
    elif _URL.match(control):
        url = control
    elif control.startswith("/"):
        url = "/".join(base.split("/", 3)[:3]) + control
    elif control.startswith("?"):
        url = base.partition("?")[0] + control
    else:
        url = base + ("" if base.endswith("/") else "/") + control
    if not _usable(url):
        raise Error(Kind.PROTOCOL_VIOLATION, "a control URL of the SDP is malformed")
    return url
