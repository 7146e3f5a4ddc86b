"""The detectors that Farola knows: each one file, pinned by its SHA-256.

A model decides who is covered, so a file that is not exactly the known one is never loaded. How to
add one: docs/guide/detectors.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from farola.base import Error, Kind
from farola.vision.frames import Fit, InputSpec

_MIB = 1 << 20


class Family(StrEnum):
    """Which adapter turns a model's answers into detections."""

    SSD_OPEN_IMAGES = "ssd-open-images"
    YOLOX_COCO = "yolox-coco"


@dataclass(frozen=True, slots=True)
class Model:
    """One known detector.

    `sha256` holds every file that may go by this name, the authors' own first. `url` is None for
    the one that comes with the build. `most_bytes` bounds what is read or downloaded.
    """

    name: str
    title: str
    family: Family
    input: InputSpec
    suffix: str
    sha256: tuple[str, ...]
    licence: str
    source: str
    url: str | None
    most_bytes: int


_YOLOX = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0"


def _yolox(name: str, title: str, side: int, most_bytes: int, *sha256: str) -> Model:
    return Model(
        name=f"yolox-{name}",
        title=title,
        family=Family.YOLOX_COCO,
        input=InputSpec(side, side, Fit.LETTERBOX),
        suffix=".onnx",
        sha256=sha256,
        licence="Apache-2.0",
        source="YOLOX 0.1.1rc0, Megvii, trained on COCO",
        url=f"{_YOLOX}/yolox_{name}.onnx",
        most_bytes=most_bytes,
    )


DEFAULT = "ssd-mobilenet-v2-oid"

MODELS: tuple[Model, ...] = (
    Model(
        name=DEFAULT,
        title="SSD-MobileNet-v2, comes with Farola",
        family=Family.SSD_OPEN_IMAGES,
        input=InputSpec(300, 300, Fit.STRETCH),
        suffix=".tflite",
        sha256=("d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",),
        licence="Apache-2.0",
        source="npm package @mediapipe/objectron 0.4.1675468480, trained on Open Images",
        url=None,
        most_bytes=16 * _MIB,
    ),
    _yolox(
        "nano",
        "YOLOX-Nano, small and quick",
        416,
        8 * _MIB,
        "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        # The same network as the public ONNX model collection exports it.
        "e8af074932d4ed7e232278e3055cefcdea3edf178874a3694ae292649fb464dd",
    ),
    _yolox(
        "tiny",
        "YOLOX-Tiny, finds more, takes about four times YOLOX-Nano",
        416,
        32 * _MIB,
        "427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
    ),
    _yolox(
        "s",
        "YOLOX-S, finds most, for machines with cores to spare",
        640,
        64 * _MIB,
        "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
    ),
)


def model_named(name: str) -> Model:
    """Raises NOT_FOUND, saying what there is."""
    for model in MODELS:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in MODELS)
    raise Error(Kind.NOT_FOUND, f"there is no model {name!r}; known are: {known}")
