"""Settings: one small typed class per concept; unknown keys are refused."""

from farola.config.identity import Identity
from farola.config.sections import (
    Catalogue,
    Logs,
    Metrics,
    Network,
    Recorder,
    Redaction,
    Server,
    Sessions,
    Site,
    Storage,
    Vision,
)
from farola.config.settings import CONFIG_VARIABLE, ENV_PREFIX, Settings

__all__ = [
    "CONFIG_VARIABLE",
    "ENV_PREFIX",
    "Catalogue",
    "Identity",
    "Logs",
    "Metrics",
    "Network",
    "Recorder",
    "Redaction",
    "Server",
    "Sessions",
    "Settings",
    "Site",
    "Storage",
    "Vision",
]
