"""NAL units, parameter sets, 90 kHz time, packed indexes and MP4, as pure functions of bytes."""

from farola.media.codec import CodecConfig
from farola.media.fmp4 import init_segment, movie_fragment, producer_time
from farola.media.index import (
    FragmentEntry,
    Sample,
    pack_fragments,
    pack_samples,
    unpack_fragments,
    unpack_samples,
)
from farola.media.movie import MovieTable
from farola.media.nal import Codec, is_key, length_prefixed, parameter_sets_in, unit_type, units
from farola.media.picture import Picture, PictureLimit
from farola.media.ticks import TICKS_PER_SECOND, ticks_to_us, us_to_ticks
from farola.media.timing import DecodeClock, decode_times

__all__ = [
    "TICKS_PER_SECOND",
    "Codec",
    "CodecConfig",
    "DecodeClock",
    "FragmentEntry",
    "MovieTable",
    "Picture",
    "PictureLimit",
    "Sample",
    "decode_times",
    "init_segment",
    "is_key",
    "length_prefixed",
    "movie_fragment",
    "pack_fragments",
    "pack_samples",
    "parameter_sets_in",
    "producer_time",
    "ticks_to_us",
    "unit_type",
    "units",
    "unpack_fragments",
    "unpack_samples",
    "us_to_ticks",
]
