"""Who may see what, and in which rendition: pure functions, no input or output.

A rule takes a look that somebody asks for and either gives back the rendition that it allows, or
raises. Rules run in the order of `RULES`, each on the rendition that the one before allowed, and
the first is given `REDACTED`. A look has no wish for a rendition: at most it names a grant, which
the gate has looked up, and which holds or does not. The ledger entry is the gate's own step between
the decision and the media.
"""

from collections.abc import Callable
from dataclasses import dataclass

from farola.base import Error, Kind
from farola.model import Act, Camera, Grant, Person, Rendition, Span


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from which sign-in. `person` is None when nobody is signed in."""

    person: Person | None
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody asks to see, and to do with it. `span` is None for live.

    `grant` is the one that the look is under, None where it names none.
    """

    viewer: Viewer
    camera: Camera
    span: Span | None
    act: Act = Act.WATCH
    grant: Grant | None = None
    live: bool = False


type Rule = Callable[[Look, Rendition], Rendition]


def signed_in(look: Look, rendition: Rendition) -> Rendition:
    """Nobody sees anything without signing in. Raises UNAUTHENTICATED."""
    if look.viewer.person is None:
        raise Error(Kind.UNAUTHENTICATED, "sign in to see this camera")
    return rendition


def allowed(look: Look, rendition: Rendition) -> Rendition:
    """Only who may watch this camera sees it, and only who may export takes pictures out.

    Raises FORBIDDEN.
    """
    person = look.viewer.person
    for act in {Act.WATCH, look.act}:
        if person is None or not person.may(act, look.camera.groups):
            raise Error(Kind.FORBIDDEN, "your roles do not allow this")
    return rendition


def papers_in_order(look: Look, rendition: Rendition) -> Rendition:
    """No live stream of a camera whose papers the privacy officer has not approved.

    Raises PAPERS_UNAPPROVED.
    """
    if look.live and look.camera.approved_us is None:
        raise Error(Kind.PAPERS_UNAPPROVED, "the camera's papers are not approved")
    return rendition


def original_under_grant(look: Look, rendition: Rendition) -> Rendition:
    """Redacted, unless the look is under a grant of this person for these pictures, all of them.

    A grant for one thing brings that thing and nothing else of the original.
    Raises FORBIDDEN for a grant that is not: nothing stands in for what was asked for.
    """
    grant, person = look.grant, look.viewer.person
    if grant is None:
        return Rendition.REDACTED
    if (
        person is None
        or grant.person_id != person.id
        or not person.may(Act.REQUEST, look.camera.groups)
        or not grant.covers(look.camera.id, look.span)
    ):
        raise Error(Kind.FORBIDDEN, "the grant is not for this")
    return Rendition.ONE_THING if grant.spots else Rendition.ORIGINAL


RULES: tuple[Rule, ...] = (signed_in, allowed, papers_in_order, original_under_grant)


def decide(look: Look) -> Rendition:
    """The rendition in which this look may happen; raises Error when it may not."""
    rendition = Rendition.REDACTED
    for rule in RULES:
        rendition = rule(look, rendition)
    return rendition
