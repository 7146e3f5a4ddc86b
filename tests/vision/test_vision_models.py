"""Which model is used, and that only the known files ever are."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.vision import MODELS, ModelFile, ModelStore, model_named
from farola.vision import model_store as model_store_module
from farola.vision.model_store import PACKED, read_bounded

NANO = model_named("yolox-nano")
CONTENT = b"a model for tests"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """YOLOX-Nano as a file of seventeen bytes: its network is not needed here."""
    known = replace(NANO, sha256=(hashlib.sha256(CONTENT).hexdigest(),), most_bytes=64)
    models = tuple(known if model.name == NANO.name else model for model in MODELS)
    monkeypatch.setattr("farola.vision.registry.MODELS", models)
    monkeypatch.setattr(model_store_module, "MODELS", models)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def kind_of(what: pytest.ExceptionInfo[Error]) -> Kind:
    return what.value.kind


def test_every_model_is_pinned_and_licensed() -> None:
    for model in MODELS:
        assert model.sha256
        assert all(len(each) == 64 and int(each, 16) for each in model.sha256)
        assert model.licence == "Apache-2.0"
        assert model.url is None or model.url.startswith("https://github.com/Megvii-BaseDetection/")
    assert len({model.name for model in MODELS}) == len(MODELS)


def test_the_packed_model_is_the_known_one(store: ModelStore) -> None:
    used = store.in_use()
    assert used.path == PACKED
    assert len(used.read()) == 9_987_728


@pytest.mark.usefixtures("small")
def test_a_file_is_installed_used_and_kept(store: ModelStore, tmp_path: Path) -> None:
    brought = tmp_path / "brought"
    brought.write_bytes(CONTENT)
    model = model_named(NANO.name)
    store.install_from(model, brought)
    assert store.in_use().model.name == "ssd-mobilenet-v2-oid"
    store.use(model)
    assert store.in_use().read() == CONTENT
    states = {each.file.model.name: (each.in_use, each.fault) for each in store.stock()}
    assert states["yolox-nano"] == (True, None)
    assert states["ssd-mobilenet-v2-oid"] == (False, None)
    missing = states["yolox-s"][1]
    assert missing is not None
    assert missing.kind is Kind.MODEL_MISSING


@pytest.mark.usefixtures("small")
def test_a_wrong_file_is_never_taken(store: ModelStore, tmp_path: Path) -> None:
    model = model_named(NANO.name)
    wrong = tmp_path / "wrong"
    for content in (b"", CONTENT + b"!", bytes(65)):
        wrong.write_bytes(content)
        with pytest.raises(Error) as told:
            store.install_from(model, wrong)
        assert kind_of(told) is Kind.MODEL_WRONG
        with pytest.raises(Error) as told:
            store.install(model, content)
        assert kind_of(told) is Kind.MODEL_WRONG
    assert store.file(model).signature() is None
    with pytest.raises(Error) as told:
        store.use(model)
    assert kind_of(told) is Kind.MODEL_MISSING


@pytest.mark.usefixtures("small")
def test_a_file_that_changes_on_disk_is_noticed(store: ModelStore) -> None:
    model = model_named(NANO.name)
    store.install(model, CONTENT)
    file = store.file(model)
    before = file.signature()
    file.path.write_bytes(CONTENT[::-1])
    assert file.signature() != before
    with pytest.raises(Error) as told:
        file.read()
    assert kind_of(told) is Kind.MODEL_WRONG
    (stock,) = (each for each in store.stock() if each.file.model.name == model.name)
    assert stock.fault is not None
    assert stock.fault.kind is Kind.MODEL_WRONG


def test_a_choice_of_an_unknown_model_is_not_replaced_by_another(tmp_path: Path) -> None:
    (tmp_path / "in-use").write_text("sharper-eyes\n")
    with pytest.raises(Error, match="no model 'sharper-eyes'"):
        ModelStore(tmp_path).in_use()


def test_the_packed_model_is_neither_installed_nor_replaced(
    store: ModelStore, tmp_path: Path
) -> None:
    default = model_named("ssd-mobilenet-v2-oid")
    for attempt in (
        lambda: store.install(default, CONTENT),
        lambda: store.install_from(default, tmp_path),
    ):
        with pytest.raises(Error) as told:
            attempt()
        assert kind_of(told) is Kind.CONFLICT


def test_what_is_too_long_is_not_read_to_its_end() -> None:
    asked = 0

    def endless(size: int) -> bytes:
        nonlocal asked
        asked += size
        return bytes(size)

    with pytest.raises(Error, match="too long"):
        read_bounded(endless, NANO)
    assert asked <= NANO.most_bytes + (1 << 16)


def test_a_folder_in_a_models_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(Error) as told:
        ModelFile(NANO, tmp_path).read()
    assert kind_of(told) is Kind.MODEL_MISSING
