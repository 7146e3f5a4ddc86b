"""Settings: where they come from, and that nothing misspelt is ignored."""

import os
from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.config import Settings
from farola.config.reference import example, reference

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("FAROLA_"):
            monkeypatch.delenv(name)


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "farola.toml"
    path.write_text(text, "utf-8")
    return Settings.load(path)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(Error) as error:
        load(tmp_path, text)
    assert error.value.kind is Kind.CONFIG_INVALID
    return str(error.value)


def test_the_defaults_hold_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8600)
    assert settings.storage.data == tmp_path / "data"
    assert settings.catalog_url == tmp_path / "data" / "catalog.db"
    assert not settings.network.allow_loopback


def test_the_file_is_read_and_its_directory_is_where_paths_begin(tmp_path: Path) -> None:
    settings = load(tmp_path, '[server]\nport = 9000\n[storage]\ndata = "d"\nkeys = "/k"\n')
    assert settings.server.port == 9000
    assert settings.storage.data == tmp_path / "d"
    assert settings.storage.keys == Path("/k")


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAROLA_SERVER_PUBLIC_URL", "https://town.example/")
    monkeypatch.setenv("FAROLA_SERVER_PORT", "9001")
    monkeypatch.setenv("FAROLA_NETWORK_CAMERA_NETWORKS", '["10.9.0.0/16"]')
    settings = load(tmp_path, '[server]\nport = 9000\nhost = "0.0.0.0"\n')
    assert (settings.server.port, settings.server.host) == (9001, "0.0.0.0")
    assert settings.server.public_url == "https://town.example"
    assert [str(network) for network in settings.network.camera_networks] == ["10.9.0.0/16"]


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "farola.toml").write_text("[server]\nport = 9002\n")
    monkeypatch.setenv("FAROLA_CONFIG", str(tmp_path / "farola.toml"))
    assert Settings.load().server.port == 9002


def test_an_orchestrators_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAROLA_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("FAROLA_PORT_8600_TCP", "tcp://10.0.0.1:8600")
    assert Settings.load().server.port == 8600


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[server]\nprot = 1\n", "[server] prot: no such key"),
        ("[sever]\nport = 1\n", "[sever]: no such section"),
        ("port = 1\n", "[port]: no such section"),
        ('[server]\nport = "x"\n', "[server] port: "),
        ("[server]\nport = 70000\n", "[server] port: "),
        ("server = 1\n", "[server]: "),
        ("[storage]\nsegment_seconds = 601\n", "[storage] segment_seconds: "),
        ('[site]\nzone = "Mars/Base"\n', "[site] zone: is not an IANA time zone"),
        ('[network]\ncamera_networks = ["10.0.0.1/8"]\n', "[network] camera_networks: "),
        ('[server]\npublic_url = "ftp://x"\n', "[server] public_url: "),
        ('[server]\npublic_url = "https://x/path"\n', "[server] public_url: "),
        ('[server]\npublic_url = "https://u:p@x"\n', "[server] public_url: "),
        ('[metrics]\ntoken = "short"\n', "[metrics] token: "),
        ('[storage]\ndata = "d"\nkeys = "d/keys"\n', "[storage] keys lies inside data"),
        ('[storage]\ndata = "d"\nkeys = "d"\n', "[storage] keys lies inside data"),
        ('[retention]\nclasses = ["bank 240"]\n', "[retention] classes: "),
        ('[retention]\nclasses = ["a 24", "a 48"]\n', "the same name"),
        ("[server\n", "not TOML"),
    ],
)
def test_what_is_wrong_is_named_by_file_section_and_key(
    tmp_path: Path, text: str, told: str
) -> None:
    message = refused(tmp_path, text)
    assert str(tmp_path / "farola.toml") in message
    assert told in message


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAROLA_SERVER_PROT", "1")
    assert "environment: FAROLA_SERVER_PROT: no such key" in refused(tmp_path, "")
    monkeypatch.delenv("FAROLA_SERVER_PROT")
    monkeypatch.setenv("FAROLA_SERVER_PORT", "x")
    assert "environment: FAROLA_SERVER_PORT: " in refused(tmp_path, "[server]\nhost='h'\n")
    monkeypatch.delenv("FAROLA_SERVER_PORT")
    monkeypatch.setenv("FAROLA_NETWORK_CAMERA_NETWORKS", "[")
    assert "environment: " in refused(tmp_path, "")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(Error, match="no such file") as error:
        Settings.load(tmp_path / "none.toml")
    assert error.value.kind is Kind.CONFIG_INVALID
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Error) as error:
        Settings.load(tmp_path / "bytes.toml")
    assert error.value.kind is Kind.CONFIG_INVALID


def test_secrets_are_shown_neither_in_messages_nor_in_repr(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        '[metrics]\ntoken = "a-long-enough-hush"\n[catalog]\nurl = "postgresql://u:pw@h/d"\n',
    )
    assert "hush" not in repr(settings)
    assert "pw" not in repr(settings)
    assert settings.catalog_url == "postgresql://u:pw@h/d"
    assert "hush" not in refused(tmp_path, '[metrics]\ntoken = "hush"\n')


def test_the_example_states_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, example()) == load(tmp_path, "")


def test_every_setting_is_described() -> None:
    for section in Settings.model_fields.values():
        assert section.annotation is not None
        assert section.annotation.__doc__
        for key, field in section.annotation.model_fields.items():
            assert field.description, key
            assert field.description.endswith("."), key


def test_the_reference_page_is_the_classes() -> None:
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    assert page == reference(), "renew it: python -m farola.config.reference"
