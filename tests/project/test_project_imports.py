"""Who may import which library. The layers among Farola's own packages are import-linter's."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

# Packages that stand on the standard library and farola.base alone.
PURE = {"media", "merkle", "model", "rtsp"}

# Library -> the packages that may import it. A library that is not here may not be imported at
# all: a new one is a decision, made in this table and in docs/design/architecture.md.
ALLOWED = {
    "annotated_types": {"config"},
    "alembic": {"catalog"},
    "anyio": {"api"},
    "argon2": {"access"},
    "av": {"sim", "vision", "redaction", "evidence"},
    "cryptography": {"access", "keys", "store", "ledger", "witness", "evidence"},
    "fastapi": {"api"},
    "joserfc": {"access"},
    "numpy": {"vision", "redaction", "app"},
    "openvino": {"vision"},
    "prometheus_client": {"api", "app"},
    "pydantic": {"api", "config"},
    "pydantic_core": {"api", "config"},
    "pydantic_settings": {"config"},
    "reportlab": {"papers", "oversight"},
    "rfc3161_client": {"ledger"},
    "scipy": {"vision", "redaction"},
    "segno": {"access", "papers"},
    "sqlalchemy": {"catalog"},
    "starlette": {"api"},
    "structlog": {"base"},
    "typer": {"cli"},
    "uvicorn": {"api", "app"},
    "uvloop": {"app", "cli", "sim"},
    "webauthn": {"access"},
    "websockets": {"api"},
}


def imports_of(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            yield node.module or "", node.lineno


def package_of(file: Path, source: Path) -> str:
    return file.relative_to(source).parts[0].removesuffix(".py")


@pytest.fixture(scope="module")
def third_party(root: Path) -> list[tuple[str, str, str]]:
    """(farola package, imported library, where) of every import from outside."""
    source = root / "src" / "farola"
    return [
        (package_of(file, source), name.partition(".")[0], f"{file.relative_to(root)}:{line}")
        for file in sorted(source.rglob("*.py"))
        for name, line in imports_of(file)
        if name.partition(".")[0] not in {"farola", *sys.stdlib_module_names}
    ]


def test_pure_packages_use_the_standard_library_alone(
    third_party: list[tuple[str, str, str]],
) -> None:
    assert [where for package, _, where in third_party if package in PURE] == []


def test_each_library_is_imported_only_where_it_belongs(
    third_party: list[tuple[str, str, str]],
) -> None:
    strays = [
        f"{where} imports {library}"
        for package, library, where in third_party
        if package not in ALLOWED.get(library, set())
    ]
    assert strays == []


def test_pure_packages_import_only_base(root: Path) -> None:
    source = root / "src" / "farola"
    strays = [
        f"{file.relative_to(root)}:{line} imports {name}"
        for package in sorted(PURE)
        for file in sorted((source / package).rglob("*.py"))
        for name, line in imports_of(file)
        if name.startswith("farola.") and name.split(".")[1] not in {package, "base"}
    ]
    assert strays == []


def test_each_imported_library_is_a_declared_dependency(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[^\w-]", line)[0] for line in project["dependencies"]}
    distributions = {"argon2": "argon2-cffi", "pydantic_core": "pydantic"}
    needed = {distributions.get(name, name).replace("_", "-") for name in ALLOWED}
    assert needed <= declared
