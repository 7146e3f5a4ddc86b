"""The default detector: taken out of an npm package that the console's install brings along.

`@mediapipe/objectron` (Apache-2.0) carries SSD-MobileNet-v2 trained on Open Images as one of the
files in its asset bundle. Nothing else of the package is used, and nothing is downloaded for it.
"""

import hashlib
from pathlib import Path

from steps import ROOT, SetupError, say

BUNDLE = ROOT / "console/node_modules/@mediapipe/objectron/objectron_solution_packed_assets.data"
PLACE_IN_BUNDLE = slice(184, 9_987_912)  # the label file comes first
SHA256 = "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6"
PACKED = ROOT / "src/farola/vision/packed/ssd_mobilenet_v2_oid.tflite"


def pack_detector() -> None:
    """Put the model into the package, unless it lies there already; a wrong one never stays."""
    if PACKED.is_file() and sha256_of(PACKED.read_bytes()) == SHA256:
        return
    if not BUNDLE.parent.parent.parent.is_dir():
        return  # a checkout without the console
    say("packing the detector's model")
    model = take_out(BUNDLE)
    PACKED.parent.mkdir(parents=True, exist_ok=True)
    half = PACKED.with_suffix(".half")
    half.write_bytes(model)
    half.replace(PACKED)


def take_out(bundle: Path) -> bytes:
    """The model's bytes. Stops the set-up when they are not the ones that are known."""
    try:
        model = bundle.read_bytes()[PLACE_IN_BUNDLE]
    except OSError as error:
        raise SetupError(
            "the npm package @mediapipe/objectron is not complete. Remove console/node_modules "
            f"and .setup/node-packages and run this again.\n  ({error})"
        ) from error
    found = sha256_of(model)
    if found != SHA256:
        raise SetupError(
            "the detector's model in the npm package @mediapipe/objectron is not the known one "
            f"(SHA-256 {found}). Do not use it; find out why the package differs."
        )
    return model


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
