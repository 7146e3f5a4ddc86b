"""The data and its keystore belong together."""

import shutil
from pathlib import Path

import pytest

from farola.app.parts import only_recorder, open_parts
from farola.app.plans import open_credentials, seal_credentials
from farola.app.record import settings_for
from farola.app.sources import parse_url
from farola.base import Error, Kind, SystemClock
from farola.config import Settings
from farola.model import Credentials


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "data")


def opened(settings: Settings, *, create: bool = True) -> None:
    with open_parts(settings, SystemClock(), create=create):
        pass


def test_a_second_start_finds_what_the_first_made(settings: Settings) -> None:
    opened(settings)
    opened(settings, create=False)
    opened(settings)


def test_a_lost_keystore_is_not_replaced_by_a_new_one(settings: Settings) -> None:
    opened(settings)
    shutil.rmtree(settings.storage.keys)
    with pytest.raises(Error) as raised:
        opened(settings)
    assert raised.value.kind is Kind.KEY_MISSING
    assert not (settings.storage.keys / "root.key").exists()


def test_another_towns_keys_are_refused(settings: Settings, tmp_path: Path) -> None:
    other = settings_for(tmp_path / "other")
    opened(settings)
    opened(other)
    shutil.rmtree(settings.storage.keys)
    shutil.copytree(other.storage.keys, settings.storage.keys)
    with pytest.raises(Error) as raised:
        opened(settings)
    assert raised.value.kind is Kind.KEY_WRONG


def test_one_recorder_at_a_time_has_the_data(settings: Settings) -> None:
    with only_recorder(settings):
        with pytest.raises(Error) as raised, only_recorder(settings):
            pass
        assert raised.value.kind is Kind.CONFLICT
        opened(settings)  # looking is allowed
    with only_recorder(settings):
        pass


def test_a_check_never_makes_a_town(settings: Settings) -> None:
    with pytest.raises(Error) as raised:
        opened(settings, create=False)
    assert raised.value.kind is Kind.NOT_FOUND
    assert not settings.storage.data.exists()


def test_one_cameras_credentials_do_not_open_as_anothers(settings: Settings) -> None:
    with open_parts(settings, SystemClock(), create=True) as parts:
        sealed = seal_credentials(parts.keystore, "cam-1", Credentials("user", "secret"))
        assert b"secret" not in sealed
        found = open_credentials(parts.keystore, "cam-1", sealed)
        assert (found.username, found.password) == ("user", "secret")
        with pytest.raises(Error) as raised:
            open_credentials(parts.keystore, "cam-2", sealed)
        assert raised.value.kind is Kind.KEY_WRONG


@pytest.mark.parametrize(
    ("url", "shown", "login"),
    [
        ("rtsp://10.0.0.9/s", "rtsp://10.0.0.9:554/s", None),
        ("rtsps://10.0.0.9", "rtsps://10.0.0.9:322/", None),
        ("rtsp://u:p%40s@cam.example:8554/a?b=c", "rtsp://cam.example:8554/a?b=c", ("u", "p@s")),
        ("rtsp://[fd00::1]:554/x", "rtsp://[fd00::1]:554/x", None),
    ],
)
def test_urls_come_apart(url: str, shown: str, login: tuple[str, str] | None) -> None:
    source = parse_url(url)
    assert source.shown == shown
    found = source.login and (source.login.username, source.login.password)
    assert found == login


@pytest.mark.parametrize(
    "url", ["http://10.0.0.9/", "rtsp://", "rtsp://host:99999/", "exec:ls", ""]
)
def test_what_is_no_camera_url_is_refused(url: str) -> None:
    with pytest.raises(Error) as raised:
        parse_url(url)
    assert raised.value.kind is Kind.INVALID_INPUT
