"""The masks of a row of recorded pictures as one piece of bytes, to be kept and given back."""

import struct
from collections.abc import Mapping

from farola.base import Error, Kind

MOST_MASKS = 20_000
MOST_MASKS_BYTES = 32 * 1024 * 1024
_COUNT = struct.Struct(">I")
_ROW = struct.Struct(">qI")  # presentation time in ticks of the run, bytes of the packed mask


def pack_masks(masks: Mapping[int, bytes]) -> bytes:
    """`masks` are packed masks by the presentation time of their picture."""
    rows = sorted(masks.items())
    heads = b"".join(_ROW.pack(media, len(mask)) for media, mask in rows)
    return _COUNT.pack(len(rows)) + heads + b"".join(mask for _, mask in rows)


def unpack_masks(data: bytes) -> dict[int, bytes]:
    """Raises FILE_DAMAGED for anything that `pack_masks` did not write."""
    if len(data) < _COUNT.size or len(data) > MOST_MASKS_BYTES:
        raise _damaged()
    (count,) = _COUNT.unpack_from(data)
    place = _COUNT.size + count * _ROW.size
    if count > MOST_MASKS or place > len(data):
        raise _damaged()
    masks: dict[int, bytes] = {}
    for number in range(count):
        media, size = _ROW.unpack_from(data, _COUNT.size + number * _ROW.size)
        masks[media] = data[place : place + size]
        place += size
    if place != len(data) or len(masks) != count:
        raise _damaged()
    return masks


def _damaged() -> Error:
    return Error(Kind.FILE_DAMAGED, "kept masks are damaged")
