"""What the public page is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from farola.oversight.numbers import Month


@dataclass(frozen=True, slots=True)
class PublicCamera:
    """What anybody may know of a camera; `latitude` and `longitude` in degrees, None unknown."""

    id: str
    place: str
    purpose: str
    legal_basis: str
    office: str
    contact: str
    retention_hours: int
    enabled: bool
    latitude: float | None = None
    longitude: float | None = None
    has_notice: bool = False


@dataclass(frozen=True, slots=True)
class WitnessFacts:
    """`size` is how many entries it has cosigned; 0 none yet."""

    name: str
    key: str
    size: int


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """`office`, `contact` and `address` are whom people turn to, empty where not configured."""

    town: str
    office: str
    contact: str
    address: str
    retention_hours: int
    made_on: str
    cameras: Sequence[PublicCamera]
    months: Sequence[Month]
    checkpoint: str
    verifier: str
    witnesses: Sequence[WitnessFacts]
