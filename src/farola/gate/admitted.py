"""Proof that media passed the gate.

A route that answers with media takes an `Admitted` and nothing else, and only the gate can make
one. Forgetting the check is then a type error and a failing construction, not a leak.
"""

from farola.model import Rendition

_SEAL = object()


class Admitted[T]:
    """Media that the gate let through, and the rendition that it decided on.

    Raises TypeError when anything but the gate constructs it.
    """

    __slots__ = ("media", "rendition")

    def __init__(self, media: T, rendition: Rendition, *, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only the gate admits media")
        self.media = media
        self.rendition = rendition

    def __repr__(self) -> str:
        return f"Admitted({type(self.media).__name__}, {self.rendition.value})"
