"""The console: its built files by name, and its first page for every other address.

Only files that were there at start-up are served, looked up by their whole path in a table, so that
no address reaches outside the folder.
"""

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from farola.base import Error, Kind

_INDEX = "/index.html"
_FOR_EVER = "public, max-age=31536000, immutable"  # Vite puts a hash in the names under /assets/
_ASK_AGAIN = "no-cache"
_SERVER_PATHS = ("/api", "/metrics", "/healthz")
_NOT_BUILT = "The console was not built. Run `make setup`, then start Farola again.\n"


def console_routes(folder: Path) -> list[Route]:
    """The last routes of the app, taking what no other took."""
    files = _files(folder)

    async def serve(request: Request) -> Response:
        path = request.url.path
        if any(path == taken or path.startswith(f"{taken}/") for taken in _SERVER_PATHS):
            raise Error(Kind.NOT_FOUND, "there is no such route")
        found = files.get(path)
        if found is not None:
            caching = _FOR_EVER if path.startswith("/assets/") else _ASK_AGAIN
            media_type = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
            return FileResponse(found, media_type=media_type, headers={"cache-control": caching})
        if "." in path.rpartition("/")[2]:
            raise Error(Kind.NOT_FOUND, "there is no such file")
        index = files.get(_INDEX)
        if index is None:
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        return FileResponse(index, media_type="text/html", headers={"cache-control": _ASK_AGAIN})

    return [Route("/{path:path}", serve, methods=["GET"], name="console")]


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {
        f"/{path.relative_to(folder).as_posix()}": path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
