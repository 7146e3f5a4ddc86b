"""How many pixels a metre of the street has in a picture, and what can be told at that. Pure.

The words are those of IEC 62676-4: its edition of 2014 and that of 2025. The estimate takes the
camera for a pinhole and the street for flat; a wide lens bends straight lines, so at the edges of
its picture the density is lower than told here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, inf, radians, sin, tan

from farola.model.camera import Mounting
from farola.model.situation import Zone, ZoneKind

LEVELS_2014 = ((25, "detect"), (62, "observe"), (125, "recognise"), (250, "identify"))
LEVELS_2025 = (
    (20, "overview"),
    (40, "outline"),
    (80, "discern"),
    (125, "perceive"),
    (250, "characterise"),
    (500, "validate"),
    (1500, "scrutinise"),
)
_ASPECT = 9 / 16
_WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Density:
    """Of one zone, or of the whole picture where `zone` is None, in pixels a metre.

    `least` is 0 where the zone reaches the horizon. `measured`: by the width in metres that
    somebody measured at the zone, instead of by the camera's mounting.
    """

    zone: Zone | None
    least: int
    most: int
    measured: bool = False

    def exceeds(self, target: int | None) -> bool:
        """Whether more can be told of people than the camera's purpose needs."""
        return target is not None and self.most > target


def level(pixels: int, levels: Sequence[tuple[int, str]]) -> str:
    """The last of the levels that the density reaches; empty below the first."""
    return next((name for least, name in reversed(levels) if pixels >= least), "")


def densities(mounting: Mounting | None, zones: Sequence[Zone], width: int) -> list[Density]:
    """The whole picture's first, then that of each zone that is not always covered.

    `width` is the picture's, in pixels. Without a mounting, only what was measured is told.
    """
    found = []
    if mounting is not None:
        found.append(_estimated(mounting, None, _WHOLE, width))
    for zone in zones:
        if zone.kind is ZoneKind.PRIVATE:
            continue
        if zone.width_m is not None:
            pixels = round(width / zone.width_m)
            found.append(Density(zone, pixels, pixels, measured=True))
        elif mounting is not None:
            found.append(_estimated(mounting, zone, zone.points, width))
    return found


def pixels_a_metre(mounting: Mounting, y: float, width: int) -> float:
    """Across the ground that is seen at the height `y` of the picture, 0 at its top and 1 at its
    bottom; 0 from the horizon upwards.

    Of a point at the depth Z along the lens's axis a metre across takes f/Z pixels, f being the
    focal length in pixels. The ground at row v (in focal lengths below the axis) is at the depth
    h / (sin t + v cos t), for a camera at the height h that looks down by the angle t.
    """
    focal = width / 2 / tan(radians(mounting.field_deg) / 2)
    row = (y - 0.5) * width * _ASPECT / focal
    tilt = radians(mounting.tilt_deg)
    return max(0.0, focal * (sin(tilt) + row * cos(tilt)) / mounting.height_m)


def _estimated(
    mounting: Mounting, zone: Zone | None, points: Sequence[tuple[float, float]], width: int
) -> Density:
    """The density is linear in the height of the picture: the corners have the extremes."""
    least, most = inf, 0.0
    for _, y in points:
        here = pixels_a_metre(mounting, y, width)
        least, most = min(least, here), max(most, here)
    return Density(zone, round(least), round(most))
