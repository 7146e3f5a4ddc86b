"""Decides about each look, then fetches the media, then seals it as admitted.

The only place that calls the media sources and the only one that makes an `Admitted`. Footage is
checked against the camera that was asked for after it was loaded: what was recorded says whose it
is, not the address that named it.
"""

import asyncio

from farola.base import Error, Kind
from farola.gate.admitted import _SEAL, Admitted
from farola.gate.media import Footage, KeyFrame
from farola.gate.rules import Viewer, decide
from farola.gate.sources import LiveSource, LiveSubscription, PlaybackSource
from farola.model import Camera, Rendition, Span, StreamKind

# Nothing redacts yet, so the original is the one rendition that exists, and each look says so.
_ONLY_RENDITION = Rendition.ORIGINAL


class Gate:
    """Every method decides first and raises Error when the look is refused."""

    def __init__(self, live: LiveSource, playback: PlaybackSource) -> None:
        self._live = live
        self._playback = playback

    async def live(
        self, viewer: Viewer, camera: Camera, stream: StreamKind
    ) -> Admitted[LiveSubscription]:
        """A place in the live stream; the caller closes it."""
        rendition = decide(viewer, camera, None, _ONLY_RENDITION)
        _require_stream(camera, stream)
        return Admitted(self._live.subscribe(camera.id, stream), rendition, seal=_SEAL)

    async def playlist(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, span: Span
    ) -> Admitted[str]:
        """An HLS media playlist over the span."""
        rendition = decide(viewer, camera, span, _ONLY_RENDITION)
        text = await asyncio.to_thread(self._playback.playlist, camera.id, stream, span)
        return Admitted(text, rendition, seal=_SEAL)

    async def init(self, viewer: Viewer, camera: Camera, key: str) -> Admitted[bytes]:
        """The init segment that a playlist of this camera named."""
        rendition = decide(viewer, camera, None, _ONLY_RENDITION)
        data = await asyncio.to_thread(self._playback.init, camera.id, key)
        return Admitted(data, rendition, seal=_SEAL)

    async def part(self, viewer: Viewer, camera: Camera, key: str) -> Admitted[Footage]:
        """The media segment that a playlist of this camera named."""
        decide(viewer, camera, None, _ONLY_RENDITION)
        footage = await asyncio.to_thread(self._playback.part, camera.id, key)
        return self._admit(viewer, camera, footage)

    async def clip(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, span: Span
    ) -> Admitted[Footage]:
        """The span as one MP4."""
        decide(viewer, camera, span, _ONLY_RENDITION)
        footage = await asyncio.to_thread(self._playback.clip, camera.id, stream, span)
        return self._admit(viewer, camera, footage)

    async def key_frame(
        self, viewer: Viewer, camera: Camera, stream: StreamKind, at_us: int
    ) -> Admitted[KeyFrame]:
        """The key frame at or before `at_us`, else the next."""
        decide(viewer, camera, Span(at_us, at_us + 1), _ONLY_RENDITION)
        frame = await asyncio.to_thread(self._playback.key_frame, camera.id, stream, at_us)
        _require_camera(camera, frame.camera_id)
        span = Span(frame.wall_us, frame.wall_us + 1)
        rendition = decide(viewer, camera, span, _ONLY_RENDITION)
        return Admitted(frame, rendition, seal=_SEAL)

    def _admit(self, viewer: Viewer, camera: Camera, footage: Footage) -> Admitted[Footage]:
        _require_camera(camera, footage.camera_id)
        rendition = decide(viewer, camera, footage.span, _ONLY_RENDITION)
        return Admitted(footage, rendition, seal=_SEAL)


def _require_camera(camera: Camera, camera_id: str) -> None:
    if camera_id != camera.id:
        raise Error(Kind.NOT_FOUND, "this camera has no such recording")


def _require_stream(camera: Camera, stream: StreamKind) -> None:
    if stream is StreamKind.SUB and camera.sub is None:
        raise Error(Kind.NOT_FOUND, "this camera has no sub-stream")
