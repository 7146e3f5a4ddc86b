"""What anyone may fetch without signing in: the public page, the ledger's tiles and its verifier.

Only files of the public directory, by names that can lead nowhere else. They may also be copied to
any other place and served from there.
"""

import re
from importlib.resources import files
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from farola.base import Error, Kind

_TILE = r"tile/([0-7]|entries)(/x[0-9]{3})*/[0-9]{3}(\.p/[0-9]{1,3})?"
_PAGE = r"(index|en)\.html|site\.css|(cameras|numbers)\.(json|csv)"
_CAMERA = r"camera/[a-z0-9-]{1,64}\.(html|svg|pdf)"
_PATH = re.compile(rf"ledger/(checkpoint|key|{_TILE})|{_PAGE}|{_CAMERA}")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}
_VERIFIER = "verify_ledger.py"
_FOR_EVER = "public, max-age=31536000, immutable"
_SOON = "public, max-age=10"
_BINARY = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"


def public_routes(folder: Path | None) -> list[Route]:
    """The routes under `/public/`; without a folder only the verifier."""

    async def serve(request: Request) -> Response:
        path = request.path_params["path"] or "index.html"
        if path == f"ledger/{_VERIFIER}":
            script = (files("farola.ledger") / _VERIFIER).read_bytes()
            return Response(script, media_type="text/x-python", headers={"cache-control": _SOON})
        if folder is None or not _PATH.fullmatch(path):
            raise _not_found()
        try:
            data = await run_sync((folder / path).read_bytes)
        except OSError:
            raise _not_found() from None
        tile = path.startswith("ledger/tile/")
        return Response(
            data,
            media_type=_BINARY if tile else _TYPES.get(Path(path).suffix, _TEXT),
            headers={"cache-control": _FOR_EVER if tile else _SOON},
        )

    return [Route("/public/{path:path}", serve, methods=["GET"], name="public")]


def _not_found() -> Error:
    return Error(Kind.NOT_FOUND, "there is no such file")
