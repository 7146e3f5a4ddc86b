"""A street that was recorded, for darkrooms to work on."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "media"))
sys.path.insert(0, str(Path(__file__).parents[1] / "playback"))

from media_footage import Footage, make
from playback_street import Street


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Footage]:
    folder = tmp_path_factory.mktemp("footage")
    made: dict[str, Footage] = {}

    def get(kind: str) -> Footage:
        if kind not in made:
            made[kind] = make(kind, folder)
        return made[kind]

    return get


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with Street.open(tmp_path) as opened:
        yield opened
