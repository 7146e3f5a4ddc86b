"""The one place that turns an error's kind into a status and a problem document (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route

from farola.api.fields import Values
from farola.base import Error, Kind, get_logger

_log = get_logger("api")

_STATUS: Mapping[Kind, int] = {
    Kind.INVALID_INPUT: 422,
    Kind.ADDRESS_REFUSED: 422,
    Kind.NAME_UNRESOLVED: 422,
    Kind.CREDENTIALS_NEEDED: 422,
    Kind.CODEC_UNSUPPORTED: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.CODE_NEEDED: 403,
    Kind.SECOND_FACTOR_NEEDED: 403,
    Kind.PROOF_NEEDED: 403,
    Kind.SAME_PERSON: 403,
    Kind.GRANT_ENDED: 403,
    Kind.THING_UNCLEAR: 409,
    Kind.IDENTITY_UNKNOWN: 403,
    Kind.PAPERS_UNAPPROVED: 409,
    Kind.PAPERS_INCOMPLETE: 409,
    Kind.LEDGER_FAILED: 503,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.CONFLICT: 409,
    Kind.KEY_DESTROYED: 410,
    Kind.TOO_LARGE: 413,
    Kind.RATE_LIMITED: 429,
    Kind.UNAVAILABLE: 503,
    Kind.DECODER_FAILED: 503,
    Kind.SANDBOX_UNAVAILABLE: 503,
    Kind.OVERLOADED: 503,
    Kind.CATALOG_LOCKED: 503,
    Kind.TIMED_OUT: 503,
    Kind.DISK_SLOW: 503,
    Kind.DISK_SHORT: 503,
    Kind.DISK_FULL: 507,
}
_WORST = 500  # a kind that no request should meet is a fault of the server
_RETRY_S = {503: 2}
_KIND_OF_STATUS = {
    400: Kind.INVALID_INPUT,
    401: Kind.UNAUTHENTICATED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD_NOT_ALLOWED,
    408: Kind.TIMED_OUT,
    409: Kind.CONFLICT,
    413: Kind.TOO_LARGE,
    415: Kind.INVALID_INPUT,
    422: Kind.INVALID_INPUT,
    429: Kind.RATE_LIMITED,
    503: Kind.UNAVAILABLE,
}


class FieldFault(BaseModel):
    """What is wrong with one member or parameter; `path` is such as `body.main.port`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    message: str


class Problem(BaseModel):
    """Why a request was refused. `kind` is the word to translate; `detail` is English."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )

    type: str
    title: str
    status: int
    kind: Kind
    detail: str
    values: Values = {}
    fields: list[FieldFault] = []
    retry_after_s: int | None = None


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def status_of(kind: Kind) -> int:
    """The HTTP status of an error's kind."""
    return _STATUS.get(kind, _WORST)


def problem(
    kind: Kind,
    detail: str,
    *,
    status: int,
    values: Values | None = None,
    fields: list[FieldFault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """A problem document as a response. `values` are an Error's own."""
    word = kind.value
    values = values or {}
    asked = values.get("retry_after_s")
    wait = asked if isinstance(asked, int) else _RETRY_S.get(status)
    body = Problem(
        type=f"urn:farola:problem:{word}",
        title=HTTPStatus(status).phrase,
        status=status,
        kind=kind,
        detail=detail,
        values=values,
        fields=fields or [],
        retry_after_s=wait,
    )
    more = dict(headers or {})
    if wait is not None:
        more["retry-after"] = str(wait)
    more.setdefault("cache-control", "no-store")
    return ProblemResponse(body.model_dump(mode="json"), status, more)


def problem_of_error(error: Error) -> ProblemResponse:
    """The response for an error with a kind."""
    status = status_of(error.kind)
    if status >= _WORST:
        _log.warning("request failed", kind=error.kind.value, error=error.message)
    values = dict(error.detail)
    field = values.get("field")
    fields = [FieldFault(path=f"body.{field}", message=error.message)] if field else []
    return problem(error.kind, error.message, status=status, values=values, fields=fields)


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem document."""
    app.add_exception_handler(Error, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)


async def _on_error(request: Request, exc: Exception) -> ProblemResponse:
    assert isinstance(exc, Error)
    return problem_of_error(exc)


async def _on_invalid(request: Request, exc: Exception) -> ProblemResponse:
    assert isinstance(exc, RequestValidationError)
    faults = [
        FieldFault(path=".".join(str(part) for part in fault["loc"]), message=_fault_text(fault))
        for fault in exc.errors()[:20]
    ]
    detail = "the request does not fit its description"
    return problem(Kind.INVALID_INPUT, detail, status=422, fields=faults)


def _fault_text(fault: Mapping[str, Any]) -> str:
    """Pydantic's own message, which never quotes the input: that may be a password."""
    return str(fault["msg"])[:200]


async def _on_http(request: Request, exc: Exception) -> ProblemResponse:
    assert isinstance(exc, HTTPException)
    kind = _KIND_OF_STATUS.get(exc.status_code, Kind.INVALID_INPUT)
    headers = dict(exc.headers or {})
    if kind is Kind.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    return problem(kind, str(exc.detail), status=exc.status_code, headers=headers)


def _allowed(request: Request) -> list[str]:
    """Every method of the address (RFC 9110, 10.2.1); Starlette names only its first route's."""
    addressed: Sequence[BaseRoute] = request.app.state.addressed
    routes = [route for route in addressed if isinstance(route, Route)]
    paths = [one.path for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    # `/ledger/notes` is that address and not `/ledger/{index}`, whichever was declared first.
    path = min(paths, key=lambda path: path.count("{"), default=None)
    return sorted(
        {method for one in routes if one.path == path for method in one.methods or ()}
    ) or ["GET"]  # the console's addresses


async def _on_fault(request: Request, exc: Exception) -> ProblemResponse:
    # Starlette raises the exception again after this answer, so the server logs its traceback.
    return problem(Kind.INTERNAL, "a fault in Farola; it is in the log", status=500)
