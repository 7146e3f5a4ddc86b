"""H.265 video and sequence parameter sets (ITU-T H.265 7.3.2 and annex E)."""

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

_HEADER_BYTES = 2
_MOST_SHORT_TERM_SETS = 64
_MOST_DELTA_PICTURES = 16
_MOST_LONG_TERM_PICTURES = 32
_MOST_LAYER_SETS = 1023


@dataclass(frozen=True, slots=True)
class ProfileTierLevel:
    """The general part of profile_tier_level, as hvcC and RFC 6381 repeat it (7.3.3)."""

    space: int
    tier: int
    profile: int
    compatibility: int  # 32 flags, flag 0 in the most significant bit
    constraints: bytes  # 6 bytes
    level: int


@dataclass(frozen=True, slots=True)
class HevcSequence:
    """A parsed H.265 SPS, with what hvcC wants besides the picture."""

    sequence: Sequence
    profile: ProfileTierLevel
    temporal_layers: int
    temporal_nesting: bool


@dataclass(slots=True)
class _Vui:
    frame_rate: tuple[int, int] | None = None
    sample_aspect: tuple[int, int] = (1, 1)


def parse_sps(nal: bytes, limit: PictureLimit) -> HevcSequence:
    """Read an SPS NAL unit, its two header bytes included.

    Raises PROTOCOL_VIOLATION for what cannot be an SPS and PICTURE_TOO_LARGE beyond `limit`. What
    follows the coding tools (the VUI) only costs frame rate and aspect when it is broken.
    """
    reader = BitReader(unescape(nal), _HEADER_BYTES)
    reader.skip(4)  # sps_video_parameter_set_id
    sub_layers = reader.bits(3)
    nesting = reader.flag()
    profile = _profile_tier_level(reader, sub_layers)
    reader.unsigned(15)  # sps_seq_parameter_set_id
    chroma_format = reader.unsigned(3)
    separate_planes = chroma_format == 3 and reader.flag()
    width, height = reader.unsigned(), reader.unsigned()
    limit.check(width, height)
    if reader.flag():
        array = 0 if separate_planes else chroma_format
        unit_x = 2 if array in {1, 2} else 1
        unit_y = 2 if array == 1 else 1
        left, right = reader.unsigned(), reader.unsigned()
        top, bottom = reader.unsigned(), reader.unsigned()
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
        limit.check(width, height)
    luma_depth = 8 + reader.unsigned(7)  # hvcC has three bits for it
    chroma_depth = 8 + reader.unsigned(7)
    vui = _Vui()
    with suppress(Error):
        _read_tools(reader, sub_layers)
        if reader.flag():
            _read_vui(reader, vui)
    picture = Picture(width, height, vui.frame_rate, vui.sample_aspect)
    return HevcSequence(
        Sequence(picture, chroma_format, luma_depth, chroma_depth), profile, sub_layers + 1, nesting
    )


def vps_frame_rate(nal: bytes) -> tuple[int, int] | None:
    """The frame rate that a VPS tells, None where it tells none or is broken (7.3.2.1)."""
    with suppress(Error):
        reader = BitReader(unescape(nal), _HEADER_BYTES)
        reader.skip(12)  # ids, base layer flags, vps_max_layers_minus1
        sub_layers = reader.bits(3)
        reader.skip(17)  # nesting, vps_reserved_0xffff_16bits
        _profile_tier_level(reader, sub_layers)
        _skip_sub_layer_ordering(reader, sub_layers)
        most_layer = reader.bits(6)
        reader.skip((most_layer + 1) * reader.unsigned(_MOST_LAYER_SETS))
        if reader.flag():
            tick, scale = reader.bits(32), reader.bits(32)
            return frame_rate(scale, tick)
    return None


def _profile_tier_level(reader: BitReader, sub_layers: int) -> ProfileTierLevel:
    """7.3.3 with profilePresentFlag = 1; `sub_layers` is maxNumSubLayersMinus1."""
    space, tier, profile = reader.bits(2), reader.bits(1), reader.bits(5)
    compatibility = reader.bits(32)
    constraints = reader.bits(48).to_bytes(6)
    level = reader.bits(8)
    if sub_layers > 6:
        raise Error(Kind.PROTOCOL_VIOLATION, "a parameter set has too many sub-layers")
    present = [(reader.flag(), reader.flag()) for _ in range(sub_layers)]
    if sub_layers:
        reader.skip(2 * (8 - sub_layers))
    for with_profile, with_level in present:
        reader.skip(88 * with_profile + 8 * with_level)
    return ProfileTierLevel(space, tier, profile, compatibility, constraints, level)


def _skip_sub_layer_ordering(reader: BitReader, sub_layers: int) -> None:
    all_present = reader.flag()
    for _ in range(sub_layers + 1 if all_present else 1):
        reader.unsigned()
        reader.unsigned()
        reader.unsigned()


def _read_tools(reader: BitReader, sub_layers: int) -> None:
    """Everything between the bit depths and the VUI (7.3.2.2.1)."""
    order_bits = 4 + reader.unsigned(12)  # log2_max_pic_order_cnt_lsb_minus4
    _skip_sub_layer_ordering(reader, sub_layers)
    for _ in range(6):
        reader.unsigned()  # block sizes and transform depths
    if reader.flag() and reader.flag():
        _skip_scaling_lists(reader)
    reader.skip(2)  # amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if reader.flag():
        reader.skip(8)  # PCM bit depths
        reader.unsigned()
        reader.unsigned()
        reader.skip(1)
    _skip_short_term_sets(reader)
    if reader.flag():
        for _ in range(reader.unsigned(_MOST_LONG_TERM_PICTURES)):
            reader.skip(order_bits + 1)
    reader.skip(2)  # sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag


def _skip_scaling_lists(reader: BitReader) -> None:
    """7.3.4."""
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not reader.flag():
                reader.unsigned()
                continue
            if size > 1:
                reader.signed()
            for _ in range(min(64, 1 << (4 + (size << 1)))):
                reader.signed()


def _skip_short_term_sets(reader: BitReader) -> None:
    """7.3.7, keeping only how many pictures each set names, which later sets refer to."""
    pictures: list[int] = []
    for number in range(reader.unsigned(_MOST_SHORT_TERM_SETS)):
        if number and reader.flag():
            reader.skip(1)  # delta_rps_sign
            reader.unsigned()
            count = 0
            for _ in range(pictures[-1] + 1):
                used = reader.flag()
                count += used or reader.flag()
        else:
            before = reader.unsigned(_MOST_DELTA_PICTURES)
            after = reader.unsigned(_MOST_DELTA_PICTURES)
            count = before + after
            for _ in range(count):
                reader.unsigned()
                reader.skip(1)
        pictures.append(count)


def _read_vui(reader: BitReader, vui: _Vui) -> None:
    """E.2.1, as far as the timing."""
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
    reader.skip(3)  # neutral chroma, field_seq_flag, frame_field_info_present_flag
    if reader.flag():
        for _ in range(4):
            reader.unsigned()  # default display window: a hint, not a cropping
    if reader.flag():
        tick, scale = reader.bits(32), reader.bits(32)
        vui.frame_rate = frame_rate(scale, tick)
