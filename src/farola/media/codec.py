"""What a decoder must know before the first picture, and how MP4 and browsers write it down."""

from collections.abc import Iterable
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.media import h264, h265
from farola.media.nal import Codec, H264Unit, H265Unit, is_parameter_set, unit_type
from farola.media.picture import Picture, PictureLimit, Sequence

# A set is a few dozen bytes, a few hundred with scaling lists. avcC counts 31 SPS, 255 PPS.
MOST_SET_BYTES = 8192
_MOST_SETS = 31
_DEFAULT_LIMIT = PictureLimit()


@dataclass(frozen=True, slots=True)
class CodecConfig:
    """A codec configuration; equal ones decode alike.

    `parameter_sets` are NAL units without start code or length, ordered VPS, SPS, PPS.
    `rfc6381` is such as `avc1.64001f` or `hvc1.1.6.L93.B0`. `decoder_record` is the payload of the
    `avcC` or `hvcC` box (ISO/IEC 14496-15 5.3.3.1 and 8.3.3.1).
    """

    codec: Codec
    parameter_sets: tuple[bytes, ...]
    picture: Picture
    rfc6381: str
    decoder_record: bytes

    @classmethod
    def from_parameter_sets(
        cls, codec: str, sets: Iterable[bytes], limit: PictureLimit = _DEFAULT_LIMIT
    ) -> "CodecConfig":
        """Build it from SPS and PPS (H.264) or VPS, SPS and PPS (H.265), in any order.

        Other NAL units and repetitions are left out. Raises CODEC_UNSUPPORTED for another codec,
        PICTURE_TOO_LARGE beyond `limit`, PROTOCOL_VIOLATION for missing or broken sets.
        """
        if codec == Codec.H264:
            return _h264_config(_by_type(Codec.H264, sets), limit)
        if codec == Codec.H265:
            return _h265_config(_by_type(Codec.H265, sets), limit)
        raise Error(Kind.CODEC_UNSUPPORTED, f"the codec {codec[:40]!r} is not supported")


def _by_type(codec: Codec, sets: Iterable[bytes]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for nal in sets:
        if not nal or not is_parameter_set(codec, unit_type(codec, nal[0])):
            continue
        if len(nal) > MOST_SET_BYTES:
            raise Error(Kind.PROTOCOL_VIOLATION, "a parameter set is too long", size=len(nal))
        same = found.setdefault(unit_type(codec, nal[0]), [])
        if nal not in same:
            same.append(nal)
        if len(same) > _MOST_SETS:
            raise Error(Kind.PROTOCOL_VIOLATION, "there are too many parameter sets")
    return found


def _take(found: dict[int, list[bytes]], kind: int, name: str) -> list[bytes]:
    sets = found.get(kind)
    if not sets:
        raise Error(Kind.PROTOCOL_VIOLATION, f"the stream has no {name}")
    return sets


def _h264_config(found: dict[int, list[bytes]], limit: PictureLimit) -> CodecConfig:
    sps = _take(found, H264Unit.SPS, "SPS")
    pps = _take(found, H264Unit.PPS, "PPS")
    sequences = [h264.parse_sps(nal, limit) for nal in sps]
    head = h264.profile_bytes(sps[0])
    record = bytearray(b"\x01" + head + b"\xff")  # lengthSizeMinusOne = 3
    for lead, sets in ((0xE0, sps), (0, pps)):
        record.append(lead | len(sets))
        for nal in sets:
            record += len(nal).to_bytes(2) + nal
    if h264.has_chroma_fields(head[0]):
        record += _depths(0xFC, 0xF8, sequences[0]) + b"\x00"  # no SPS extensions
    return CodecConfig(
        Codec.H264,
        (*sps, *pps),
        sequences[0].picture,
        f"avc1.{head.hex()}",
        bytes(record),
    )


def _depths(chroma_lead: int, depth_lead: int, sequence: Sequence) -> bytes:
    return bytes(
        (
            chroma_lead | sequence.chroma_format,
            depth_lead | (sequence.luma_depth - 8),
            depth_lead | (sequence.chroma_depth - 8),
        )
    )


def _h265_config(found: dict[int, list[bytes]], limit: PictureLimit) -> CodecConfig:
    vps = _take(found, H265Unit.VPS, "VPS")
    sps = _take(found, H265Unit.SPS, "SPS")
    pps = _take(found, H265Unit.PPS, "PPS")
    sequences = [h265.parse_sps(nal, limit) for nal in sps]
    first = sequences[0]
    profile = first.profile
    lead = profile.space << 6 | profile.tier << 5 | profile.profile
    record = bytearray((1, lead))
    record += profile.compatibility.to_bytes(4) + profile.constraints
    record.append(profile.level)
    record += b"\xf0\x00\xfc"  # min_spatial_segmentation_idc, parallelismType: unknown
    record += _depths(0xFC, 0xF8, first.sequence)
    record += b"\x00\x00"  # avgFrameRate unspecified
    record.append(first.temporal_layers << 3 | first.temporal_nesting << 2 | 3)
    record.append(3)
    for kind, sets in ((H265Unit.VPS, vps), (H265Unit.SPS, sps), (H265Unit.PPS, pps)):
        # hvc1 promises that the record is complete, so array_completeness is set.
        record += bytes((0x80 | kind,)) + len(sets).to_bytes(2)
        for nal in sets:
            record += len(nal).to_bytes(2) + nal
    picture = first.sequence.picture
    if picture.frame_rate is None:
        picture = Picture(
            picture.width, picture.height, h265.vps_frame_rate(vps[0]), picture.sample_aspect
        )
    return CodecConfig(
        Codec.H265, (*vps, *sps, *pps), picture, _hvc1_string(profile), bytes(record)
    )


def _hvc1_string(profile: h265.ProfileTierLevel) -> str:
    """ISO/IEC 14496-15 annex E.3: compatibility flags bit-reversed, constraints cut short."""
    compatibility = int(f"{profile.compatibility:032b}"[::-1], 2)
    constraints = profile.constraints.rstrip(b"\x00")
    parts = [
        "hvc1",
        f"{('', 'A', 'B', 'C')[profile.space]}{profile.profile}",
        f"{compatibility:X}",
        f"{'H' if profile.tier else 'L'}{profile.level}",
        *(f"{byte:X}" for byte in constraints),
    ]
    return ".".join(parts)
