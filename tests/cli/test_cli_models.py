"""The models commands, run as an operator runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FAROLA = Path(sys.executable).with_name("farola")
PACKED = "ssd-mobilenet-v2-oid"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "farola.toml"
    path.write_text("")
    return path


def run(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FAROLA, "models", *words, "--config", config],
        capture_output=True,
        text=True,
        check=False,
        # No request may leave a test: whatever is asked for goes to a port where nobody listens.
        env={**os.environ, "NO_COLOR": "1", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""},
    )


def test_the_list_shows_licence_source_and_what_is_used(config: Path) -> None:
    text = run(config, "list").stdout
    assert f"* {PACKED}" in text
    assert "Apache-2.0; npm package @mediapipe/objectron" in text
    models = {each["name"]: each for each in json.loads(run(config, "list", "--json").stdout)}
    assert models[PACKED]["in_use"]
    assert models[PACKED]["state"] == "ok"
    assert models["yolox-nano"]["state"] == "model_missing"
    assert models["yolox-nano"]["url"].endswith("/yolox_nano.onnx")


def test_a_wrong_file_is_refused_and_nothing_changes(config: Path, tmp_path: Path) -> None:
    brought = tmp_path / "yolox_nano.onnx"
    brought.write_bytes(b"no network at all")
    refused = run(config, "install", "yolox-nano", "--from", str(brought))
    assert refused.returncode == 1
    assert "its SHA-256 is" in refused.stderr
    assert "[model_wrong]" in refused.stderr
    refused = run(config, "use", "yolox-nano")
    assert refused.returncode == 1
    assert "[model_missing]" in refused.stderr
    assert run(config, "verify").returncode == 0
    assert f"* {PACKED}" in run(config, "list").stdout


def test_a_download_that_fails_says_what_to_do(config: Path) -> None:
    failed = run(config, "install", "yolox-nano")
    assert failed.returncode == 1
    assert "use --from" in failed.stderr
    assert "[unreachable]" in failed.stderr


def test_verify_tells_a_file_that_is_not_the_known_one(config: Path, tmp_path: Path) -> None:
    models = tmp_path / "data" / "models"
    models.mkdir(parents=True)
    (models / "yolox-tiny.onnx").write_bytes(b"something else")
    checked = run(config, "verify")
    assert checked.returncode == 1
    assert f"{PACKED}: right" in checked.stdout
    assert "yolox-tiny" in checked.stderr
    assert "WRONG FILE" in run(config, "list").stdout


def test_an_unknown_name_is_told_with_those_that_are_known(config: Path) -> None:
    for command in ("use", "install"):
        refused = run(config, command, "retina")
        assert refused.returncode == 1
        assert "known are: ssd-mobilenet-v2-oid, yolox-nano" in refused.stderr
