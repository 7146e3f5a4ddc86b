"""Red lines kept by the build: no dependency may bring recognition of people, plates or phones."""

import json
import re
from pathlib import Path

import pytest

# A package is refused when one of these is a part of its name between '-', '_', '.', '/' and '@'.
# They are what such libraries are called; the tests below name real ones.
FORBIDDEN = """
    face faces facial facenet facenet2 insightface deepface retinaface arcface openface compreface
    faceapi blazeface facemesh clmtrackr dlib mtcnn sface adaface lightface
    reid reidentification torchreid fastreid deepsort strongsort botsort boxmot gait opengait
    alpr anpr lpr lprnet openalpr plate plates platerecognizer ultimatealpr hyperlpr hyperlpr3
    speaker voiceprint resemblyzer speechbrain pyannote iris
    bluetooth bluez pybluez bluepy bleak noble imsi gsm rtlsdr pyrtlsdr kismet probemon
    ethnicity emotion emotions fer age gender
"""
FORBIDDEN_WORDS = frozenset(FORBIDDEN.split())


def words_of(package: str) -> set[str]:
    return {word for word in re.split(r"[-_./@]+", package.lower()) if word}


def forbidden(packages: set[str]) -> set[str]:
    return {package for package in packages if words_of(package) & FORBIDDEN_WORDS}


def python_packages(lock: Path) -> set[str]:
    return set(re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock.read_text(), re.MULTILINE))


def npm_packages(lock: Path) -> set[str]:
    places = json.loads(lock.read_text())["packages"]
    return {place.rpartition("node_modules/")[2] for place in places if place}


@pytest.mark.parametrize(
    "package",
    [
        "face_recognition",
        "face-recognition-models",
        "dlib",
        "insightface",
        "deepface",
        "facenet-pytorch",
        "torchreid",
        "fast-alpr",
        "fast-plate-ocr",
        "openalpr",
        "hyperlpr3",
        "@vladmandic/face-api",
        "@mediapipe/face_mesh",
        "bleak",
        "@abandonware/noble",
        "resemblyzer",
    ],
)
def test_a_library_beyond_the_red_lines_is_recognised(package: str) -> None:
    assert forbidden({package}) == {package}


@pytest.mark.parametrize("package", ["typeface", "zope.interface", "boilerplate", "jinja-template"])
def test_a_harmless_name_is_let_through(package: str) -> None:
    assert not forbidden({package})


def test_no_python_dependency_crosses_a_red_line(root: Path) -> None:
    locks = sorted(root.glob("requirements*.lock"))
    assert locks
    for lock in locks:
        packages = python_packages(lock)
        assert packages, lock.name
        assert not forbidden(packages), lock.name


def test_no_npm_dependency_crosses_a_red_line(root: Path) -> None:
    packages = npm_packages(root / "console" / "package-lock.json")
    assert packages
    assert not forbidden(packages)
