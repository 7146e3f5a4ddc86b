"""Where the gate takes media from. Live and playback implement these; nothing else calls them."""

from typing import Protocol

from farola.gate.media import Footage, KeyFrame, LiveMessage, Still
from farola.model import Grant, Rendition, Span, StreamKind


class LiveSubscription(Protocol):
    """One viewer's place in a live stream; a camera's state comes first where it is known.

    Iterating waits for the next message and ends when the source shuts down. The source bounds what
    it keeps for a slow viewer and reports what it left out as `Dropped`. `close` gives the place
    back at once, may be called twice, and does not wait.
    """

    def __aiter__(self) -> "LiveSubscription": ...

    async def __anext__(self) -> LiveMessage: ...

    def close(self) -> None: ...


class LiveSource(Protocol):
    @property
    def rendition(self) -> Rendition:
        """What every place brings."""
        ...

    def subscribe(self, camera_id: str, stream: StreamKind) -> LiveSubscription:
        """A place in the camera's live stream; it says nothing until the stream does.

        Raises Error: NOT_FOUND for a stream that the camera lacks, UNAVAILABLE for too many places.
        """
        ...


class PlaybackSource(Protocol):
    """Recorded media. Every method may block on disk; the gate calls them in threads.

    `key` is what the playlist named; a key of another camera is NOT_FOUND, as is one that is not a
    key at all. All raise Error, among others NOT_FOUND where nothing was recorded.
    """

    @property
    def rendition(self) -> Rendition:
        """What every method gives out."""
        ...

    def playlist(
        self,
        camera_id: str,
        stream: StreamKind,
        span: Span,
        *,
        within: Span | None = None,
        query: str = "",
    ) -> str:
        """An HLS media playlist whose URIs are `media/init/KEY.mp4` and `media/part/KEY.m4s`, each
        with `query` behind it. Only parts that lie wholly `within` are named.
        """
        ...

    def init(self, camera_id: str, key: str) -> bytes:
        """The init segment that an EXT-X-MAP named; it holds no picture."""
        ...

    def part(self, camera_id: str, key: str) -> Footage:
        """The media segment that a playlist named."""
        ...

    def clip(
        self, camera_id: str, stream: StreamKind, span: Span, *, within: Span | None = None
    ) -> Footage:
        """The span as one MP4, from the key frame at or before its start; nothing outside
        `within`.
        """
        ...

    def key_frame(self, camera_id: str, stream: StreamKind, at_us: int) -> KeyFrame:
        """The key frame at or before `at_us`, else the next; NOT_FOUND beyond 10 s."""
        ...

    def still(self, camera_id: str, stream: StreamKind, at_us: int | None) -> Still:
        """That key frame as a JPEG. None asks for the newest, however old."""
        ...


class OneThingSource(Protocol):
    """Recorded media in which one thing is left to be seen: another source for each grant."""

    async def under(self, grant: Grant) -> PlaybackSource:
        """What the grant's spots point at, once that thing has been followed through the span.

        Raises THING_UNCLEAR where it cannot be told from others, TIMED_OUT while it is followed.
        """
        ...


class Grants(Protocol):
    """The grants that last. From memory, without blocking."""

    def find(self, grant_id: str) -> Grant | None:
        """None when it has expired, was withdrawn, or never was."""
        ...
