"""A street that was recorded: real files, keys and catalogue around ffmpeg's clips."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "media"))

from media_footage import Footage, make
from playback_street import Street


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Footage]:
    folder = tmp_path_factory.mktemp("footage")
    made: dict[tuple[str, str], Footage] = {}

    def get(kind: str, size: str = "320x180") -> Footage:
        if (kind, size) not in made:
            made[kind, size] = make(kind, folder, size=size)
        return made[kind, size]

    return get


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with Street.open(tmp_path) as opened:
        yield opened
