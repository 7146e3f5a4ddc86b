"""The set-up packs exactly the model that the program will accept."""

import sys
from pathlib import Path

import pytest

from farola.vision import model_named
from farola.vision.model_store import PACKED


@pytest.fixture(autouse=True)
def scripts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(root / "scripts"), *sys.path])


def test_set_up_and_program_mean_the_same_file() -> None:
    import detector_model

    model = model_named("ssd-mobilenet-v2-oid")
    assert model.sha256 == (detector_model.SHA256,)
    assert detector_model.PACKED == PACKED


def test_a_bundle_with_another_model_stops_the_set_up(tmp_path: Path) -> None:
    import detector_model
    from steps import SetupError

    bundle = tmp_path / "bundle"
    bundle.write_bytes(bytes(10_000_000))
    with pytest.raises(SetupError, match="is not the known one"):
        detector_model.take_out(bundle)
    with pytest.raises(SetupError, match="not complete"):
        detector_model.take_out(tmp_path / "nothing")


def test_what_is_packed_goes_into_the_wheel_and_not_into_git(root: Path) -> None:
    assert "/src/farola/vision/packed/" in (root / ".gitignore").read_text().splitlines()
    assert (root / "pyproject.toml").read_text().count('"src/farola/vision/packed/**"') == 2
