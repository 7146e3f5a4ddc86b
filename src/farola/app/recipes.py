"""How pictures are covered, from the settings."""

from farola.config import Settings
from farola.model import Point, Recipe


def recipe_of(settings: Settings, private: tuple[tuple[Point, ...], ...] = ()) -> Recipe:
    """The recipe for one camera, whose privacy zones are `private`, or for a file."""
    redaction = settings.redaction
    return Recipe(
        style=redaction.style,
        vehicles=redaction.vehicles,
        vehicle_pixels=redaction.vehicle_pixels,
        margin=redaction.margin,
        hold_us=redaction.hold_ms * 1_000,
        most_height=redaction.most_height,
        private=private,
    )
