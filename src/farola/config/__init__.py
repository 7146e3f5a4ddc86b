"""Settings: one small typed class per concept; unknown keys are refused."""

from farola.config.sections import (
    Catalogue,
    Logs,
    Metrics,
    Network,
    Recorder,
    Server,
    Sessions,
    Site,
    Storage,
)
from farola.config.settings import CONFIG_VARIABLE, ENV_PREFIX, Settings

__all__ = [
    "CONFIG_VARIABLE",
    "ENV_PREFIX",
    "Catalogue",
    "Logs",
    "Metrics",
    "Network",
    "Recorder",
    "Server",
    "Sessions",
    "Settings",
    "Site",
    "Storage",
]
