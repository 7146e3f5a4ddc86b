"""The HTTP API: routes by noun over services that the app brings."""

from farola.api.application import create_app
from farola.api.server import server_config
from farola.api.services import (
    STORED,
    Cameras,
    ConnectionTest,
    LookedAt,
    RecordedDay,
    RuleDraft,
    Services,
    Sightings,
    Situations,
    States,
    Stored,
    Timeline,
    Vision,
    VisionReport,
    ZoneDraft,
)
from farola.api.settings import ApiSettings

__all__ = [
    "STORED",
    "ApiSettings",
    "Cameras",
    "ConnectionTest",
    "LookedAt",
    "RecordedDay",
    "RuleDraft",
    "Services",
    "Sightings",
    "Situations",
    "States",
    "Stored",
    "Timeline",
    "Vision",
    "VisionReport",
    "ZoneDraft",
    "create_app",
    "server_config",
]
