"""`farola models list|install|use|verify`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farola.base import Error, Kind
from farola.cli.options import ConfigOption, JsonOption, load

if TYPE_CHECKING:
    from farola.vision import ModelStore

models_app = typer.Typer(help="Detectors: what there is, which is used, bring another.")

_Name = Annotated[str, typer.Argument(help="One of the names that `farola models list` shows.")]


@models_app.command("list")
def list_(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the known models: licence, source, whether each is here and which is used."""
    stock = _store(config).stock()
    if as_json:
        rows = [
            {
                "name": each.file.model.name,
                "title": each.file.model.title,
                "state": str(each.fault.kind) if each.fault else "ok",
                "in_use": each.in_use,
                "licence": each.file.model.licence,
                "source": each.file.model.source,
                "url": each.file.model.url,
                "sha256": list(each.file.model.sha256),
                "input": [each.file.model.input.width, each.file.model.input.height],
            }
            for each in stock
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for each in stock:
        model = each.file.model
        mark = "*" if each.in_use else " "
        typer.echo(f"{mark} {model.name:<21} {_state(each.fault):<10} {model.title}")
        typer.echo(f"  {model.licence}; {model.source}")


@models_app.command("install")
def install(
    name: _Name,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A file that somebody brought, for machines without internet."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Bring a model: download it from its authors' release, or take it --from a file.

    Only a file with the known SHA-256 is taken.
    """
    from farola.app.model_download import download
    from farola.vision import model_named

    model = model_named(name)
    store = _store(config)
    if source is not None:
        store.install_from(model, source)
    else:
        if model.url:
            typer.echo(f"fetching {model.url}", err=True)
        store.install(model, download(model))
    typer.echo(f"installed {name} ({model.licence}; {model.source})")
    typer.echo(f"to use it: farola models use {name}")


@models_app.command("use")
def use(name: _Name, config: ConfigOption = None) -> None:
    """Choose the model; a server takes it at its next start."""
    from farola.vision import model_named

    _store(config).use(model_named(name))
    typer.echo(f"{name} is used from the next start on")


@models_app.command("verify")
def verify(config: ConfigOption = None) -> None:
    """Check the SHA-256 of every model that is here; exit status 1 when one is wrong or missing.

    Missing counts only for the model in use.
    """
    bad = False
    for each in _store(config).stock():
        name = each.file.model.name
        if each.fault is None:
            typer.echo(f"{name}: right")
        elif each.fault.kind is Kind.MODEL_WRONG or each.in_use:
            bad = True
            typer.echo(f"{name}: {each.fault.message} [{each.fault.kind}]", err=True)
    if bad:
        raise typer.Exit(1)


def _state(fault: Error | None) -> str:
    if fault is None:
        return "here"
    return "not here" if fault.kind is Kind.MODEL_MISSING else "WRONG FILE"


def _store(config: Path | None) -> "ModelStore":
    from farola.app.detector import models

    return models(load(config))
