"""H.264 sequence parameter sets (ITU-T H.264 7.3.2.1.1 and annex E)."""

from contextlib import suppress
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.media.bits import BitReader, unescape
from farola.media.picture import (
    EXTENDED_SAMPLE_ASPECT,
    SAMPLE_ASPECTS,
    Picture,
    PictureLimit,
    Sequence,
    frame_rate,
    sample_aspect,
)

# Profiles whose SPS names a chroma format (7.3.2.1.1).
_HIGH_PROFILES = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244})
_MOST_REFERENCE_CYCLE = 255
_MACROBLOCK = 16


@dataclass(slots=True)
class _Vui:
    frame_rate: tuple[int, int] | None = None
    sample_aspect: tuple[int, int] = (1, 1)


def has_chroma_fields(profile: int) -> bool:
    """Whether SPS and avcC of this profile_idc carry chroma format and bit depths."""
    return profile in _HIGH_PROFILES


def parse_sps(nal: bytes, limit: PictureLimit) -> Sequence:
    """Read an SPS NAL unit, header byte included.

    Raises PROTOCOL_VIOLATION for what cannot be an SPS and PICTURE_TOO_LARGE beyond `limit`. A
    broken VUI only costs the frame rate and the aspect, because cameras do send broken ones.
    """
    reader = BitReader(unescape(nal), 1)
    profile = reader.bits(8)
    reader.skip(16)  # constraint flags, level_idc
    reader.unsigned(31)  # seq_parameter_set_id
    chroma_format, luma_depth, chroma_depth, separate_planes = 1, 8, 8, False
    if profile in _HIGH_PROFILES:
        chroma_format = reader.unsigned(3)
        separate_planes = chroma_format == 3 and reader.flag()
        luma_depth = 8 + reader.unsigned(6)
        chroma_depth = 8 + reader.unsigned(6)
        reader.skip(1)  # qpprime_y_zero_transform_bypass_flag
        if reader.flag():
            for number in range(12 if chroma_format == 3 else 8):
                if reader.flag():
                    _skip_scaling_list(reader, 16 if number < 6 else 64)
    reader.unsigned(12)  # log2_max_frame_num_minus4
    _skip_order_count(reader)
    reader.unsigned()  # max_num_ref_frames: cameras write odd values, nothing here relies on it
    reader.skip(1)  # gaps_in_frame_num_value_allowed_flag
    width = (reader.unsigned() + 1) * _MACROBLOCK
    map_units = reader.unsigned() + 1
    frames_only = reader.flag()
    height = map_units * _MACROBLOCK * (1 if frames_only else 2)
    limit.check(width, height)
    if not frames_only:
        reader.skip(1)  # mb_adaptive_frame_field_flag
    reader.skip(1)  # direct_8x8_inference_flag
    if reader.flag():
        array = 0 if separate_planes else chroma_format
        unit_x = 2 if array in {1, 2} else 1
        unit_y = (2 if array == 1 else 1) * (1 if frames_only else 2)
        left, right = reader.unsigned(), reader.unsigned()
        top, bottom = reader.unsigned(), reader.unsigned()
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
        limit.check(width, height)
    vui = _Vui()
    with suppress(Error):
        if reader.flag():
            _read_vui(reader, vui)
    picture = Picture(width, height, vui.frame_rate, vui.sample_aspect)
    return Sequence(picture, chroma_format, luma_depth, chroma_depth)


def _skip_scaling_list(reader: BitReader, size: int) -> None:
    """7.3.2.1.1.1."""
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_order_count(reader: BitReader) -> None:
    kind = reader.unsigned(2)
    if kind == 0:
        reader.unsigned(12)
    elif kind == 1:
        reader.skip(1)
        reader.signed()
        reader.signed()
        for _ in range(reader.unsigned(_MOST_REFERENCE_CYCLE)):
            reader.signed()


def _read_vui(reader: BitReader, vui: _Vui) -> None:
    """Annex E.1.1, as far as the timing."""
    if reader.flag():
        number = reader.bits(8)
        if number == EXTENDED_SAMPLE_ASPECT:
            vui.sample_aspect = sample_aspect(reader.bits(16), reader.bits(16))
        elif number < len(SAMPLE_ASPECTS):
            vui.sample_aspect = SAMPLE_ASPECTS[number]
    if reader.flag():
        reader.skip(1)  # overscan_appropriate_flag
    if reader.flag():
        reader.skip(4)  # video_format, video_full_range_flag
        if reader.flag():
            reader.skip(24)  # colour primaries, transfer, matrix
    if reader.flag():
        reader.unsigned(5)  # chroma sample locations
        reader.unsigned(5)
    if reader.flag():
        tick, scale = reader.bits(32), reader.bits(32)
        vui.frame_rate = frame_rate(scale, 2 * tick)  # a tick is a field (E.2.1)


def profile_bytes(nal: bytes) -> bytes:
    """profile_idc, constraint flags, level_idc, the three bytes of `avc1.PPCCLL`.

    Raises PROTOCOL_VIOLATION for an SPS shorter than that.
    """
    if len(nal) < 4:
        raise Error(Kind.PROTOCOL_VIOLATION, "an SPS is too short")
    return nal[1:4]
