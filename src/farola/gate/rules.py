"""Who may see what, and in which rendition: pure functions, no input or output.

A rule takes a look that somebody asks for and either gives back the rendition that it allows, or
raises. Rules run in the order of `RULES`, each on the rendition that the one before allowed, and
the first is given `REDACTED`. Nothing that a request says goes into that: a look has no wish for a
rendition, so there is none to grant by mistake. Grants will be a further rule; the ledger entry is
the gate's own step between the decision and the media.
"""

from collections.abc import Callable
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.model import Camera, Person, Rendition, Span


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from which sign-in. `person` is None when nobody is signed in."""

    person: Person | None
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody asks to see. `span` is None for live."""

    viewer: Viewer
    camera: Camera
    span: Span | None


type Rule = Callable[[Look, Rendition], Rendition]


def signed_in(look: Look, rendition: Rendition) -> Rendition:
    """Nobody sees anything without signing in. Raises UNAUTHENTICATED."""
    if look.viewer.person is None:
        raise Error(Kind.UNAUTHENTICATED, "sign in to see this camera")
    return rendition


def redacted_by_default(look: Look, rendition: Rendition) -> Rendition:
    """Everybody sees the redacted rendition, whatever the rules before allowed."""
    return Rendition.REDACTED


RULES: tuple[Rule, ...] = (signed_in, redacted_by_default)


def decide(viewer: Viewer, camera: Camera, span: Span | None) -> Rendition:
    """The rendition in which this look may happen; raises Error when it may not."""
    look = Look(viewer, camera, span)
    rendition = Rendition.REDACTED
    for rule in RULES:
        rendition = rule(look, rendition)
    return rendition
