"""All settings together, and where they come from."""

import os
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from farola.base import Error, Kind
from farola.config.identity import Identity
from farola.config.oversight import Grants, Ledger, Oversight, Public, Retention
from farola.config.sections import (
    Catalogue,
    Logs,
    Metrics,
    Network,
    Recorder,
    Redaction,
    Server,
    Sessions,
    Site,
    Storage,
    Vision,
)

CONFIG_VARIABLE = "FAROLA_CONFIG"
ENV_PREFIX = "FAROLA_"


class Settings(BaseSettings):
    """Everything that an operator decides: one section per concept.

    A value comes from the environment (`FAROLA_<SECTION>_<KEY>`), else from the TOML file, else
    from the default that stands here. Environment variables of other sections' names are left
    alone: orchestrators put `FAROLA_SERVICE_HOST` and the like there for a service of our name.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    site: Site = Site()
    server: Server = Server()
    storage: Storage = Storage()
    catalog: Catalogue = Catalogue()
    recorder: Recorder = Recorder()
    network: Network = Network()
    vision: Vision = Vision()
    redaction: Redaction = Redaction()
    sessions: Sessions = Sessions()
    identity: Identity = Identity()
    ledger: Ledger = Ledger()
    retention: Retention = Retention()
    grants: Grants = Grants()
    oversight: Oversight = Oversight()
    public: Public = Public()
    logs: Logs = Logs()
    metrics: Metrics = Metrics()

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the file at `path`, else the one that FAROLA_CONFIG names, else none.

        Relative directories are made absolute from the file's directory (without a file: from the
        working directory). Raises `Error(CONFIG_INVALID)` naming file, section and key.
        """
        if path is None and os.environ.get(CONFIG_VARIABLE):
            path = Path(os.environ[CONFIG_VARIABLE])
        return cls.parse(_read(path) if path else {}, path)

    @classmethod
    def parse(cls, values: dict[str, Any], path: Path | None = None) -> Self:
        """Settings from a file's tables and the environment; `path` names the file in messages."""
        try:
            settings = cls(**values)
        except ValidationError as error:
            raise _refusal(error, values, path) from None  # the cause may quote a secret
        except SettingsError as error:
            raise Error(Kind.CONFIG_INVALID, f"environment: {error}") from None
        base = (path.parent if path else Path()).absolute()
        storage = settings.storage
        placed = storage.model_copy(
            update={"data": base / storage.data, "keys": base / storage.keys}
        )
        if placed.keys.resolve().is_relative_to(placed.data.resolve()):
            raise Error(
                Kind.CONFIG_INVALID,
                f"{path or 'settings'}: [storage] keys lies inside data; whoever copies the "
                "recordings would copy the keys with them",
                section="storage",
                key="keys",
            )
        ledger = settings.ledger
        for name in ("directory", "timestamp_roots"):
            path_of = getattr(ledger, name)
            if path_of is not None:
                ledger = ledger.model_copy(update={name: base / path_of})
        return settings.model_copy(update={"storage": placed, "ledger": ledger})

    @property
    def catalog_url(self) -> str | Path:
        """What `Catalog.open` takes: the configured URL or the SQLite file's path."""
        url = self.catalog.url
        return url.get_secret_value() if url else self.storage.data / "catalog.db"

    @property
    def ledger_directory(self) -> Path:
        """Where the ledger's database lies."""
        return self.ledger.directory or self.storage.data / "ledger"

    @property
    def public_directory(self) -> Path:
        """What anyone may fetch: the ledger's tiles and its newest checkpoint."""
        return self.storage.data / "public"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file's tables, which come in as arguments."""
        return env_settings, init_settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Error(Kind.CONFIG_INVALID, f"{path}: no such file", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Error(Kind.CONFIG_INVALID, f"{path}: {error}", file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise Error(Kind.CONFIG_INVALID, f"{path}: not TOML: {error}", file=str(path)) from error


def _refusal(error: ValidationError, values: dict[str, Any], path: Path | None) -> Error:
    """Say where the first wrong value stands, without repeating it: it may be a secret."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    section, key = (*(str(part) for part in first["loc"][:2]), "", "")[:2]
    table = values.get(section)
    in_file = section in values and (not key or not isinstance(table, dict) or key in table)
    place = str(path or "settings")
    if in_file:
        where = f"{place}: [{section}] {key}".rstrip()
    else:
        where = f"environment: {ENV_PREFIX}{section}_{key}".rstrip("_").upper()
        where = where.replace("ENVIRONMENT", "environment")
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = "no such key" if key else "no such section"
    return Error(
        Kind.CONFIG_INVALID,
        f"{where}: {what}",
        file=str(path) if path and in_file else None,
        section=section,
        key=key or None,
    )
