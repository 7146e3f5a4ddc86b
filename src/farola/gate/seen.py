"""What ends with its look or its grant: a place in a live stream, and recorded bytes."""

from collections.abc import Callable, Iterator
from typing import Protocol

from farola.base import Error, Kind
from farola.gate.media import LiveMessage
from farola.gate.sources import LiveSubscription

type Lasting = Callable[[], bool]


class Closing(Protocol):
    def close(self) -> None: ...


class Seen:
    """Brings what the subscription brings while the look may last; closing it closes the look.

    Raises GRANT_ENDED at the first message after the grant's end.
    """

    def __init__(self, subscription: LiveSubscription, look: Closing, lasting: Lasting) -> None:
        self._subscription = subscription
        self._look = look
        self._lasting = lasting

    def __aiter__(self) -> "Seen":
        return self

    async def __anext__(self) -> LiveMessage:
        message = await anext(self._subscription)
        require(self._lasting)
        return message

    def close(self) -> None:
        self._subscription.close()
        self._look.close()


def while_lasting(chunks: Iterator[bytes], lasting: Lasting) -> Iterator[bytes]:
    """The chunks, as long as the grant lasts; raises GRANT_ENDED then. Closes what it read."""
    try:
        for chunk in chunks:
            require(lasting)
            yield chunk
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def require(lasting: Lasting) -> None:
    if not lasting():
        raise Error(Kind.GRANT_ENDED, "the grant has ended")
