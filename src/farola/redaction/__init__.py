"""Covers people and plates: from pictures and sightings to pictures that may be shown."""

from farola.redaction.encoder import Encoder, Unit
from farola.redaction.mask import Mask
from farola.redaction.mosaic import cover
from farola.redaction.redactor import Covered, Redactor
from farola.redaction.still import still

__all__ = ["Covered", "Encoder", "Mask", "Redactor", "Unit", "cover", "still"]
