"""ISO base media boxes as bytes (ISO/IEC 14496-12), and the parts that every movie shares."""

from struct import pack

from farola.media.codec import CodecConfig
from farola.media.nal import Codec

_UNITY_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
_UNDETERMINED_LANGUAGE = 0x55C4  # "und" in three 5-bit letters


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of four-letter `kind`; at most 4 GiB."""
    body = b"".join(parts)
    return (len(body) + 8).to_bytes(4) + kind + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, (version << 24 | flags).to_bytes(4), *parts)


def file_type(major: bytes, *compatible: bytes) -> bytes:
    return box(b"ftyp", major, b"\x00\x00\x00\x00", *compatible)


def movie_header(timescale: int, duration: int) -> bytes:
    """mvhd, version 1; the creation time stays 0, because playback is made when it is asked."""
    return full_box(
        b"mvhd",
        1,
        0,
        pack(">QQIQ", 0, 0, timescale, duration),
        pack(">IH10x", 0x10000, 0x100),
        _UNITY_MATRIX,
        pack(">24xI", 2),
    )


def track_header(config: CodecConfig, duration: int) -> bytes:
    """tkhd, version 1, enabled and in the movie; the shown width obeys the sample aspect."""
    picture = config.picture
    shown = (picture.width << 16) * picture.sample_aspect[0] // picture.sample_aspect[1]
    return full_box(
        b"tkhd",
        1,
        3,
        pack(">QQI4xQ", 0, 0, 1, duration),
        pack(">8xhhhxx", 0, 0, 0),
        _UNITY_MATRIX,
        pack(">II", min(shown, 0xFFFF_FFFF), picture.height << 16),
    )


def media_box(timescale: int, duration: int, sample_table: bytes) -> bytes:
    """mdia of a video track around the given stbl."""
    return box(
        b"mdia",
        full_box(
            b"mdhd", 1, 0, pack(">QQIQHxx", 0, 0, timescale, duration, _UNDETERMINED_LANGUAGE)
        ),
        full_box(b"hdlr", 0, 0, pack(">4x4s12x", b"vide"), b"VideoHandler\x00"),
        box(
            b"minf",
            full_box(b"vmhd", 0, 1, bytes(8)),
            box(b"dinf", full_box(b"dref", 0, 0, pack(">I", 1), full_box(b"url ", 0, 1))),
            sample_table,
        ),
    )


def sample_entry(config: CodecConfig) -> bytes:
    """avc1 or hvc1, with pasp where samples are not square."""
    picture = config.picture
    kind, record = (b"avc1", b"avcC") if config.codec is Codec.H264 else (b"hvc1", b"hvcC")
    aspect = b""
    if picture.sample_aspect != (1, 1):
        aspect = box(b"pasp", pack(">II", *picture.sample_aspect))
    return box(
        kind,
        pack(">6xH16x", 1),
        pack(">HH", picture.width & 0xFFFF, picture.height & 0xFFFF),
        pack(">II4xH", 0x48_0000, 0x48_0000, 1),  # 72 dpi, one frame a sample
        bytes(32),  # no compressor name
        pack(">Hh", 0x18, -1),
        box(record, config.decoder_record),
        aspect,
    )


def sample_descriptions(configs: tuple[CodecConfig, ...]) -> bytes:
    """stsd with one entry per configuration; a sample names its entry counting from 1."""
    return full_box(
        b"stsd", 0, 0, pack(">I", len(configs)), *(sample_entry(config) for config in configs)
    )
