"""Fragmented MP4: the initialisation segment, and a fragment's head made at sending time.

CMAF (ISO/IEC 23000-19), structural brand `cmf2`: `tfdt` version 1, `trun` version 1 with signed
composition offsets and no edit list, so that presentation time is decode time plus `cts`.
"""

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct

from farola.base import Error, Kind
from farola.media.boxes import (
    box,
    file_type,
    full_box,
    media_box,
    movie_header,
    sample_descriptions,
    track_header,
)
from farola.media.codec import CodecConfig
from farola.media.index import Sample
from farola.media.ticks import TICKS_PER_SECOND

TRACK_ID = 1

# Sample flags, ISO/IEC 14496-12 8.8.3.1.
_KEY_FLAGS = 0x0200_0000  # depends on no other
_OTHER_FLAGS = 0x0101_0000  # depends on others, is not a sync sample

_TFHD_DEFAULT_BASE_IS_MOOF = 0x02_0000
_TRUN_FLAGS = 0x0100_0F01  # version 1; data offset, duration, size, flags and cts given
_HEAD_BYTES = 88  # everything of a moof before the samples' rows
_ROW_BYTES = 16
_MDAT_HEADER_BYTES = 8
_MOST_PAYLOAD = 0xFFFF_FFFF - _MDAT_HEADER_BYTES

_NTP_EPOCH_SECONDS = 2_208_988_800  # from 1900 to 1970
_PRFT_FLAGS = 0x0100_0018  # version 1; 24: an arbitrary but consistent wall clock (here: arrival)
_PRFT = Struct(">I4sIIIIQ")


def init_segment(config: CodecConfig, *, timescale: int = TICKS_PER_SECOND) -> bytes:
    """ftyp and moov for the configuration: one video track, number 1, all samples in fragments."""
    empty = bytes(4)
    table = box(
        b"stbl",
        sample_descriptions((config,)),
        full_box(b"stts", 0, 0, empty),
        full_box(b"stsc", 0, 0, empty),
        full_box(b"stsz", 0, 0, empty, empty),
        full_box(b"stco", 0, 0, empty),
    )
    extends = full_box(b"trex", 0, 0, Struct(">5I").pack(TRACK_ID, 1, 0, 0, 0))
    return file_type(b"cmf2", b"cmf2", b"cmfc", b"iso6", b"mp41") + box(
        b"moov",
        movie_header(timescale, 0),
        box(b"trak", track_header(config, 0), media_box(timescale, 0, table)),
        box(b"mvex", extends),
    )


@lru_cache(maxsize=256)
def _layout(count: int) -> Struct:
    """moof of `count` samples and the mdat header, as one pack.

    moof mfhd(version, sequence) traf tfhd(flags, track) tfdt(version, time) trun(flags, count,
    data offset, rows of duration, size, flags, cts) mdat.
    """
    return Struct(
        ">I4s I4sII I4s I4sII I4sIQ I4sIII" + "".join(["IIIi"] * count) + "I4s",
    )


def movie_fragment(sequence: int, base_dts: int, samples: Sequence[Sample]) -> bytes:
    """moof and the HEADER of mdat; the samples' payloads must follow, in order, uncopied.

    `sequence` is taken modulo 2^32, `base_dts` is the first sample's decode time in ticks, at
    most 64 bits. Raises TOO_LARGE above 4 GiB, INVALID_INPUT for no samples or times below 0.
    """
    count = len(samples)
    if not count or base_dts < 0:
        raise Error(Kind.INVALID_INPUT, "a fragment needs a sample and a time from 0 on")
    rows: list[int] = []
    payload = 0
    for duration, size, cts, key in samples:
        payload += size
        rows += (duration, size, _KEY_FLAGS if key else _OTHER_FLAGS, cts)
    if payload > _MOST_PAYLOAD:
        raise Error(Kind.TOO_LARGE, "a fragment is larger than 4 GiB", size=payload)
    table = count * _ROW_BYTES
    moof = _HEAD_BYTES + table
    return _layout(count).pack(
        moof, b"moof",
        16, b"mfhd", 0, sequence & 0xFFFF_FFFF,
        moof - 24, b"traf",
        16, b"tfhd", _TFHD_DEFAULT_BASE_IS_MOOF, TRACK_ID,
        20, b"tfdt", 0x0100_0000, base_dts,
        20 + table, b"trun", _TRUN_FLAGS, count, moof + _MDAT_HEADER_BYTES,
        *rows,
        payload + _MDAT_HEADER_BYTES, b"mdat",
    )  # fmt: skip


def producer_time(wall_us: int, media_dts: int) -> bytes:
    """prft box telling the wall time of a decode time (ISO/IEC 14496-12 8.16.5, version 1).

    `wall_us` is UTC microseconds; the NTP fraction is rounded down. Times beyond NTP's era wrap,
    as NTP itself does.
    """
    seconds, micros = divmod(wall_us, 1_000_000)
    return _PRFT.pack(
        _PRFT.size,
        b"prft",
        _PRFT_FLAGS,
        TRACK_ID,
        (seconds + _NTP_EPOCH_SECONDS) & 0xFFFF_FFFF,
        (micros << 32) // 1_000_000,
        media_dts,
    )
