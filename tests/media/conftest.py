"""Footage shared by the media tests, encoded once a session."""

from collections.abc import Callable

import pytest
from media_footage import Footage, make


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Footage]:
    folder = tmp_path_factory.mktemp("footage")
    made: dict[str, Footage] = {}

    def get(kind: str) -> Footage:
        if kind not in made:
            made[kind] = make(kind, folder)
        return made[kind]

    return get
