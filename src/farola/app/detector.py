"""The detector as the settings want it."""

import os
import sys
from collections.abc import Callable

from farola.base import Clock, Error
from farola.config import Settings
from farola.vision.detection import DetectionService, DetectionSettings
from farola.vision.model_store import ModelStore

COMMAND = (sys.executable, "-m", "farola.app.detector_process")


def models(settings: Settings) -> ModelStore:
    """The models of this installation."""
    return ModelStore(settings.storage.data / "models")


def detection(
    settings: Settings, clock: Clock, on_fault: Callable[[Error | None], None] = lambda fault: None
) -> DetectionService:
    """The detection service, not running yet. Raises NOT_FOUND when the model chosen is unknown."""
    vision = settings.vision
    return DetectionService(
        COMMAND,
        models(settings).in_use(),
        DetectionSettings(
            streams=vision.detector_threads or len(os.sched_getaffinity(0)),
            timeout_us=vision.detector_timeout_ms * 1_000,
            late_us=vision.late_ms * 1_000,
            sandbox_required=vision.sandbox == "required",
        ),
        clock,
        on_fault,
    )
