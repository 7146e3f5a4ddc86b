"""Model files on disk: which are here, which is used, whether each is the one it should be."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from farola.base import Error, Kind
from farola.vision.registry import DEFAULT, MODELS, Model, model_named

PACKED = Path(__file__).parent / "packed" / "ssd_mobilenet_v2_oid.tflite"
"""The default model, put there when Farola is built (scripts/detector_model.py)."""

_CHOICE = "in-use"
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A known model and where its file should be."""

    model: Model
    path: Path

    def read(self) -> bytes:
        """The file's bytes, once they are known to be the right ones.

        Raises MODEL_MISSING, or MODEL_WRONG when the SHA-256 is not a known one: what is checked
        is what is returned, whatever happens to the file meanwhile.
        """
        try:
            with self.path.open("rb") as file:
                content = file.read(self.model.most_bytes + 1)
        except OSError as error:
            raise Error(
                Kind.MODEL_MISSING,
                f"the model {self.model.name} is not here: {self.path}: {error.strerror}",
                model=self.model.name,
            ) from error
        check(content, self.model)
        return content

    def signature(self) -> tuple[int, ...] | None:
        """Changes when the file is replaced or written to; None while there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@dataclass(frozen=True, slots=True)
class Stock:
    """A known model and its state here; `fault` is MODEL_MISSING, MODEL_WRONG or None."""

    file: ModelFile
    in_use: bool
    fault: Error | None


class ModelStore:
    """The models of one installation, in a folder of its data directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, model: Model) -> ModelFile:
        if model.url is None:
            return ModelFile(model, PACKED)
        return ModelFile(model, self._folder / f"{model.name}{model.suffix}")

    def in_use(self) -> ModelFile:
        """The model that a server of this installation starts with.

        Raises NOT_FOUND when the choice on disk names none that is known: to go on with another
        than the chosen one is nobody's decision but the operator's.
        """
        try:
            name = (self._folder / _CHOICE).read_text("utf-8").strip()
        except FileNotFoundError:
            name = DEFAULT
        except (OSError, UnicodeDecodeError) as error:
            raise Error(
                Kind.MODEL_MISSING, f"which model is in use cannot be read: {error}"
            ) from error
        return self.file(model_named(name))

    def stock(self) -> list[Stock]:
        """Every known model, read and checked."""
        used = self.in_use().model.name
        return [self._stock(self.file(model), model.name == used) for model in MODELS]

    def use(self, model: Model) -> None:
        """Makes it the model of this installation from the server's next start on.

        Raises MODEL_MISSING or MODEL_WRONG when its file is not the right one.
        """
        self.file(model).read()
        self._write(self._folder / _CHOICE, model.name.encode() + b"\n")

    def install(self, model: Model, content: bytes) -> None:
        """Puts a model's file into the folder. Raises MODEL_WRONG, CONFLICT for the packed one."""
        self._may_come(model)
        check(content, model)
        self._write(self.file(model).path, content)

    def install_from(self, model: Model, source: Path) -> None:
        """The same from a file that somebody brought. Raises MODEL_MISSING and as `install`."""
        self._may_come(model)
        self._write(self.file(model).path, ModelFile(model, source).read())

    def _may_come(self, model: Model) -> None:
        if model.url is None:
            raise Error(Kind.CONFLICT, f"{model.name} comes with Farola and is never installed")

    def _stock(self, file: ModelFile, in_use: bool) -> Stock:
        try:
            file.read()
        except Error as error:
            return Stock(file, in_use, error)
        return Stock(file, in_use, None)

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all, whenever the machine stops."""
        half = path.with_name(path.name + ".half")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except OSError as error:
            raise Error(Kind.DISK_FAILED, f"{path} cannot be written: {error}") from error


def check(content: bytes, model: Model) -> None:
    """Raises MODEL_WRONG when these are not the bytes of `model`."""
    found = hashlib.sha256(content).hexdigest()
    if found not in model.sha256:
        raise Error(
            Kind.MODEL_WRONG,
            f"a file is not the model {model.name}: its SHA-256 is {found}",
            model=model.name,
            sha256=found,
        )


def read_bounded(read: Callable[[int], bytes], model: Model) -> bytes:
    """Everything that `read` gives, as long as a file of `model` can be. Raises MODEL_WRONG."""
    content = bytearray()
    while chunk := read(_CHUNK):
        content += chunk
        if len(content) > model.most_bytes:
            raise Error(Kind.MODEL_WRONG, f"what comes is too long to be the model {model.name}")
    return bytes(content)
