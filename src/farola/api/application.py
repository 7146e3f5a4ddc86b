"""Puts the API together. What each part does stands in its own file."""

from fastapi import FastAPI
from starlette.middleware import Middleware

from farola.api import (
    about,
    audit,
    cameras,
    density,
    errors,
    events,
    factors,
    grants,
    identity,
    live,
    media,
    metrics,
    people,
    retention,
    session,
    situations,
    states,
    timeline,
    vision,
)
from farola.api.console import console_routes
from farola.api.guard import SessionGuard
from farola.api.headers import SecurityHeaders
from farola.api.limits import RequestLimits
from farola.api.media_door import MediaDoor
from farola.api.origin import OriginGuard
from farola.api.public import public_routes
from farola.api.services import Services
from farola.api.settings import ApiSettings
from farola.api.sockets import OpenSockets

ROUTERS = (
    session.router,
    factors.router,
    people.router,
    grants.router,
    identity.router,
    audit.router,
    retention.router,
    cameras.router,
    density.router,
    states.router,
    timeline.router,
    situations.router,
    events.router,
    vision.router,
    live.router,
    media.router,
    about.router,
    metrics.router,
)


def create_app(services: Services, settings: ApiSettings) -> FastAPI:
    """The whole HTTP side of Farola as an ASGI application.

    A request passes from the outside in: headers for its answer, limits, its origin, its session,
    the media door, the routes.
    """
    https = (settings.public_url or "").startswith("https://")
    app = FastAPI(
        title="Farola",
        version=settings.version,
        description="A city camera platform that lights the street and does not learn your name.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(SecurityHeaders, https=https),
            Middleware(RequestLimits),
            Middleware(OriginGuard, public_url=settings.public_url),
            Middleware(SessionGuard, sign_in=services.access.sign_in),
            Middleware(MediaDoor),
        ],
    )
    app.state.services = services
    app.state.settings = settings
    app.state.sockets = OpenSockets()
    app.state.registry = metrics.registry_of(services.states, services.vision)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(public_routes(settings.public))
    app.router.routes.extend(console_routes(settings.console))
    # The typed routes as they are, without the wrappers that FastAPI puts around routers.
    app.state.addressed = [route for router in ROUTERS for route in router.routes]
    return app
