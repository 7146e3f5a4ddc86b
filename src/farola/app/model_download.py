"""Fetching a model, because an operator asked for it by name."""

from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.request import HTTPRedirectHandler, Request, build_opener

from farola.base import Error, Kind
from farola.vision.model_store import read_bounded
from farola.vision.registry import Model

_SECONDS = 60


class _SecureRedirects(HTTPRedirectHandler):
    """Follows the release page to where files lie, but never out of TLS."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if not newurl.startswith("https://"):
            raise Error(Kind.UNREACHABLE, "the download leads out of TLS and is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(model: Model, progress: Callable[[int], None] = lambda size: None) -> bytes:
    """What lies at the model's pinned address; whoever stores it checks the SHA-256.

    Raises CONFLICT when the model has none, UNREACHABLE, MODEL_WRONG when it is too long.
    """
    if model.url is None:
        raise Error(Kind.CONFLICT, f"{model.name} comes with Farola and is never downloaded")
    if not model.url.startswith("https://"):
        raise Error(Kind.ADDRESS_REFUSED, f"{model.name} has no address that is safe to fetch from")
    try:
        with build_opener(_SecureRedirects).open(model.url, timeout=_SECONDS) as answer:
            come = 0

            def read(size: int) -> bytes:
                nonlocal come
                chunk: bytes = answer.read(size)
                come += len(chunk)
                progress(come)
                return chunk

            return read_bounded(read, model)
    except (OSError, HTTPException) as error:
        raise Error(
            Kind.UNREACHABLE,
            f"{model.name} cannot be fetched from {model.url}: {error}. Without internet, bring "
            "the file and use --from.",
        ) from error
