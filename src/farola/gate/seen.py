"""A place in a live stream whose end is written down."""

from typing import Protocol

from farola.gate.media import LiveMessage
from farola.gate.sources import LiveSubscription


class Closing(Protocol):
    def close(self) -> None: ...


class Seen:
    """Brings what the subscription brings; closing it closes the look as well."""

    def __init__(self, subscription: LiveSubscription, look: Closing) -> None:
        self._subscription = subscription
        self._look = look

    def __aiter__(self) -> "Seen":
        return self

    async def __anext__(self) -> LiveMessage:
        return await anext(self._subscription)

    def close(self) -> None:
        self._subscription.close()
        self._look.close()
