"""The virtual environment `.venv`, the locked packages in it, and farola itself."""

import os
import re
import sys
from pathlib import Path

from debian import apt_line
from steps import ROOT, VENV, digest, is_done, mark_done, run, say


def make_environment() -> Path:
    """The path of a working Python in `.venv`, which is made when there is none."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix) == VENV:
        return python
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    say(f"making .venv with Python {version} ({sys.executable})")
    # A broken or old environment is not repaired but replaced; a half-made one as well.
    line = apt_line([f"python{version}-venv"])
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        otherwise=f"Python could not make a virtual environment. On Debian, run this first: {line}",
    )
    return python


def environment_of(python: Path) -> str:
    """What ties installed packages to this environment: its Python and where it lies."""
    configuration = (VENV / "pyvenv.cfg").read_text()
    return f"{os.path.realpath(python)} {VENV} {configuration}"


def install_packages(python: Path, purpose: str) -> None:
    environment = environment_of(python)
    everything = ROOT / "requirements-dev.lock"  # holds all of requirements.lock
    lock = everything if purpose == "test" else ROOT / "requirements.lock"
    made_from = digest([lock], environment)
    if is_done("packages-test", digest([everything], environment)):
        return
    if is_done(f"packages-{purpose}", made_from):
        return
    count = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(), re.MULTILINE))
    say(f"installing {count} Python packages from {lock.name} (a minute or two the first time)")
    run(
        [python, *pip_install(), "--require-hashes", "--only-binary", ":all:", "-r", lock],
        otherwise=f"the packages in {lock.name} could not be installed: see pip's message above. "
        "If it is about the network, check the machine's pip configuration and run this again.",
    )
    mark_done(f"packages-{purpose}", made_from)


def install_farola(python: Path) -> None:
    """Farola itself, editable: a change to the source needs no new set-up."""
    made_from = digest([ROOT / "pyproject.toml"], environment_of(python))
    if is_done("farola", made_from):
        return
    say("installing farola itself, editable")
    run(
        [python, *pip_install(), "--no-deps", "--no-build-isolation", "--editable", ROOT],
        otherwise="farola itself could not be installed: see pip's message above.",
    )
    mark_done("farola", made_from)


def pip_install() -> list[str]:
    return ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
