"""Refuses what another site makes a browser send: every state change and every WebSocket.

A browser sends `Origin` with both. SameSite cookies stop most of such requests; this stops the
rest, among them a page on a neighbouring subdomain, and WebSockets, which no CORS rule covers.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from farola.api.errors import problem
from farola.base import Kind

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORT = {"http": 80, "https": 443}


class OriginGuard:
    """Lets a request through when its Origin is the host it was sent to, or `public_url`."""

    def __init__(self, app: ASGIApp, *, public_url: str | None) -> None:
        self._app = app
        self._public = endpoint_of(public_url) if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        guarded = kind == "websocket" or (kind == "http" and scope["method"] not in _SAFE)
        if guarded and not self._same_site(Headers(scope=scope), scope):
            refusal = problem(Kind.FORBIDDEN, "the request comes from another site", status=403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _same_site(self, headers: Headers, scope: Scope) -> bool:
        origins = headers.getlist("origin")
        if len(origins) != 1:
            return False
        origin = endpoint_of(origins[0])
        if origin is None:
            return False
        if self._public is not None and origin == self._public:
            return True
        scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
        hosts = headers.getlist("host")
        return len(hosts) == 1 and origin == endpoint_of(f"{scheme}://{hosts[0]}")


def endpoint_of(url: str) -> tuple[str, str, int] | None:
    """Scheme, lower-case host and port of an http(s) origin; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORT or not parts.hostname or parts.username is not None:
        return None
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORT[parts.scheme]
