"""Decoding behind locks, detectors, tracks, zones and rules: what is noticed in pictures."""

from farola.vision.detection import DetectionLoad, DetectionService, DetectionSettings
from farola.vision.follower import Follower
from farola.vision.frames import Fit, InputSpec, Picture, Ring
from farola.vision.model_store import ModelFile, ModelStore, Stock
from farola.vision.registry import MODELS, Model, model_named
from farola.vision.tracks import Tracker

__all__ = [
    "MODELS",
    "DetectionLoad",
    "DetectionService",
    "DetectionSettings",
    "Fit",
    "Follower",
    "InputSpec",
    "Model",
    "ModelFile",
    "ModelStore",
    "Picture",
    "Ring",
    "Stock",
    "Tracker",
    "model_named",
]
