"""The committed OpenAPI description and the reference page follow the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from farola.api.application import ROUTERS
from farola.api.description import describe, rendered
from farola.api.errors import problem_of_error, status_of
from farola.base import Error, Kind

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
FORBIDDEN_WORDS = {"face", "plate", "embedding", "gait", "ethnicity", "gender", "biometric"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return describe()


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_committed_description_is_what_the_code_says() -> None:
    committed = (REFERENCE / "openapi.json").read_text(encoding="utf-8")
    assert committed == rendered(), "run: python -m farola.api.description FILE"


def test_operation_ids_are_stable_names(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_errors_are_declared_as_problems(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], (method, path)
        if operation.get("security"):
            assert "401" in operation["responses"], (method, path)
        if method != "GET":
            assert "403" in operation["responses"], (method, path)


def test_no_schema_speaks_of_a_filmed_person(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    members = {member for schema in schemas.values() for member in schema.get("properties", {})}
    words = {word for member in members for word in member.split("_")}
    assert words & FORBIDDEN_WORDS == set()


def test_requests_refuse_what_they_do_not_know(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        body = operation.get("requestBody")
        if body:
            reference = body["content"]["application/json"]["schema"]["$ref"]
            schema = description["components"]["schemas"][reference.rpartition("/")[2]]
            assert schema["additionalProperties"] is False, (method, path)


def test_every_route_stands_in_the_reference(description: dict[str, Any]) -> None:
    page = (REFERENCE / "api.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^### `([A-Z]+ /\S*)`$", page, re.MULTILINE))
    routes = {f"{method} {path}" for method, path, _ in operations(description)}
    routes |= {
        f"WS {route.path}"
        for router in ROUTERS
        for route in router.routes
        if type(route).__name__ == "APIWebSocketRoute"
    }
    assert headings == routes


def test_every_kind_has_a_status_and_stands_in_the_reference() -> None:
    page = (REFERENCE / "api.md").read_text(encoding="utf-8")
    for kind in Kind:
        status = status_of(kind)
        assert 400 <= status < 600
        if status != 500:
            assert re.search(rf"\| `{kind.value}` \| {status} \|", page), kind


def test_an_errors_values_become_the_problems() -> None:
    error = Error(Kind.RATE_LIMITED, "wait", retry_after_s=7)
    answer = problem_of_error(error)
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert (body["retry_after_s"], body["values"]) == (7, {"retry_after_s": 7})
