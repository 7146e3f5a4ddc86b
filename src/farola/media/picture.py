"""What a sequence parameter set says about the pictures, and what is refused."""

from dataclasses import dataclass
from math import gcd

from farola.base import Error, Kind

DEFAULT_MOST_WIDTH = 8192
DEFAULT_MOST_HEIGHT = 8192
_MOST_FRAMES_PER_SECOND = 1000

# H.264 table E-1 = H.265 table E-1, by aspect_ratio_idc; 0 is "unspecified".
SAMPLE_ASPECTS = (
    (1, 1), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11),
    (80, 33), (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
)  # fmt: skip
EXTENDED_SAMPLE_ASPECT = 255


@dataclass(frozen=True, slots=True)
class PictureLimit:
    """The largest coded picture that is taken; beyond it lies an error or an attack."""

    width: int = DEFAULT_MOST_WIDTH
    height: int = DEFAULT_MOST_HEIGHT

    def check(self, width: int, height: int) -> None:
        """Raise PICTURE_TOO_LARGE beyond the limit, PROTOCOL_VIOLATION for an empty picture."""
        if width > self.width or height > self.height:
            raise Error(
                Kind.PICTURE_TOO_LARGE,
                f"the stream announces pictures of {width}x{height}, "
                f"more than {self.width}x{self.height}",
                width=width,
                height=height,
            )
        if width <= 0 or height <= 0:
            raise Error(Kind.PROTOCOL_VIOLATION, "the stream announces an empty picture")


@dataclass(frozen=True, slots=True)
class Picture:
    """Size in luma samples after cropping, frame rate as a reduced fraction of frames per second.

    `frame_rate` is None where the stream does not tell or tells nonsense. `sample_aspect` is the
    width to height of one sample: cameras that halve their width say (2, 1).
    """

    width: int
    height: int
    frame_rate: tuple[int, int] | None
    sample_aspect: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A parsed SPS: the picture, and what the decoder records repeat."""

    picture: Picture
    chroma_format: int
    luma_depth: int
    chroma_depth: int


def frame_rate(frames: int, seconds: int) -> tuple[int, int] | None:
    """`frames` / `seconds` reduced, or None when it cannot be true."""
    if frames <= 0 or seconds <= 0 or frames > seconds * _MOST_FRAMES_PER_SECOND:
        return None
    divisor = gcd(frames, seconds)
    return frames // divisor, seconds // divisor


def sample_aspect(width: int, height: int) -> tuple[int, int]:
    """Reduced; an unspecified (zero) aspect counts as square."""
    if width <= 0 or height <= 0:
        return 1, 1
    divisor = gcd(width, height)
    return width // divisor, height // divisor
