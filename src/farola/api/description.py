"""The OpenAPI description that is committed and that the console's types are made from.

`python -m farola.api.description` writes it to standard output or to the file that it is given.
"""

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from farola.api.application import ROUTERS
from farola.api.errors import FieldFault, Problem
from farola.api.live import LiveCover, LiveDropped, LiveInit, LiveState

VERSION = "1"
_DESCRIPTION = """\
The HTTP API of Farola. Times are UTC microseconds since 1970. Errors are problem documents
(RFC 9457) whose `kind` is a stable word. Every request that changes something needs an `Origin`
header equal to the server's own. Live video is a WebSocket at `/api/cameras/{camera_id}/live`;
its text messages are `LiveInit`, `LiveState`, `LiveCover` and `LiveDropped`.
"""
# Sent without being the answer of a route: problems, and the messages of the live WebSocket.
_UNROUTED = (Problem, FieldFault, LiveInit, LiveState, LiveCover, LiveDropped)


def describe() -> dict[str, Any]:
    """The description as plain JSON values, the same on every machine."""
    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        app.include_router(router)
    description: dict[str, Any] = get_openapi(
        title="Farola",
        version=VERSION,
        description=_DESCRIPTION,
        routes=app.routes,
        separate_input_output_schemas=True,
    )
    _, more = models_json_schema(
        [(model, "serialization") for model in _UNROUTED],
        ref_template="#/components/schemas/{model}",
    )
    # FastAPI cannot say that either of two ways to prove oneself is enough.
    description["paths"]["/metrics"]["get"]["security"] = [{"session": []}, {"metrics_token": []}]
    schemas = description["components"]["schemas"]
    schemas.update(more["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    description["components"]["schemas"] = dict(sorted(schemas.items()))
    return description


def rendered() -> str:
    """The description as the committed file's text."""
    return json.dumps(describe(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> None:
    if arguments:
        Path(arguments[0]).write_text(rendered(), encoding="utf-8")
    else:
        sys.stdout.write(rendered())


if __name__ == "__main__":
    main(sys.argv[1:])
