"""The lock files install what pyproject.toml asks for, by hash, from whatever index is there."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-node.lock",
    "requirements-uv.lock",
)


def pins(lock: Path) -> dict[str, str]:
    text = lock.read_text()
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.MULTILINE))


def normalised(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_line_names_an_index(root: Path, name: str) -> None:
    text = (root / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    for block in blocks:
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert not re.search(r"^--|://", text, re.MULTILINE)


def test_every_dependency_is_locked(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    running = {normalised(line) for line in [*project["dependencies"], *extras["postgres"]]}
    assert running <= pins(root / "requirements.lock").keys()
    testing = {normalised(line) for line in extras["dev"]}
    assert running | testing <= pins(root / "requirements-dev.lock").keys()


def test_both_locks_agree(root: Path) -> None:
    running = pins(root / "requirements.lock")
    testing = pins(root / "requirements-dev.lock")
    assert running.items() <= testing.items()
