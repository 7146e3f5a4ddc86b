"""What anybody may know without signing in."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from farola.api.fields import Answer
from farola.api.reach import Told

router = APIRouter(tags=["about"])


class AboutAnswer(Answer):
    """`zone` is the town's IANA time zone, null when it was not configured; `identity_provider`
    what people call the town's identity provider, null where there is none.
    """

    version: str
    site_name: str
    zone: str | None
    identity_provider: str | None


@router.get("/api/about")
async def get_about(settings: Told) -> AboutAnswer:
    """What this is; no sign-in."""
    return AboutAnswer(
        version=settings.version,
        site_name=settings.site_name,
        zone=settings.zone,
        identity_provider=settings.identity_provider,
    )


@router.get("/healthz", response_class=PlainTextResponse)
async def get_health() -> str:
    """Answers `ok` while the program answers at all; no sign-in, no data."""
    return "ok\n"
