"""HLS media playlists (RFC 8216) over recorded parts. Pure functions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from farola.media import TICKS_PER_SECOND, ticks_to_us
from farola.playback.names import Naming
from farola.playback.parts import Part
from farola.playback.strip import Piece

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# While a playlist grows its target duration must not change (RFC 8216 4.3.3.1), so it is told
# generously from the start; a longer part then needs a camera without key frames for so long.
_GROWING_TARGET = 10
# Wall time is told anew when adding up durations would miss it by more than this.
_MOST_DRIFT_US = 50_000


def write_playlist(
    pieces: Sequence[Piece[Part]], names: Naming, *, growing: bool, query: str = ""
) -> str:
    """The playlist text, with `query` behind every name.

    With `growing` it has no end, and its last, unfinished part is held back.

    `EXT-X-PROGRAM-DATE-TIME` stands at the start, after each discontinuity, and wherever wall time
    drifts from the sum of durations, so the wall time of every instant can be computed.
    """
    target = _GROWING_TARGET if growing else 1
    lines: list[str] = []
    initial: tuple[str, tuple[bytes, ...]] | None = None
    expected_us = -1
    for number, piece in enumerate(pieces):
        part, init = piece.item, names.init(piece.strip.path)
        if init is None or (growing and not part.complete):
            continue
        if lines and not piece.joined:
            lines.append("#EXT-X-DISCONTINUITY")
        if piece.strip.coding != initial:
            initial = piece.strip.coding
            lines.append(f'#EXT-X-MAP:URI="media/init/{init}.mp4{query}"')
        if not piece.joined or abs(part.start_us - expected_us) > _MOST_DRIFT_US:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_iso(part.start_us)}")
            expected_us = part.start_us
        ticks = _lasting(pieces, number)
        expected_us += ticks_to_us(ticks)
        target = max(target, -(-ticks // TICKS_PER_SECOND))
        lines.append(f"#EXTINF:{_seconds(ticks)},")
        lines.append(f"media/part/{names.part(init, part)}.m4s{query}")
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'EVENT' if growing else 'VOD'}",
    ]
    tail = [] if growing else ["#EXT-X-ENDLIST"]
    return "\n".join([*head, *lines, *tail, ""])


def _lasting(pieces: Sequence[Piece[Part]], number: int) -> int:
    """Ticks to the next part where that follows without a break, else the part's own."""
    part = pieces[number].item
    if number + 1 < len(pieces) and pieces[number + 1].joined:
        return max(1, pieces[number + 1].item.media_start - part.media_start)
    return max(1, part.duration)


def _seconds(ticks: int) -> str:
    """Decimal seconds to the microsecond, without a float."""
    return f"{ticks // TICKS_PER_SECOND}.{ticks_to_us(ticks % TICKS_PER_SECOND):06d}"


def _iso(us: int) -> str:
    """UTC to the millisecond, which is what players parse."""
    return (
        (_EPOCH + timedelta(milliseconds=us // 1000))
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
