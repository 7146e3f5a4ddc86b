"""Asking a program outside that the town configured: one request, straight to it, small answers."""

import urllib.error
import urllib.request

_WAIT_S = 10
_MOST_ANSWER = 64 << 10


def post(url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
    """Status and answer, also of a refusal. Blocks. Raises OSError, HTTPException, ValueError."""
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - configured
    request.add_header("content-type", content_type)
    try:
        with _DIRECT.open(request, timeout=_WAIT_S) as answer:
            return answer.status, answer.read(_MOST_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_MOST_ANSWER)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: object) -> None:
        return None


# Neither a proxy of the environment nor a redirection leads anywhere that was not configured.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
