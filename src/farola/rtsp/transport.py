"""The Session and Transport fields of an answer to SETUP (RFC 2326, 12.37 and 12.39)."""

import re

from farola.base import Error, Kind

_SESSION = re.compile(r"([\x21-\x3a\x3c-\x7e]{1,256})\s*(?:;(.*))?")
_TIMEOUT = re.compile(r"\s*timeout\s*=\s*(\d{1,6})\s*", re.IGNORECASE)
_INTERLEAVED = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3}))?")

DEFAULT_TIMEOUT_S = 60
_SHORTEST_S, _LONGEST_S = 5, 3_600


def parse_session(value: str | None) -> tuple[str, int]:
    """(session identifier, time-out in seconds). Raises Error(PROTOCOL_VIOLATION) without one."""
    match = _SESSION.fullmatch((value or "").strip())
    if match is None:
        raise Error(Kind.PROTOCOL_VIOLATION, "the camera opened no session")
    timeout = DEFAULT_TIMEOUT_S
    for part in (match[2] or "").split(";"):
        found = _TIMEOUT.fullmatch(part)
        if found is not None:
            timeout = min(max(int(found[1]), _SHORTEST_S), _LONGEST_S)
    return match[1], timeout


def parse_transport(value: str | None, *, asked: tuple[int, int]) -> tuple[int, int]:
    """The channels of RTP and RTCP that the camera chose, `asked` if it does not say.

    Raises Error(PROTOCOL_VIOLATION) if it chose another transport than the connection itself.
    """
    if value is None:
        return asked
    first = value.split(",", 1)[0]
    parts = [part.strip() for part in first.split(";")]
    if not parts[0].upper().endswith("/TCP"):
        raise Error(Kind.PROTOCOL_VIOLATION, "the camera chose a transport that was not offered")
    for part in parts[1:]:
        name, _, content = part.partition("=")
        if name.strip().lower() != "interleaved":
            continue
        match = _INTERLEAVED.fullmatch(content.strip())
        rtp = int(match[1]) if match is not None else 256
        rtcp = int(match[2]) if match is not None and match[2] is not None else rtp + 1
        if rtp > 255 or rtcp > 255 or rtp == rtcp:
            raise Error(Kind.PROTOCOL_VIOLATION, "the camera chose impossible channels")
        return rtp, rtcp
    return asked
