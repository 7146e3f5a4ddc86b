"""Proof that media passed the gate.

A route that answers with media takes an `Admitted` and nothing else, and only the gate can make
one. Forgetting the check is then a type error and a failing construction, not a leak.
"""

from collections.abc import Callable

from farola.model import Rendition

_SEAL = object()


class Admitted[T]:
    """Media that the gate let through, the rendition that it decided on, and until when.

    Raises TypeError when anything but the gate constructs it.
    """

    __slots__ = ("_lasting", "_media", "_rendition")

    def __init__(
        self, media: T, rendition: Rendition, lasting: Callable[[], bool], *, seal: object
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("only the gate admits media")
        self._media = media
        self._rendition = rendition
        self._lasting = lasting

    @property
    def media(self) -> T:
        return self._media

    @property
    def rendition(self) -> Rendition:
        return self._rendition

    @property
    def lasts(self) -> bool:
        """False once the grant that it is under has ended; always True without one."""
        return self._lasting()

    def __repr__(self) -> str:
        return f"Admitted({type(self._media).__name__}, {self._rendition.value})"
