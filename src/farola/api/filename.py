"""What a download is called."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|%]+')
_MOST_CHARACTERS = 80


def clip_name(place: str, start_us: int, zone: ZoneInfo) -> str:
    """`<place>_<local start>.mp4`, safe as a file name on the usual systems."""
    local = (_EPOCH + timedelta(microseconds=start_us)).astimezone(zone)
    safe = _UNSAFE.sub("-", place)[:_MOST_CHARACTERS].strip(" .-") or "farola"
    return f"{safe}_{local:%Y-%m-%d_%H-%M-%S}.mp4"


def attachment(name: str) -> str:
    """A Content-Disposition value (RFC 6266) with an ASCII name and the true one (RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "-", plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
