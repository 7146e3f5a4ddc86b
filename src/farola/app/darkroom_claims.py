"""What a darkroom claims, checked before anybody believes it.

A darkroom decodes what strangers made. If one of them has taken it over, it can still only say
things that pass here: pictures of the lane that was asked, in time, well-formed and of sane size.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from contextlib import suppress
from typing import Any

from farola.base import Error, Kind
from farola.media import Codec, CodecConfig, PictureLimit, units
from farola.model import Cover, CoveredUnit, CoverState

MOST_UNIT_BYTES = 16 << 20
_MOST_MASK_BYTES = 1 << 20
_MOST_SETS = 8
_MOST_GIVEN = 16_384
_LEAST_TELLING = 64  # bytes; shorter ones say nothing changed, in every stream alike
_LIMIT = PictureLimit()
_MOST_TIME = 1 << 56
_REASONS = frozenset(
    {
        Kind.WARMING_UP, Kind.SCENE_CHANGED, Kind.DETECTOR_LATE, Kind.DETECTOR_FAILED,
        Kind.DECODER_FAILED, Kind.OVERLOADED, Kind.MODEL_MISSING, Kind.MODEL_WRONG,
        Kind.PACKETS_LOST, Kind.UNAVAILABLE, Kind.TIMED_OUT,
    }
)  # fmt: skip
_COVERED = Cover(CoverState.COVERED)


def violation(what: str) -> Error:
    return Error(Kind.PROTOCOL_VIOLATION, f"a darkroom says what cannot be: {what}")


def number(head: dict[str, Any], name: str, least: int = 0, most: int = _MOST_TIME) -> int:
    """An integer within bounds. Raises PROTOCOL_VIOLATION, as everything here."""
    value = head.get(name)
    if type(value) is not int or not least <= value <= most:
        raise violation(name)
    return value


def text(head: dict[str, Any], name: str, most: int = 500) -> str:
    """Printable text: it goes to logs and terminals."""
    value = head.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise violation(name)
    return "".join(letter if letter.isprintable() else "?" for letter in value)


def kind(head: dict[str, Any], name: str = "kind") -> Kind:
    try:
        return Kind(head[name])
    except (KeyError, ValueError, TypeError):
        raise violation(name) from None


class Claims:
    """Checks one lane's covered units. `stills` are JPEGs instead of H.264."""

    def __init__(self, *, stills: bool) -> None:
        self._stills = stills
        self._sets: tuple[bytes, ...] | None = None
        self._size = (0, 0)
        self._last: int | None = None
        self._given: dict[int, None] = {}  # hashes of NAL units that went in, the newest last

    def gave(self, payload: bytes) -> None:
        """These bytes went into the darkroom: they must never come back.

        Hashes are Python's, keyed anew in every process, so nobody outside can aim at one.
        """
        with suppress(Error):  # a broken unit: what lies before the break counts
            for start, end in units(payload):
                if end - start >= _LEAST_TELLING:
                    self._given[hash(payload[start:end])] = None
        while len(self._given) > _MOST_GIVEN:
            del self._given[next(iter(self._given))]

    def unit(self, head: dict[str, Any], payload: bytes) -> CoveredUnit:
        """The unit, its `wall_us` 0. Raises PROTOCOL_VIOLATION."""
        media = number(head, "media", -_MOST_TIME)
        if self._last is not None and media <= self._last:
            raise violation("time goes back")
        self._last = media
        if "sets" in head:
            self._begin(head)
        if self._sets is None:
            raise violation("a picture without parameter sets")
        mask_bytes = number(head, "mask", 0, min(_MOST_MASK_BYTES, len(payload)))
        picture = payload[mask_bytes:]
        key = head.get("key")
        if type(key) is not bool:
            raise violation("key")
        if not 0 < len(picture) <= MOST_UNIT_BYTES:
            raise violation("a picture's size")
        if self._stills:
            if not picture.startswith(b"\xff\xd8\xff"):
                raise violation("a still that is no JPEG")
        else:
            try:
                nals = [picture[start:end] for start, end in units(picture)]
            except Error:
                raise violation("NAL units") from None
            if any(hash(nal) in self._given for nal in nals):
                raise violation("a picture as it was stored, not covered")
        return CoveredUnit(
            self._sets, *self._size, media, 0, key, picture, _cover(head), payload[:mask_bytes]
        )

    def _begin(self, head: dict[str, Any]) -> None:
        given = head["sets"]
        if not isinstance(given, list) or len(given) > _MOST_SETS:
            raise violation("parameter sets")
        self._size = number(head, "width", 16, 8192), number(head, "height", 16, 8192)
        if self._stills:
            self._sets = ()
            return
        try:
            sets = tuple(b64decode(each, validate=True) for each in given)
            config = CodecConfig.from_parameter_sets(Codec.H264, sets, _LIMIT)
        except (Base64Error, TypeError, ValueError, Error):
            raise violation("parameter sets") from None
        if (config.picture.width, config.picture.height) != self._size:
            raise violation("a size that its parameter sets do not say")
        self._sets = config.parameter_sets


def _cover(head: dict[str, Any]) -> Cover:
    whole = head.get("whole")
    if whole is None:
        return _COVERED
    reason = kind(head, "whole")
    return Cover(CoverState.WHOLE, reason if reason in _REASONS else Kind.DETECTOR_FAILED)
