from collections.abc import Iterator
from pathlib import Path

import pytest
from recorder_street import Street, codec_config, opened_street

from farola.media import CodecConfig


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with opened_street(tmp_path) as street:
        yield street


@pytest.fixture(scope="session")
def h264(tmp_path_factory: pytest.TempPathFactory) -> CodecConfig:
    return codec_config(tmp_path_factory.mktemp("h264"))
