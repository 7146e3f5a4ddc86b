"""The plaintext header of a fragment, authenticated through the key derived from it.

Byte for byte in `docs/design/storage-format.md`. Pure functions of bytes.
"""

import struct
import zlib
from collections.abc import Buffer, Sequence
from dataclasses import dataclass, field

from farola.base import Error, Kind
from farola.store.cipher import COMMITMENT, sealed_size
from farola.store.failures import damaged
from farola.store.header import DIGEST, LARGEST_US

MAGIC = b"FAROLFRG"
MAX_PAYLOAD = 16 * 1024 * 1024  # plain bytes of one fragment
MAX_SAMPLES = 32 * 1024  # bytes of one packed sample index
SALT = 16
LARGEST_SEQUENCE = (1 << 63) - 1  # fits every database's integer
CRC = 4

# magic, header length, flags, zero, offset, sequence, start_us, media_start, duration,
# camera_offset_us, lost, plain size, sample index length, salt
FIXED = struct.Struct(">8sIHHQQQqIqIII16s")
TAIL = COMMITMENT + CRC
MAX_FRAGMENT_HEADER = FIXED.size + MAX_SAMPLES + TAIL

_KEY_FRAME = 1
_OFFSET_KNOWN = 2
_KNOWN_FLAGS = _KEY_FRAME | _OFFSET_KNOWN


@dataclass(frozen=True, slots=True)
class Fragment:
    """What the recorder hands over: at most two seconds of pictures of one run.

    `sequence` grows within the run. `start_us` is UTC, `media_start` (decode time in the run) and
    `duration` are 90 kHz ticks. `key` tells that it begins with a key frame; a fragment that does
    not continues the one before it. `camera_offset_us` is camera clock minus ours, None when never
    measured. `lost` counts packets that never came. `samples` is a packed sample index. The samples
    one after another are `chunks`, each of exactly `CHUNK` bytes, and then `payload`.
    """

    sequence: int
    start_us: int
    media_start: int
    duration: int
    key: bool
    camera_offset_us: int | None
    lost: int
    samples: bytes = field(repr=False)
    payload: Buffer = field(repr=False)
    chunks: Sequence[bytes] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class StoredFragment:
    """A fragment's header as it stands in a file; fields as in `Fragment`.

    `offset` is where its header begins in the file, `size` its whole bytes there, `head_size` those
    of its header; `plain_size` is the payload's length.
    """

    offset: int
    size: int
    head_size: int
    sequence: int
    start_us: int
    media_start: int
    duration: int
    key: bool
    camera_offset_us: int | None
    lost: int
    plain_size: int
    samples: bytes = field(repr=False)

    @property
    def end(self) -> int:
        """File offset of the first byte after the fragment."""
        return self.offset + self.size


def pack_head(fragment: Fragment, offset: int, plain_size: int, salt: bytes) -> bytes:
    """The header up to the commitment: what the fragment's key is derived from.

    Raises Error(TOO_LARGE) when payload or sample index exceed the format's bounds and
    Error(INVALID_INPUT) when a number does not fit.
    """
    samples = fragment.samples
    if not 0 < plain_size <= MAX_PAYLOAD or len(samples) > MAX_SAMPLES:
        raise Error(
            Kind.TOO_LARGE,
            "A fragment's payload or sample index is empty or too large",
            payload=plain_size,
            samples=len(samples),
        )
    if not (0 <= fragment.sequence <= LARGEST_SEQUENCE and 0 <= fragment.start_us <= LARGEST_US):
        raise Error(Kind.INVALID_INPUT, "The fragment's sequence or start is out of range")
    camera_offset_us = fragment.camera_offset_us
    flags = (_KEY_FRAME if fragment.key else 0) | (0 if camera_offset_us is None else _OFFSET_KNOWN)
    try:
        fixed = FIXED.pack(
            MAGIC,
            FIXED.size + len(samples) + TAIL,
            flags,
            0,
            offset,
            fragment.sequence,
            fragment.start_us,
            fragment.media_start,
            fragment.duration,
            camera_offset_us or 0,
            fragment.lost,
            plain_size,
            len(samples),
            salt,
        )
    except struct.error:
        raise Error(Kind.INVALID_INPUT, "A number of the fragment is out of range") from None
    return fixed + samples


def close_head(head: bytes, commitment: bytes) -> bytes:
    """The whole header: `head`, the key commitment and a CRC-32 that needs no key to check."""
    data = head + commitment
    return data + zlib.crc32(data).to_bytes(CRC)


def head_length(data: Buffer) -> int:
    """Bytes of the whole header, told by its first `FIXED.size`; raises Error(FILE_DAMAGED)."""
    magic, length, flags, zero, *_, plain_size, samples, _salt = FIXED.unpack_from(data)
    if magic != MAGIC:
        raise damaged("No fragment begins here")
    if flags & ~_KNOWN_FLAGS or zero:
        raise damaged("The fragment's flags are unknown to this program")
    if samples > MAX_SAMPLES or length != FIXED.size + samples + TAIL:
        raise damaged("The fragment header's length is out of bounds")
    if not 0 < plain_size <= MAX_PAYLOAD:
        raise damaged("The fragment's size is out of bounds")
    return int(length)


def parse_head(data: bytes, offset: int) -> StoredFragment:
    """Read exactly one whole header found at `offset`; raises Error(FILE_DAMAGED).

    The CRC-32 finds damage, not forgery: only the commitment (`cipher.derive`) tells that the
    header is the recorder's.
    """
    if len(data) < FIXED.size or len(data) != head_length(data):
        raise damaged("The fragment header is cut short", offset=offset)
    if zlib.crc32(data[:-CRC]) != int.from_bytes(data[-CRC:]):
        raise damaged("The fragment header's checksum does not match", offset=offset)
    (
        _magic,
        length,
        flags,
        _zero,
        written_at,
        sequence,
        start_us,
        media_start,
        duration,
        camera_offset_us,
        lost,
        plain_size,
        samples,
        _salt,
    ) = FIXED.unpack_from(data)
    if written_at != offset:
        raise damaged("The fragment was written for another place", offset=offset)
    if sequence > LARGEST_SEQUENCE or start_us > LARGEST_US:
        raise damaged("The fragment's numbers are out of range", offset=offset)
    known = flags & _OFFSET_KNOWN
    if not known and camera_offset_us:
        raise damaged("The fragment has a clock offset that it calls unknown", offset=offset)
    return StoredFragment(
        offset=offset,
        size=length + sealed_size(plain_size) + DIGEST,
        head_size=length,
        sequence=sequence,
        start_us=start_us,
        media_start=media_start,
        duration=duration,
        key=bool(flags & _KEY_FRAME),
        camera_offset_us=camera_offset_us if known else None,
        lost=lost,
        plain_size=plain_size,
        samples=data[FIXED.size : FIXED.size + samples],
    )
